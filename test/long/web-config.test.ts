import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CLIENT_AUTH_TYPES } from '../../src/http/tls.ts';
import { readWebConfig } from '../../src/settings/web-config.ts';
import { CIPHERS, CURVES, VERSIONS } from '../../src/settings/web-config-tls.ts';
import { createAuthority, someHash } from '../support/certificates.ts';
import { engine, needsEngine } from '../support/engines.ts';
import { fileFolder, putFile } from '../support/folder.ts';

describe.skipIf(needsEngine('promtool', 'promtoolForky')).each(['promtool', 'promtoolForky'] as const)('%s', (name) => {
  const folder = fileFolder();
  const PAIR = 'cert_file: server.crt, key_file: server.key';
  /** What both have to say the same of, whatever the version of exporter-toolkit in it. */
  const CONFIGS = [
    '',
    'tls_server_config:\nbasic_auth_users:\n',
    readFileSync(join(import.meta.dirname, '../../deploy/web-config.yml'), 'utf8'),
    `tls_server_config: { ${PAIR} }`,
    ...[...CLIENT_AUTH_TYPES, "''"].map((type) => {
      const isVerified = type.includes('Verify');
      return `tls_server_config: { ${PAIR}, client_auth_type: ${type}${isVerified ? ', client_ca_file: server.crt' : ''} }`;
    }),
    ...Object.keys(VERSIONS).map((version) => `tls_server_config: { ${PAIR}, min_version: ${version} }`),
    `tls_server_config: { ${PAIR}, cipher_suites: [${Object.keys(CIPHERS).filter((cipher) => !cipher.startsWith('TLS_RSA'))}] }`,
    `tls_server_config: { ${PAIR}, curve_preferences: [${Object.keys(CURVES)}], prefer_server_cipher_suites: off }`,
    `tls_server_config: { ${PAIR}, client_ca_file: server.crt }`,
    `tls_server_config: { ${PAIR}, client_auth_type: Required }`,
    `tls_server_config: { ${PAIR}, min_version: TLS14 }`,
    `tls_server_config: { ${PAIR}, ciphers: [] }`,
    'tls_server_config: { cert_file: server.crt }',
    'tls_server_config: { cert_file: server.crt, key_file: other.key }',
    'tls_server_config: { cert_file: server.crt, key_file: nowhere.key }',
    'http_server_config: { http2: true, headers: { X-Frame-Options: deny, X-XSS-Protection: 0, X-Content-Type-Options: nosniff } }',
    'http_server_config: { headers: { X-Frame-Options: DENY } }',
    'http_server_config: { headers: { x-frame-options: deny } }',
    'http_server_config: { headers: { Server: x } }',
    // promtool takes 17 to 31, which are refused here.
    ...[4, 10, 16, 3, 32].map(
      (cost) => `basic_auth_users: { one: '${someHash(cost)}', 2: '${someHash()}', '': '${someHash()}' }`,
    ),
    'basic_auth_users: { one: plain }',
    'users: {}',
  ];

  it('takes and refuses the same web configs', async () => {
    const authority = await createAuthority();
    const [server, other] = [await authority.server(), await authority.server()];
    putFile(join(folder, 'server.crt'), server.cert);
    putFile(join(folder, 'server.key'), server.key);
    putFile(join(folder, 'other.key'), other.key);
    const verdicts = CONFIGS.map((text) => {
      const path = putFile(join(folder, 'web.yml'), text);
      const { status } = spawnSync(engine(name), ['check', 'web-config', path]);
      return { text, isTaken: status === 0, isTakenHere: isTaken(path) };
    });
    expect(verdicts.filter(({ isTaken, isTakenHere }) => isTaken !== isTakenHere)).toEqual([]);
    expect(new Set(verdicts.map(({ isTaken }) => isTaken))).toEqual(new Set([true, false]));
  });

  function isTaken(path: string): boolean {
    try {
      readWebConfig(path);
      return true;
    } catch {
      return false;
    }
  }
});
