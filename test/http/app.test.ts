import { once } from 'node:events';
import { type IncomingHttpHeaders, request, type Server } from 'node:http';
import { connect } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type AppOptions, createApp } from '../../src/http/app.ts';
import { OPEN } from '../../src/http/gate.ts';
import { createHttpServer } from '../../src/http/server.ts';
import type { Content } from '../../src/http/shared-body.ts';
import { createLog } from '../../src/log.ts';
import { SILENT } from '../support/scan.ts';

/** Until something is so at which it is hung; how long it takes is up to the machine. */
const PATIENCE = { timeout: 60_000 };
const METRICS = '# HELP a A.\n# TYPE a gauge\na{session="å😀"} 1\n';

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

const servers: Server[] = [];
/** Of the servers, the newest first. */
const ports: number[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

function content(rest: string): Content {
  return { first: null, rest };
}

/** Serves an app and returns how to ask it; the path is sent as it stands. */
async function serveApp(changes: Partial<AppOptions> = {}) {
  const app = createApp({
    telemetryPath: '/metrics',
    metrics: async () => content(METRICS),
    statusPage: () => '<!doctype html><p>status',
    styleHash: "'sha256-x'",
    isReady: () => true,
    maxRequests: 40,
    admission: () => OPEN,
    log: SILENT,
    ...changes,
  });
  const server = createHttpServer(app).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the server has no port');
  const { port } = address;
  ports.unshift(port);
  return async (path: string, { method = 'GET', headers = {} } = {}): Promise<Answer> => {
    const sent = request({ host: '127.0.0.1', port, path, method, headers, agent: false }).end();
    const [response] = await once(sent, 'response');
    return { status: response.statusCode, headers: response.headers, body: await buffer(response) };
  };
}

describe('the metrics', () => {
  it('have the type to the letter, since Prometheus 3 refuses what it does not know', async () => {
    const ask = await serveApp();
    const { status, headers, body } = await ask('/metrics');
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(body.toString('utf8')).toBe(METRICS);
  });

  it('are of that type for a client that would rather have OpenMetrics', async () => {
    const ask = await serveApp();
    const accept = 'application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1';
    const { headers, body } = await ask('/metrics', { headers: { accept } });
    expect(headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(body.toString('utf8')).toBe(METRICS);
  });

  it('are the same compressed and not, and say that they vary', async () => {
    const ask = await serveApp();
    const zipped = await ask('/metrics', { headers: { 'accept-encoding': 'gzip' } });
    expect(zipped.headers['content-encoding']).toBe('gzip');
    expect(zipped.headers.vary).toBe('Accept-Encoding');
    expect(gunzipSync(zipped.body).toString('utf8')).toBe(METRICS);
    for (const headers of [{}, { 'accept-encoding': 'identity' }, { 'accept-encoding': 'gzip;q=0' }]) {
      const plain = await ask('/metrics', { headers });
      expect(plain.headers['content-encoding']).toBeUndefined();
      expect(plain.headers.vary).toBe('Accept-Encoding');
      expect(plain.body.toString('utf8')).toBe(METRICS);
    }
  });

  it('are made once a second, however many ask for them', async () => {
    let count = 0;
    let now = 0;
    const metrics = async () => {
      count += 1;
      return content(`b ${count}\n`);
    };
    const ask = await serveApp({ metrics, now: () => now });
    const bodies = await Promise.all(Array.from({ length: 20 }, () => ask('/metrics')));
    expect(new Set(bodies.map(({ body }) => body.toString('utf8')))).toEqual(new Set(['b 1\n']));
    now = 999;
    expect((await ask('/metrics')).body.toString('utf8')).toBe('b 1\n');
    now = 1000;
    expect((await ask('/metrics')).body.toString('utf8')).toBe('b 2\n');
  });

  it('lie at the telemetry path whatever it is asked for behind the question mark', async () => {
    const ask = await serveApp();
    expect((await ask('/metrics?collect[]=x')).status).toBe(200);
  });

  it.each(['/me(trics', '/me(tr?ics)', '/:x*', '/a.b', '/%7Ex', '/[a-z]+$'])(
    'lie at the path %s as it stands',
    async (path) => {
      const ask = await serveApp({ telemetryPath: path });
      const { status, body } = await ask(path);
      expect({ status, body: body.toString('utf8') }).toEqual({ status: 200, body: METRICS });
      for (const other of ['/metrics', '/me', '/xx', '/aXb', `${path}/`]) expect((await ask(other)).status).toBe(404);
    },
  );

  it('take the place of the status page where they are told to', async () => {
    const ask = await serveApp({ telemetryPath: '/' });
    expect((await ask('/')).body.toString('utf8')).toBe(METRICS);
  });

  it('that cannot be made are a 500 that tells nothing, and the next request is answered', async () => {
    let fails = true;
    const lines: string[] = [];
    const ask = await serveApp({
      metrics: async () => {
        if (fails) throw new Error('a detail');
        return content(METRICS);
      },
      log: createLog({ level: 'info', format: 'logfmt', write: (line) => lines.push(line) }),
    });
    const { status, headers, body } = await ask('/metrics');
    expect(status).toBe(500);
    expect(body.toString('utf8')).toBe('internal error\n');
    expect(JSON.stringify(headers)).not.toContain('a detail');
    expect(lines.join('')).toMatch(/level=error .*err="a detail"/);
    fails = false;
    expect((await ask('/metrics')).status).toBe(200);
  });
});

describe('requests at once', () => {
  /** An app whose metrics are made when the test says so. */
  async function serveSlowly(maxRequests: number) {
    let make = (_text: Content): void => undefined;
    const text = new Promise<Content>((resolve) => {
      make = resolve;
    });
    const lines: string[] = [];
    const log = createLog({ level: 'info', format: 'logfmt', write: (line) => lines.push(line) });
    const ask = await serveApp({ maxRequests, metrics: () => text, log, now: () => 0 });
    return { ask, lines, make: () => make(content(METRICS)) };
  }

  it('above the limit are 503 and logged once, health is always answered, and their place is free again', async () => {
    const { ask, lines, make } = await serveSlowly(2);
    const held = [ask('/metrics'), ask('/metrics')];
    await vi.waitUntil(async () => (await ask('/')).status === 503, PATIENCE);
    const refused = await ask('/metrics');
    expect(refused.status).toBe(503);
    expect(refused.headers['retry-after']).toBe('1');
    expect((await ask('/-/healthy')).status).toBe(200);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('limit=2');
    make();
    expect((await Promise.all(held)).map(({ status }) => status)).toEqual([200, 200]);
    expect((await ask('/metrics')).status).toBe(200);
  });

  it('give their places back when their connection is gone, those too that waited behind another on it', async () => {
    const { ask, make } = await serveSlowly(3);
    const [port] = ports;
    const client = connect(port ?? 0, '127.0.0.1');
    client.write('GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(3));
    await vi.waitUntil(async () => (await ask('/')).status === 503, PATIENCE);
    client.destroy();
    await vi.waitUntil(async () => (await ask('/')).status === 200, PATIENCE);
    make();
    expect((await ask('/metrics')).status).toBe(200);
  });
});

describe('the status page', () => {
  it('is HTML that may run and load nothing', async () => {
    const ask = await serveApp();
    const { status, headers, body } = await ask('/');
    expect(status).toBe(200);
    expect(body.toString('utf8')).toBe('<!doctype html><p>status');
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    const policy = String(headers['content-security-policy']).split('; ');
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy.join()).not.toMatch(/script|unsafe-eval|\*/);
    expect(headers['x-content-type-options']).toBe('nosniff');
  });

  it('that cannot be made is a 500 that tells nothing', async () => {
    const ask = await serveApp({
      statusPage: () => {
        throw new Error('a detail');
      },
    });
    const { status, body } = await ask('/');
    expect({ status, body: body.toString('utf8') }).toEqual({ status: 500, body: 'internal error\n' });
  });
});

describe('health', () => {
  it('is healthy from the start, and ready once the first scan has ended', async () => {
    let isReady = false;
    const ask = await serveApp({ isReady: () => isReady });
    expect((await ask('/-/healthy')).status).toBe(200);
    expect((await ask('/-/ready')).status).toBe(503);
    isReady = true;
    expect((await ask('/-/ready')).status).toBe(200);
    expect((await ask('/-/healthy')).body.toString('utf8')).toBe('healthy\n');
  });
});

describe('every answer', () => {
  const PATHS = ['/metrics', '/', '/-/healthy', '/-/ready', '/nothing'];

  it('has no ETag and does not say what made it', async () => {
    const ask = await serveApp();
    const failing = await serveApp({ metrics: () => Promise.reject(new Error('a detail')) });
    const answers = await Promise.all([
      ...PATHS.map((path) => ask(path)),
      ask('/metrics', { method: 'POST' }),
      failing('/metrics'),
    ]);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 404, 405, 500]));
    for (const { status, headers } of answers) {
      expect(headers.etag, String(status)).toBeUndefined();
      expect(headers['x-powered-by'], String(status)).toBeUndefined();
    }
  });

  it('to HEAD has the headers of GET and no body', async () => {
    const ask = await serveApp();
    for (const path of PATHS) {
      const [get, head] = [await ask(path), await ask(path, { method: 'HEAD' })];
      expect(head.status, path).toBe(get.status);
      expect(head.headers['content-type'], path).toBe(get.headers['content-type']);
      expect(head.body).toHaveLength(0);
    }
  });

  it.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])('to %s is 405, with what is allowed', async (method) => {
    const ask = await serveApp();
    for (const path of PATHS) {
      const { status, headers } = await ask(path, { method });
      expect(status, path).toBe(405);
      expect(headers.allow, path).toBe('GET, HEAD');
    }
  });

  it.each([
    '/metrics/',
    '/Metrics',
    '/metricsx',
    '/-/',
    '/-/reload',
    '//',
    '/favicon.ico',
    '/../metrics',
    '/%zz',
    '/%00',
  ])('to %s is 404', async (path) => {
    const { status, body } = await (await serveApp())(path);
    expect({ status, body: body.toString('utf8') }).toEqual({ status: 404, body: 'not found\n' });
  });
});
