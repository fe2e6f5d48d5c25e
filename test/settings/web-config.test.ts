import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import { beforeAll, describe, expect, it } from 'vitest';
import { ExporterError } from '../../src/errors.ts';
import { readWebConfig, WEB_CONFIG_WARNINGS } from '../../src/settings/web-config.ts';
import { type Authority, createAuthority, type KeyPair, someHash } from '../support/certificates.ts';
import { newFolder, putFile } from '../support/folder.ts';
import { runHere } from '../support/run.ts';

let authority: Authority;
let server: KeyPair;
let other: KeyPair;

beforeAll(async () => {
  authority = await createAuthority();
  [server, other] = await Promise.all([authority.server(), authority.server()]);
});

/** A folder with certificates, and the web config in it. */
function write(text: string): string {
  const folder = newFolder();
  putFile(join(folder, 'server.crt'), server.cert);
  putFile(join(folder, 'tls/server.key'), server.key);
  putFile(join(folder, 'other.key'), other.key);
  putFile(join(folder, 'ca.crt'), authority.cert);
  putFile(join(folder, 'nothing.pem'), 'nothing\n');
  return putFile(join(folder, 'web.yml'), text);
}

function problem(text: string): string {
  const path = write(text);
  try {
    readWebConfig(path);
  } catch (error) {
    if (!(error instanceof ExporterError)) throw error;
    return error.message.replaceAll(path, 'web.yml').replaceAll(join(path, '..'), '');
  }
  throw new Error('nothing is wrong with it');
}

/** Without the lines. */
function problemInWords(text: string): string {
  return problem(text).replaceAll(/(web\.yml), line \d+:/g, '$1:');
}

const PAIR = 'cert_file: server.crt, key_file: tls/server.key';
function tls(more = ''): string {
  return `tls_server_config: { ${PAIR}${more === '' ? '' : `, ${more}`} }\n`;
}

describe('the web config', () => {
  it.each(['', '# nothing yet\n', 'tls_server_config:\nhttp_server_config:\nbasic_auth_users:\nrate_limit:\n', '{}'])(
    'with nothing in it (%j) is plain HTTP for everybody',
    (text) => {
      expect(readWebConfig(write(text))).toEqual({
        tls: null,
        headers: {},
        users: new Map(),
        rateLimit: null,
        warnings: [],
      });
    },
  );

  it('has every key of the schema, with files relative to its own', () => {
    const config = readWebConfig(
      write(`
tls_server_config:
  cert_file: server.crt
  key_file: tls/server.key
  client_auth_type: RequireAndVerifyClientCert
  client_ca_file: ca.crt
  client_allowed_sans: [prometheus.example, 10.0.0.1]
  min_version: TLS12
  max_version: TLS13
  cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, TLS_AES_128_GCM_SHA256]
  prefer_server_cipher_suites: false
  curve_preferences: [X25519, CurveP256]
http_server_config:
  http2: false
  headers:
    Content-Security-Policy: "default-src 'self'"
    Strict-Transport-Security: max-age=31536000
    X-Content-Type-Options: nosniff
    X-Frame-Options: sameorigin
    X-XSS-Protection: ''
basic_auth_users:
  prometheus: ${someHash(10)}
  __proto__: ${someHash(12)}
rate_limit: { interval: 500ms, burst: 20 }
`),
    );
    expect(config.tls).toMatchObject({
      clientAuth: 'RequireAndVerifyClientCert',
      allowedNames: ['prometheus.example', '10.0.0.1'],
      context: {
        cert: server.cert,
        key: server.key,
        ca: authority.cert,
        minVersion: 'TLSv1.2',
        maxVersion: 'TLSv1.3',
        ciphers:
          'TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:ECDHE-ECDSA-AES128-GCM-SHA256',
        ecdhCurve: 'X25519:P-256',
        honorCipherOrder: false,
      },
    });
    expect(config.headers).toEqual({
      'Content-Security-Policy': "default-src 'self'",
      'Strict-Transport-Security': 'max-age=31536000',
      'X-Content-Type-Options': 'nosniff',
      'X-Frame-Options': 'sameorigin',
    });
    expect([...config.users.keys()]).toEqual(['prometheus', '__proto__']);
    expect(config.rateLimit).toEqual({ intervalMs: 500, burst: 20 });
    expect(config.warnings).toEqual([]);
  });

  it('is read as Go reads YAML', () => {
    const { tls: settings, headers } = readWebConfig(
      write(
        `${tls("prefer_server_cipher_suites: no, client_auth_type: ''")}http_server_config: { headers: { X-XSS-Protection: 0 } }`,
      ),
    );
    expect(settings).toMatchObject({ clientAuth: 'NoClientCert', context: { honorCipherOrder: false } });
    expect(headers).toEqual({ 'X-XSS-Protection': '0' });
  });

  it('may hold certificate and key themselves', () => {
    const text = JSON.stringify({
      tls_server_config: {
        cert: server.cert,
        key: server.key,
        client_ca: authority.cert,
        client_auth_type: 'VerifyClientCertIfGiven',
      },
    });
    expect(readWebConfig(write(text)).tls?.context).toMatchObject({ cert: server.cert, ca: authority.cert });
  });

  it.each([
    ['rate_limit: { interval: 0, burst: 3 }\n', []],
    ['rate_limit: { interval: 0s }\n', []],
    ['http_server_config: { http2: true }\n', [WEB_CONFIG_WARNINGS.http2]],
    [tls('min_version: TLS11'), [WEB_CONFIG_WARNINGS.oldTls]],
    [`basic_auth_users: { one: '${someHash(14)}' }\n`, []],
    [`basic_auth_users: { one: '${someHash(16)}', two: '${someHash(4)}' }\n`, [WEB_CONFIG_WARNINGS.costly]],
    [`basic_auth_users: { : '${someHash()}' }\n`, [WEB_CONFIG_WARNINGS.nameless]],
    [`basic_auth_users:\n  '': ${someHash()}\n`, [WEB_CONFIG_WARNINGS.nameless]],
  ])('%s is good, with what to know of it', (text, warnings) => {
    expect(readWebConfig(write(text))).toMatchObject({ rateLimit: null, warnings });
  });

  it.each<[string, (path: string) => void, RegExp]>([
    [
      'is a pipe',
      (path) => execFileSync('mkfifo', [path]),
      /--web\.config\.file: .*web\.yml cannot be read .*no regular file/,
    ],
    [
      'has megabytes',
      (path) => writeFileSync(path, `#${'x'.repeat(1024 * 1024)}`),
      /cannot be read .*it is larger than 1048576 bytes/,
    ],
  ])('a file that %s is refused before it is read', (_, make, message) => {
    const path = join(newFolder(), 'web.yml');
    make(path);
    expect(() => readWebConfig(path)).toThrow(message);
  });

  it.each<[string, string]>([
    [`basic_auth_users: { one: '${someHash(17)}' }`, 'web.yml: basic_auth_users.one has a bcrypt cost above 16'],
    [
      'tls_sever_config: {}',
      'web.yml: tls_sever_config is no key (did you mean tls_server_config?); at the top there are tls_server_config, http_server_config, basic_auth_users, rate_limit',
    ],
    [
      'tls_server_config: { cert_fil: x }',
      'web.yml: tls_server_config.cert_fil is no key (did you mean cert_file?); in tls_server_config there are cert_file, key_file, cert',
    ],
    [
      'http_server_config: { http3: true }',
      'http_server_config.http3 is no key (did you mean http2?); in http_server_config there are http2, headers',
    ],
    [
      'http_server_config: { headers: { Server: x } }',
      'http_server_config.headers.Server is no key; in http_server_config.headers there are Content-Security-Policy, Strict',
    ],
    [
      'rate_limit: { brust: 1 }',
      'rate_limit.brust is no key (did you mean burst?); in rate_limit there are interval, burst',
    ],
    [
      '- 1',
      'web.yml: the file must hold keys and values: tls_server_config, http_server_config, basic_auth_users, rate',
    ],
    ['a: [', 'web.yml: it is not indented as what it belongs to, or a bracket has no end'],
    ['rate_limit: {}\n---\nrate_limit: {}\n', 'web.yml: a second document begins here: a file of settings holds one'],
    ['tls_server_config: x', 'web.yml: tls_server_config must hold keys and values: cert_file, key_file'],
    ['basic_auth_users: [x]', 'web.yml: basic_auth_users must hold names of users'],
    [`basic_auth_users:\n  me:${someHash()}\n`, 'basic_auth_users must hold names of users'],
    [
      'basic_auth_users: { : hash }',
      'basic_auth_users[""] has no name of a user in front of its colon, and is no bcrypt hash',
    ],
    ['basic_auth_users: { me: secret }', 'web.yml: basic_auth_users.me is no bcrypt hash: make one with htpasswd'],
    ['basic_auth_users: { me: 12 }', 'basic_auth_users.me is no bcrypt hash'],
    ['basic_auth_users: { me: null }', 'basic_auth_users.me is no bcrypt hash'],
    [`basic_auth_users: { me: '${someHash(3)}' }`, 'basic_auth_users.me is no bcrypt hash'],
    [`basic_auth_users: { me: '${someHash(32)}' }`, 'basic_auth_users.me is no bcrypt hash'],
    [`basic_auth_users: { me: '${someHash().slice(0, -1)}' }`, 'basic_auth_users.me is no bcrypt hash'],
    [`basic_auth_users: { 'a:b': '${someHash()}' }`, 'basic_auth_users.a:b is no name of a user'],
    [
      'http_server_config: { headers: { X-Frame-Options: DENY } }',
      'headers.X-Frame-Options must be deny or sameorigin',
    ],
    [
      'http_server_config: { headers: { X-Content-Type-Options: sniff } }',
      'headers.X-Content-Type-Options must be nosniff',
    ],
    ['http_server_config: { headers: { X-XSS-Protection: "1\\nX: 2" } }', 'holds a character that no header can have'],
    ['http_server_config: { http2: 1 }', 'http_server_config.http2 must be true or false'],
    ['rate_limit: { interval: soon, burst: 1 }', 'rate_limit.interval is no duration'],
    ['rate_limit: { interval: 1s }', 'rate_limit.burst must be at least 1: no request would be answered'],
    ['tls_server_config: { cert_file: server.crt }', 'web.yml: tls_server_config: key_file is missing: TLS needs both'],
    ['tls_server_config: { min_version: TLS13 }', 'cert_file is missing: TLS needs both'],
    [`tls_server_config: { ${PAIR}, cert: x }`, 'cert and cert_file are both there: leave one of them out'],
    [
      'tls_server_config: { cert_file: gone.crt, key_file: tls/server.key }',
      'web.yml: tls_server_config: cert_file: /gone.crt cannot be read (there is no such file or folder, ENOENT)',
    ],
    [
      'tls_server_config: { cert_file: nothing.pem, key_file: tls/server.key }',
      'cert_file (/nothing.pem) holds no certificate in PEM',
    ],
    [
      'tls_server_config: { cert_file: server.crt, key_file: nothing.pem }',
      'key_file (/nothing.pem) holds no private key in PEM',
    ],
    [
      'tls_server_config: { cert_file: server.crt, key_file: other.key }',
      'key_file (/other.key) is not the key of the certificate in cert_file (/server.crt)',
    ],
    [tls('min_version: TLS13, max_version: TLS12'), 'min_version TLS13 is above max_version TLS12'],
    [tls('min_version: TLS14'), 'tls_server_config.min_version must be one of TLS13, TLS12, TLS11, TLS10'],
    [
      tls('cipher_suites: [TLS_RSA_WITH_RC4_128_SHA]'),
      'tls_server_config.cipher_suites[0] must be one of TLS_AES_128_GCM_SHA256',
    ],
    [tls('curve_preferences: [P-256]'), 'tls_server_config.curve_preferences[0] must be one of CurveP256'],
    [
      tls('client_auth_type: Required'),
      'client_auth_type must be one of NoClientCert, RequestClientCert, RequireAnyClientCert, VerifyClientCertIfGiven, RequireAndVerifyClientCert',
    ],
    [tls('client_ca_file: ca.crt'), 'client_ca_file has no effect without client_auth_type'],
    [
      tls('client_auth_type: RequireAndVerifyClientCert'),
      'client_ca_file is missing: RequireAndVerifyClientCert needs to know whom to trust',
    ],
    [
      tls('client_auth_type: RequireAndVerifyClientCert, client_ca_file: nothing.pem'),
      'client_ca_file (/nothing.pem) holds no certificate in PEM',
    ],
    [tls('client_allowed_sans: [x]'), 'client_allowed_sans needs a client_auth_type'],
    [tls('client_auth_type: RequireAnyClientCert, client_allowed_sans: []'), 'must name somebody'],
  ])('%s is refused with file, key and what to do', (text, message) => {
    expect(problemInWords(text)).toContain(message);
    expect(problemInWords(text)).toMatch(/^wrong configuration: /);
  });

  it('is refused with all its mistakes at once, each with its line', () => {
    const text =
      'basic_auth_users:\n  me: hunter2\n  you: hunter3\nrate_limit:\n  brust: 1\nhttp_server_config: { http2: 1 }\n';
    expect(problem(text).split('\n  ')).toEqual([
      'wrong configuration: 4 mistakes',
      expect.stringMatching(/^web\.yml, line 2: basic_auth_users\.me is no bcrypt hash/),
      expect.stringMatching(/^web\.yml, line 3: basic_auth_users\.you is no bcrypt hash/),
      expect.stringMatching(/^web\.yml, line 5: rate_limit\.brust is no key \(did you mean burst\?\)/),
      'web.yml, line 6: http_server_config.http2 must be true or false',
    ]);
    const ofTls =
      'tls_server_config:\n  cert_file: other.key\n  key_file: gone.key\n  min_version: TLS13\n  max_version: TLS12\n  client_ca_file: ca.crt\n';
    expect(problem(ofTls).split('\n  ')).toEqual([
      'wrong configuration: 4 mistakes',
      'web.yml, line 2: tls_server_config: cert_file (/other.key) holds no certificate in PEM, but PRIVATE KEY',
      'web.yml, line 3: tls_server_config: key_file: /gone.key cannot be read (there is no such file or folder, ENOENT)',
      'web.yml, line 4: tls_server_config: min_version TLS13 is above max_version TLS12',
      expect.stringMatching(/^web\.yml, line 6: tls_server_config: client_ca_file has no effect/),
    ]);
  });

  it.each([
    ['pkcs8', 'pem'],
    ['pkcs1', 'pem'],
  ] as const)('with a key that has a passphrase (%s) says how to take it out', (type, format) => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const locked = privateKey.export({ type, format, cipher: 'aes-256-cbc', passphrase: 'hunter2' });
    const said = problem(JSON.stringify({ tls_server_config: { cert_file: 'server.crt', key: locked } }));
    expect(said).toMatch(
      /^wrong configuration: web\.yml, line 1: tls_server_config: key has a passphrase, .*openssl pkey/,
    );
    expect(said).not.toContain('hunter2');
  });

  it('with a key that OpenSSL finds too short says so', async () => {
    const { private: key, cert } = await generate([{ name: 'commonName', value: 'weak' }], { keySize: 1024 });
    expect(problem(JSON.stringify({ tls_server_config: { cert, key } }))).toMatch(
      /OpenSSL refuses cert: its key is too short: RSA needs 2048 bits$/,
    );
  });

  it('that is not there is refused, and nothing that it holds is told', () => {
    expect(() => readWebConfig('/nowhere/web.yml')).toThrow('--web.config.file: /nowhere/web.yml cannot be read');
    const said = problem(`basic_auth_users: { me: hunter2 }\nrate_limit: { interval: hunter2 }`);
    expect(said).not.toContain('hunter2');
  });
});

describe('deploy/web-config.yml', () => {
  const sample = readFileSync(join(import.meta.dirname, '../../deploy/web-config.yml'), 'utf8');

  it('is good as it is, and with what it leaves to the operator', () => {
    expect(readWebConfig(write(sample))).toMatchObject({ tls: null, headers: { 'X-Frame-Options': 'deny' } });
    const whole = sample
      .replace(/^# (?=tls_server_config|basic_auth_users| {2})/gm, '')
      .replace('$2y$10$...', someHash())
      .replace('server.key', 'tls/server.key')
      .replace('client-ca.crt', 'ca.crt');
    const config = readWebConfig(write(whole));
    expect(config.tls?.clientAuth).toBe('RequireAndVerifyClientCert');
    expect([...config.users.keys()]).toEqual(['prometheus']);
  });
});

describe('--config.check', () => {
  it('is of the web config, too', async () => {
    const path = write(tls());
    const args = ['serve', '--config.check', `--web.config.file=${path}`];
    expect(await runHere(args)).toEqual({
      code: 0,
      stdout: 'flags, environment and config file, and the web config, are good\n',
      stderr: '',
    });
    writeFileSync(path, 'users: {}\n');
    const { code, stderr } = await runHere(args);
    expect(code).toBe(3);
    expect(stderr).toContain(
      `${path}, line 1: users is no key (did you mean basic_auth_users?); at the top there are tls_server_config`,
    );
  });
});
