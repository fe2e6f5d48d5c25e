import { once } from 'node:events';
import type { Server } from 'node:http';
import { type RequestOptions, request } from 'node:https';
import { connect as connectPlain } from 'node:net';
import { type ConnectionOptions, connect, DEFAULT_CIPHERS, type SecureContextOptions, type TLSSocket } from 'node:tls';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createHttpServer } from '../../src/http/server.ts';
import type { ClientAuthType, TlsSettings } from '../../src/http/tls.ts';
import { type Authority, createAuthority, type KeyPair, serialOf } from '../support/certificates.ts';

let authority: Authority;
let server: KeyPair;
let renewed: KeyPair;
let client: KeyPair;
/** Of an authority that nobody trusts. */
let stranger: KeyPair;

beforeAll(async () => {
  const foreign = await createAuthority();
  authority = await createAuthority();
  [server, renewed, client, stranger] = await Promise.all([
    authority.server(),
    authority.server(),
    authority.client(
      'prometheus.example',
      '*.wild.example',
      'me@example.org',
      '10.0.0.1',
      'spiffe://a/b, DNS:forged.example',
    ),
    foreign.client('prometheus.example'),
  ]);
});

const servers: Server[] = [];
afterEach(() => {
  for (const each of servers.splice(0)) {
    each.close();
    each.closeAllConnections();
  }
});

function settings(changes: Partial<TlsSettings> = {}, context: SecureContextOptions = {}): TlsSettings {
  return {
    context: { ...server, ca: authority.cert, minVersion: 'TLSv1.2', maxVersion: 'TLSv1.3', ...context },
    clientAuth: 'NoClientCert',
    allowedNames: null,
    ...changes,
  };
}

/** Serves with settings that can change. */
async function serve(first: TlsSettings) {
  let now = first;
  const reasons: string[] = [];
  const own = createHttpServer((_, response) => response.end('ok'), {
    settings: () => now,
    refused: (reason) => reasons.push(reason),
  }).listen(0, '127.0.0.1');
  servers.push(own);
  await once(own, 'listening');
  const address = own.address();
  const target = { host: '127.0.0.1', port: typeof address === 'object' && address !== null ? address.port : 0 };
  return {
    ...target,
    reasons,
    change: (next: TlsSettings) => {
      now = next;
    },
    /** What a client hears: the body, or the code of an error. */
    ask: (options: RequestOptions = {}) =>
      new Promise<string>((resolve) => {
        const sent = request({ ...target, ca: authority.cert, agent: false, ...options }, (response) => {
          response.setEncoding('utf8').on('data', resolve);
        });
        sent.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message)).end();
      }),
    connected: async (options: ConnectionOptions = {}): Promise<TLSSocket> => {
      const socket = connect({ ...target, ca: authority.cert, ...options });
      await once(socket, 'secureConnect');
      return socket;
    },
  };
}

describe('the certificate', () => {
  it('is the new one for connections from now on, and those that are open stay', async () => {
    const { change, connected, ask } = await serve(settings());
    const open = await connected();
    expect(open.getPeerCertificate().serialNumber).toBe(serialOf(server.cert));
    change(settings({}, renewed));
    const next = await connected();
    expect(next.getPeerCertificate().serialNumber).toBe(serialOf(renewed.cert));
    next.destroy();
    open.end('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    const [text] = await once(open.setEncoding('utf8'), 'data');
    expect(text).toMatch(/^HTTP\/1\.1 200/);
    expect(await ask()).toBe('ok');
  });
});

describe('a client', () => {
  const REFUSED = 'ECONNRESET';
  it.each<[ClientAuthType, string, string, string]>([
    // Without a certificate, with one of an authority that nobody trusts, with a good one.
    ['NoClientCert', 'ok', 'ok', 'ok'],
    ['RequestClientCert', 'ok', 'ok', 'ok'],
    ['RequireAnyClientCert', REFUSED, 'ok', 'ok'],
    ['RequireClientCert', REFUSED, 'ok', 'ok'],
    ['VerifyClientCertIfGiven', 'ok', REFUSED, 'ok'],
    ['RequireAndVerifyClientCert', REFUSED, REFUSED, 'ok'],
  ])('is judged as %s says, from the start and from a change on', async (clientAuth, none, foreign, good) => {
    const other = clientAuth === 'NoClientCert' ? 'RequireAndVerifyClientCert' : 'NoClientCert';
    for (const first of [clientAuth, other] as const) {
      const { ask, change } = await serve(settings({ clientAuth: first }));
      await ask();
      change(settings({ clientAuth }));
      expect([await ask(), await ask(stranger), await ask(client)], `after ${first}`).toEqual([none, foreign, good]);
    }
  });

  it.each([
    ['a DNS name', 'prometheus.example', 'ok'],
    ['an address of mail', 'me@example.org', 'ok'],
    ['an IP address', '10.0.0.1', 'ok'],
    ['a URI', 'spiffe://a/b, DNS:forged.example', 'ok'],
    ['a wildcard to the letter', '*.wild.example', 'ok'],
    ['what a wildcard means', 'a.wild.example', REFUSED],
    ['a name inside of another one', 'forged.example', REFUSED],
    ['a part of a name', 'example', REFUSED],
    ['the name in other letters', 'Prometheus.example', REFUSED],
    ['another IP address', '10.0.0.2', REFUSED],
  ])('is known by %s', async (_, name, heard) => {
    const { ask } = await serve(
      settings({ clientAuth: 'RequireAndVerifyClientCert', allowedNames: ['nobody.example', name] }),
    );
    expect(await ask(client)).toBe(heard);
  });

  it('does not come back by a session of before with a certificate that is not trusted any more', async () => {
    const wants = { clientAuth: 'RequireAndVerifyClientCert' } as const;
    const { change, connected } = await serve(settings(wants));
    const own = { ...client, maxVersion: 'TLSv1.2' } as const;
    const first = await connected(own);
    const session = first.getSession();
    first.destroy();
    const second = await connected({ ...own, session });
    expect(second.isSessionReused()).toBe(true);
    second.destroy();
    const another = await createAuthority();
    change(settings(wants, { ca: another.cert }));
    await expect(connected({ ...own, session })).rejects.toThrow('disconnected before secure TLS connection');
  });
});

describe('why a client is refused', () => {
  it('is told', async () => {
    const { ask, reasons } = await serve(
      settings(
        { clientAuth: 'RequireAndVerifyClientCert', allowedNames: ['nobody.example'] },
        { minVersion: 'TLSv1.3' },
      ),
    );
    for (const each of [{}, stranger, client, { ...client, maxVersion: 'TLSv1.2' } as const]) await ask(each);
    expect(reasons).toEqual([
      'the client has no certificate',
      'the certificate of the client is not good: CERT_SIGNATURE_FAILURE',
      'the certificate of the client bears no name of client_allowed_sans',
      'Error ERR_SSL_UNSUPPORTED_PROTOCOL',
    ]);
  });
});

describe('versions', () => {
  const OLD = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: `${DEFAULT_CIPHERS}:@SECLEVEL=0` } as const;
  const REFUSED = 'EPROTO';
  it.each<[string, SecureContextOptions, RequestOptions, string]>([
    ['1.1 is refused', {}, OLD, REFUSED],
    ['1.1 is let in where the settings say so', { minVersion: 'TLSv1.1', ciphers: OLD.ciphers }, OLD, 'ok'],
    ['1.2 is let in', {}, { maxVersion: 'TLSv1.2' }, 'ok'],
    ['1.2 is refused', { minVersion: 'TLSv1.3' }, { maxVersion: 'TLSv1.2' }, REFUSED],
    ['1.3 is refused', { maxVersion: 'TLSv1.2' }, { minVersion: 'TLSv1.3' }, REFUSED],
  ])('TLS %s', async (_, context, options, heard) => {
    const { ask } = await serve(settings({}, context));
    expect(await ask(options)).toBe(heard);
  });
});

describe('connections', () => {
  it('that speak no TLS, or nothing, keep nobody from an answer', async () => {
    const { ask, host, port } = await serve(settings());
    const silent = Array.from({ length: 50 }, () => connectPlain(port, host));
    const plain = connectPlain(port, host);
    plain.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await once(plain, 'close');
    expect(await ask()).toBe('ok');
    for (const each of silent) each.destroy();
  });
});
