import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { runHealthy } from '../src/healthy-command.ts';
import { loadSettings } from '../src/settings/settings.ts';
import { newFolder, putFile } from './support/folder.ts';
import { runHere } from './support/run.ts';

const settings = (args: readonly string[]) => loadSettings('serve', args, {});

describe('healthy', () => {
  let tls: { key: string; cert: string };
  let server: Server;
  beforeAll(async () => {
    const { private: key, cert } = await generate([{ name: 'commonName', value: 'another.example' }]);
    tls = { key, cert };
  });
  afterEach(() => new Promise((resolve) => server.close(resolve)));

  it.each<[string, () => Server, number, string]>([
    [
      'over HTTP',
      () => createServer((request, response) => response.writeHead(request.url === '/-/healthy' ? 200 : 404).end()),
      0,
      'answered 200',
    ],
    ['over HTTP, but not well', () => createServer((_, response) => response.writeHead(500).end()), 1, 'answered 500'],
    [
      'over TLS with a certificate of another name',
      () => createTlsServer(tls, (_, response) => response.end()),
      0,
      'answered 200',
    ],
    [
      'over TLS, and asks for a password',
      () => createTlsServer(tls, (_, response) => response.writeHead(401).end()),
      0,
      'answered 401',
    ],
    [
      'over TLS, and asks for a certificate',
      () =>
        createTlsServer({ ...tls, requestCert: true, rejectUnauthorized: true, ca: tls.cert }, (_, response) =>
          response.end(),
        ),
      0,
      'answered, and asks for a certificate',
    ],
    [
      'with no HTTP at all',
      () => createServer().on('connection', (socket) => socket.destroy()),
      1,
      'no answer: Error ECONNRESET',
    ],
  ])('tells of an exporter that answers %s', async (_name, create, code, said) => {
    server = create();
    const port = await listening(server);
    expect(await runHere(['healthy', `--web.listen-address=:${port}`])).toEqual({
      code,
      stdout: `${said}\n`,
      stderr: '',
    });
    const env = { OPENCLAW_STORE_EXPORTER_WEB_LISTEN_ADDRESS: `0.0.0.0:${port}` };
    expect((await runHere(['healthy'], env)).code).toBe(code);
  });

  it('tells that nothing listens', async () => {
    server = createServer();
    // While somebody listens there, nobody else gets this port of another loopback address.
    const port = await listening(server);
    const { code, stdout } = await runHere(['healthy', `--web.listen-address=127.0.0.2:${port}`]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: 'nothing listens there, ECONNREFUSED\n' });
  });

  it.each<[string, (port: number) => string[], boolean]>([
    [
      'the exporter with flags',
      (port) => ['node', '/app/dist/main.js', 'serve', `--web.listen-address=:${port}`],
      true,
    ],
    ['the exporter with flags alone', (port) => ['node', '/app/dist/main.js', `--web.listen-address=:${port}`], true],
    [
      'an init before the exporter',
      (port) => ['/sbin/docker-init', '--', 'openclaw-store-exporter', 'serve', '--web.listen-address', `:${port}`],
      true,
    ],
    ['another program', () => ['/sbin/init', 'splash'], false],
  ])('where process 1 is %s it asks the address of that one', async (_name, words, isAsked) => {
    server = createServer((_, response) => response.end());
    const port = await listening(server);
    const path = putFile(join(newFolder(), 'cmdline'), `${words(port).join('\0')}\0`);
    const code = await runHealthy(settings(['--web.listen-address=127.0.0.1:1']), settings, path);
    expect(code).toBe(isAsked ? 0 : 1);
  });
});

function listening(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
}
