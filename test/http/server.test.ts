import { channel } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { Agent, type IncomingMessage, request, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect, Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createHttpServer } from '../../src/http/server.ts';
import { isObject } from '../../src/is-object.ts';

/** Node tells of each request that it makes objects of, also of those that it answers by itself. */
const BEGUN = channel('http.server.request.start');
const HOST = 'Host: x\r\n';

let server: Server;
let port: number;
/** The connection of each request that Node began. */
let begun: Socket[];
/** Of each request that the listener got. */
let heard: string[];

function note(message: unknown): void {
  if (isObject(message) && message.socket instanceof Socket) begun.push(message.socket);
}

beforeEach(async () => {
  begun = [];
  heard = [];
  BEGUN.subscribe(note);
  server = createHttpServer(async ({ url = '' }, response) => {
    heard.push(url);
    await Promise.resolve();
    response.end('answered\n');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  port = typeof address === 'object' && address !== null ? address.port : 0;
});
afterEach(() => {
  BEGUN.unsubscribe(note);
  server.close();
  server.closeAllConnections();
});

/** Sends it on one connection, and never ends that itself; returns what was answered until the server ended it. */
function exchange(sent: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const chunks: string[] = [];
    socket.setEncoding('latin1').on('data', (chunk: string) => chunks.push(chunk));
    // It may end while this one still sends.
    socket.on('error', () => undefined);
    socket.once('close', () => resolve(chunks.join('')));
    socket.write(sent);
  });
}

async function ask(agent: Agent | false): Promise<number | undefined> {
  const sent = request({ host: '127.0.0.1', port, path: '/', agent }).end();
  const [response]: IncomingMessage[] = await once(sent, 'response');
  if (response !== undefined) await buffer(response);
  return response?.statusCode;
}

describe('a connection ends with the answers to those requests that it may make, and nothing is done for the others, when', () => {
  it.each<[what: string, request: string, begun: number, heard: number]>([
    ['nobody waits for an answer', `GET / HTTP/1.1\r\n${HOST}\r\n`, 10, 10],
    ['the same in HTTP/1.0', 'GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n', 10, 10],
    ['they expect what nobody knows', `GET / HTTP/1.1\r\n${HOST}Expect: rubbish\r\n\r\n`, 10, 10],
    ['they have no host', 'GET / HTTP/1.1\r\n\r\n', 1, 0],
    ['they bring a body', `POST / HTTP/1.1\r\n${HOST}Content-Length: 3\r\n\r\nabc`, 1, 1],
    ['they bring one in pieces', `GET / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, 1, 1],
    [
      'they ask for leave to send one',
      `PUT / HTTP/1.1\r\n${HOST}Expect: 100-continue\r\nContent-Length: 3\r\n\r\nabc`,
      1,
      1,
    ],
  ])('%s', async (_, text, ofNode, ofListener) => {
    const answers = await exchange(text.repeat(5000));
    expect({ begun: begun.length, heard: heard.length }).toEqual({ begun: ofNode, heard: ofListener });
    expect(answers.match(/^HTTP\/1\.1 \d+/gm)?.length ?? 0).toBeLessThanOrEqual(ofNode);
    // Node uses the parser of a connection again for another one.
    expect(await ask(false)).toBe(200);
  });

  it('it has a body without end', async () => {
    const answer = await exchange(`GET / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\nConnection: close\r\n/);
  });

  it('it was asked a hundred times, one after the other', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (let at = 0; at < 101; at += 1) expect(await ask(agent)).toBe(200);
    agent.destroy();
    const [first, ...others] = new Set(begun);
    expect([begun.filter((socket) => socket === first).length, others.length]).toEqual([100, 1]);
  });
});

it('a request without a host is told so', async () => {
  expect(await exchange('GET / HTTP/1.1\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 Bad Request\r\nConnection: close\r\n/);
  expect(heard).toEqual([]);
});

describe('a client that is silent is ended after ten seconds', () => {
  const TEN_SECONDS = 10_000;

  it('in the middle of a request, or of an answer; one that may ask again after more than a minute', () => {
    expect(server).toMatchObject({
      headersTimeout: TEN_SECONDS,
      requestTimeout: TEN_SECONDS,
      timeout: TEN_SECONDS,
      keepAliveTimeout: 65_000,
    });
  });

  it('in the middle of its handshake', async () => {
    const secure = vi.fn(createTlsServer);
    vi.resetModules();
    vi.doMock('node:https', () => ({ createServer: secure }));
    const { createHttpServer: create } = await import('../../src/http/server.ts');
    vi.doUnmock('node:https');
    vi.resetModules();
    const settings = { context: {}, clientAuth: 'NoClientCert', allowedNames: null } as const;
    const own = create(() => undefined, { settings: () => settings, refused: () => undefined });
    expect(own).toMatchObject({ headersTimeout: TEN_SECONDS, requestTimeout: TEN_SECONDS, timeout: TEN_SECONDS });
    expect(secure).toHaveBeenCalledWith(expect.objectContaining({ handshakeTimeout: TEN_SECONDS }));
  });
});
