import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { request } from 'node:https';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHttpServer } from '../../src/http/server.ts';
import { type Authority, createAuthority, type KeyPair } from '../support/certificates.ts';
import { fileFolder } from '../support/folder.ts';
import { waitFor } from '../support/processes.ts';
import { hashOf, PASSWORD, type SecureExporter, startSecureExporter, USER } from '../support/secure-exporter.ts';
import { createState, type State } from '../support/state.ts';

let authority: Authority;
let server: KeyPair;

beforeAll(async () => {
  authority = await createAuthority();
  server = await authority.server();
});

describe('whoever tries passwords', () => {
  const folder = fileFolder();
  let state: State;
  let exporter: SecureExporter;

  beforeAll(async () => {
    state = createState({ live: true, kept: true });
    exporter = await startSecureExporter({
      stateDir: state.dir,
      folder,
      webConfig: `
tls_server_config: { cert_file: server.crt, key_file: server.key }
basic_auth_users: { ${USER}: ${hashOf(PASSWORD)}, other: ${hashOf('x', 12)} }
`,
      server,
      client: { ca: authority.cert, credentials: `${USER}:${PASSWORD}` },
    });
  });
  afterAll(async () => {
    await exporter.stop();
    state.remove();
  });

  it('does not keep Prometheus from its metrics', async () => {
    let isDone = false;
    let tries = 0;
    const seen = new Set<number | string | undefined>();
    async function attack(name: string): Promise<void> {
      while (!isDone) {
        tries += 1;
        const asked = exporter.ask('/metrics', { ca: authority.cert, credentials: `${name}:try ${tries}` });
        // One that waits for more than 10 seconds is ended.
        seen.add(await asked.then(({ status }) => status).catch(({ code }: NodeJS.ErrnoException) => code));
      }
    }
    const attacks = Array.from({ length: 40 }, (_, at) => attack(at % 2 === 0 ? USER : `user ${at}`));
    const good = new Set<number | undefined>();
    // Until enough was tried, and some of it was too much.
    for (let scrapes = 0; scrapes < 20 || tries <= 100 || !seen.has(401) || !seen.has(503); scrapes += 1) {
      const { status } = await exporter.ask('/metrics', { ca: authority.cert, credentials: `${USER}:${PASSWORD}` });
      good.add(status);
    }
    isDone = true;
    await Promise.all(attacks);
    expect(good).toEqual(new Set([200]));
    for (const ended of ['ECONNRESET', 'EPIPE']) seen.delete(ended);
    expect(seen).toEqual(new Set([401, 503]));
    await waitFor('the log', () => exporter.running.output().includes('too many passwords wait to be compared'));
  });

  it('cannot keep it from stopping', async () => {
    const attack = exporter.ask('/', { ca: authority.cert, credentials: 'other:a costly one' }).catch(() => 'gone');
    expect(await exporter.stop()).toEqual({ code: 0, signal: null });
    await attack;
  });
});

describe('connections above the limit', () => {
  it('take the place of those that never end their handshake, not of one that is answered', async () => {
    const held: ServerResponse[] = [];
    const settings = { context: server, clientAuth: 'NoClientCert', allowedNames: null } as const;
    const own = createHttpServer((_, response) => void held.push(response), {
      settings: () => settings,
      refused: () => undefined,
    }).listen(0, '127.0.0.1');
    await once(own, 'listening');
    const address = own.address();
    const target = { host: '127.0.0.1', port: typeof address === 'object' && address !== null ? address.port : 0 };
    const answer = new Promise<IncomingMessage>((resolve, reject) => {
      request({ ...target, ca: authority.cert, agent: false }, resolve)
        .once('error', reject)
        .end();
    });
    await waitFor('the request', () => held.length === 1);
    let closed = 0;
    const idle = Array.from({ length: 2100 }, () =>
      connect(target.port, target.host)
        .resume()
        .on('error', () => undefined)
        .once('close', () => {
          closed += 1;
        }),
    );
    await waitFor('the first to be closed', () => {
      // An answer that stands still is ended after 10 seconds.
      held[0]?.write('.');
      return closed >= 101;
    });
    held[0]?.end('ok');
    // It fails where the connection was closed before the end.
    expect(await text(await answer)).toMatch(/^\.+ok$/);
    for (const each of idle) each.destroy();
    own.close();
    own.closeAllConnections();
  });
});
