import { once } from 'node:events';
import type { IncomingHttpHeaders, Server } from 'node:http';
import { hashSync } from 'bcryptjs';
import { afterEach, describe, expect, it } from 'vitest';
import { createApp } from '../../src/http/app.ts';
import { type Admission, OPEN } from '../../src/http/gate.ts';
import { createHttpServer } from '../../src/http/server.ts';
import { createLog } from '../../src/log.ts';
import { clientsOf } from '../support/clients.ts';

const PATHS = ['/metrics', '/', '/-/healthy', '/-/ready', '/nothing', 'http://', 'http://[::1/nothing'];
const USERS = new Map([['prometheus', hashSync('secret', 4)]]);

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

/** The exporter's pages behind a gate that can change. */
async function serve(first: Partial<Admission>) {
  let admission: Admission = { ...OPEN, ...first };
  const lines: string[] = [];
  const app = createApp({
    telemetryPath: '/metrics',
    metrics: async () => ({ first: null, rest: 'a 1\n' }),
    statusPage: () => '<!doctype html><p>status',
    styleHash: "'sha256-x'",
    isReady: () => true,
    maxRequests: 40,
    admission: () => admission,
    log: createLog({ level: 'info', format: 'logfmt', write: (line) => lines.push(line) }),
    now: () => 0,
  });
  const server = createHttpServer(app).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  const address = server.address();
  const { get } = clientsOf(`127.0.0.1:${typeof address === 'object' ? address?.port : ''}`);
  return {
    lines,
    change: (changes: Partial<Admission>) => {
      admission = { ...OPEN, ...changes };
    },
    ask: (path: string, credentials: string | null = null, method = 'GET') =>
      get(path, {
        method,
        headers: credentials === null ? {} : { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` },
      }),
  };
}

describe('users', () => {
  it('are asked for at every page, whatever is asked for, and heard by whoever is one', async () => {
    const { ask, lines } = await serve({ users: USERS });
    for (const path of PATHS) {
      for (const method of ['GET', 'HEAD', 'POST']) {
        const { status, headers, body } = await ask(path, null, method);
        expect({ path, status }).toEqual({ path, status: 401 });
        expect(headers['www-authenticate']).toBe('Basic realm="openclaw-store-exporter", charset="UTF-8"');
        expect(body.toString()).not.toMatch(/a 1|status|healthy/);
      }
    }
    expect(lines).toEqual([]);
    const answers = await Promise.all(PATHS.map((path) => ask(path, 'prometheus:secret')));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 404, 404, 404]);
  });

  it('with a wrong name or password are told the same, and nothing of it is logged but that it was', async () => {
    const { ask, lines } = await serve({ users: USERS });
    const [wrong, unknown] = [await ask('/', 'prometheus:hunter2'), await ask('/', 'hunter2:secret')];
    const plain = ({ date, ...headers }: IncomingHttpHeaders) => headers;
    expect(plain(wrong.headers)).toEqual(plain(unknown.headers));
    expect([wrong.status, unknown.status, String(wrong.body)]).toEqual([401, 401, String(unknown.body)]);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('requests with a wrong user name or password were refused');
    expect(lines[0]).not.toMatch(/hunter2|secret/);
  });

  it('are those of this moment', async () => {
    const { ask, change } = await serve({});
    expect((await ask('/metrics')).status).toBe(200);
    change({ users: USERS });
    expect((await ask('/metrics')).status).toBe(401);
    expect((await ask('/metrics', 'prometheus:secret')).status).toBe(200);
    change({ users: new Map([['prometheus', hashSync('other', 4)]]) });
    expect((await ask('/metrics', 'prometheus:secret')).status).toBe(401);
  });

  it('are heard while others try passwords, whose tries are refused above a number', async () => {
    const { ask, lines } = await serve({ users: new Map([['prometheus', hashSync('secret', 8)]]) });
    expect((await ask('/metrics', 'prometheus:secret')).status).toBe(200);
    const tries = Array.from({ length: 300 }, (_, at) => ask('/metrics', `prometheus:try ${at}`));
    const good = Array.from({ length: 20 }, () => ask('/metrics', 'prometheus:secret'));
    expect(new Set((await Promise.all(good)).map(({ status }) => status))).toEqual(new Set([200]));
    const answers = await Promise.all(tries);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401, 503]));
    const busy = answers.find(({ status }) => status === 503);
    expect(busy?.headers['retry-after']).toBe('1');
    expect(lines.filter((line) => line.includes('too many passwords wait to be compared'))).toHaveLength(1);
  });
});

describe('headers', () => {
  const HEADERS = { 'Content-Security-Policy': "default-src 'self'", 'X-Frame-Options': 'deny' };

  it('are those of every answer, and win over those of the page', async () => {
    const { ask } = await serve({ headers: HEADERS, users: USERS });
    for (const credentials of [null, 'prometheus:secret']) {
      for (const path of PATHS) {
        const { headers } = await ask(path, credentials);
        expect(headers, path).toMatchObject({
          'content-security-policy': HEADERS['Content-Security-Policy'],
          'x-frame-options': 'deny',
        });
      }
    }
  });
});

describe('the rate limit', () => {
  it('holds for all pages, before passwords are looked at', async () => {
    const { ask, change } = await serve({ rateLimit: { intervalMs: 1000, burst: 3 }, users: USERS });
    const answers = [];
    for (const path of PATHS) answers.push(await ask(path));
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 429, 429, 429, 429]);
    expect(answers[4]?.headers['retry-after']).toBe('1');
    change({});
    expect((await ask('/metrics')).status).toBe(200);
  });
});
