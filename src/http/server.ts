import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { ListenOptions, Socket } from 'node:net';
import { describeError, ExporterError } from '../errors.ts';
import { isObject } from '../is-object.ts';
import { CLIENT_AUTH, refusalOf, type Tls } from './tls.ts';

/** A stop takes less than two seconds, whatever the clients do, and on a machine that is busy. */
const DRAIN_MS = 1000;

/** Milliseconds until the headers, or the whole of a request, must be there. */
const REQUEST_MS = 10_000;
/** Milliseconds without a byte on a connection with a request or an answer: the client does not send, or does not read. */
const STALLED_MS = 10_000;
/** Milliseconds that a connection is kept for the next scrape: one a minute is common. */
const IDLE_MS = 65_000;
/** How often Node looks for requests that are late. */
const LOOK_MS = 1000;
/** Then the client connects anew. */
const REQUESTS_PER_CONNECTION = 100;
/** Requests of a connection that wait for their answers. Prometheus and browsers send the next one after an answer. */
const WAITING_PER_CONNECTION = 10;
/** More than the kernel queues for us (511): a connection is not ended before its request could be read. */
const CONNECTIONS = 2000;

const LIMITS = {
  headersTimeout: REQUEST_MS,
  requestTimeout: REQUEST_MS,
  keepAliveTimeout: IDLE_MS,
  connectionsCheckingInterval: LOOK_MS,
  // Node answers a request without one by itself, and so as many as a client sends.
  requireHostHeader: false,
};

/** An HTTP server that no client can fill or hold. Only what it answers is bounded elsewhere (`RequestSlots`). */
export function createHttpServer(listener: RequestListener, tls: Tls | null = null): Server {
  const server = tls === null ? createServer(LIMITS) : createSecureServer(tls);
  server.setTimeout(STALLED_MS);
  boundConnections(server);
  const bounded = boundRequests(listener);
  // The other two Node would answer by itself. What a client has not sent yet needs nobody's leave here.
  for (const event of ['request', 'checkContinue', 'checkExpectation'] as const) server.on(event, bounded);
  return server;
}

function createSecureServer({ settings, refused }: Tls): Server {
  let applied = settings();
  const server = createTlsServer({
    ...LIMITS,
    ...applied.context,
    handshakeTimeout: REQUEST_MS,
    requestCert: CLIENT_AUTH[applied.clientAuth].isAsked,
    // A client's certificate is judged below: what is asked for can change, and Node knows fewer ways.
    rejectUnauthorized: false,
  });
  // Before Node's own listener, which begins the handshake.
  server.prependListener('connection', () => {
    const wanted = settings();
    if (wanted === applied) return;
    applied = wanted;
    server.setSecureContext(wanted.context);
    // Node has no method for this one; it looks at the property for each connection. Where that should end, no client has a
    // certificate, and those that need one are refused.
    Object.assign(server, { requestCert: CLIENT_AUTH[wanted.clientAuth].isAsked });
  });
  // Before Node's own listener, which reads requests.
  server.prependListener('secureConnection', (socket) => {
    const refusal = refusalOf(socket, applied);
    if (refusal === null) return;
    refused(refusal);
    socket.destroy();
  });
  server.on('tlsClientError', (error) => refused(describeError(error)));
  return server;
}

/**
 * Keeps at most `CONNECTIONS` open. One more takes the place of the one that has gone without a request for longest: to
 * refuse the new ones, as `server.maxConnections` does, would let idle clients lock out Prometheus.
 */
function boundConnections(server: Server): void {
  const open = new Set<Socket>();
  const idle = new Set<Socket>();
  // A request over TLS names another socket than the one that was opened, of the same peer.
  const byPeer = new Map<string, Socket>();
  server.on('connection', (socket) => {
    const peer = peerOf(socket);
    open.add(socket);
    idle.add(socket);
    byPeer.set(peer, socket);
    socket.once('close', () => {
      open.delete(socket);
      idle.delete(socket);
      if (byPeer.get(peer) === socket) byPeer.delete(peer);
    });
    if (open.size <= CONNECTIONS) return;
    const [longest = socket] = idle;
    // It closes later: what is open now is without it.
    open.delete(longest);
    idle.delete(longest);
    longest.destroy();
  });
  server.on('request', (request, response) => {
    const socket = byPeer.get(peerOf(request.socket)) ?? request.socket;
    idle.delete(socket);
    response.once('close', () => {
      if (open.has(socket)) idle.add(socket);
    });
  });
}

function peerOf({ remoteAddress, remotePort, localAddress, localPort }: Socket): string {
  return [remoteAddress, remotePort, localAddress, localPort].join(' ');
}

/** What is known of a connection. */
interface Connection {
  requests: number;
  /** Of these, for answers. */
  waiting: number;
  /** It ends with the answers that it waits for. */
  isEnding: boolean;
}

/**
 * Ends a connection with the answer to its last request: after `REQUESTS_PER_CONNECTION`, with `WAITING_PER_CONNECTION` at once, and
 * with one that brings a body, which nobody here reads. What it sent beyond that reaches no listener.
 */
function boundRequests(listener: RequestListener): RequestListener {
  const connections = new WeakMap<Socket, Connection>();
  return (request, response) => {
    const { socket } = request;
    const connection = connections.get(socket) ?? { requests: 0, waiting: 0, isEnding: false };
    connections.set(socket, connection);
    if (connection.isEnding) return;
    connection.requests += 1;
    connection.waiting += 1;
    response.once('close', () => {
      connection.waiting -= 1;
    });
    const { requests, waiting } = connection;
    const isRefused = request.httpVersion === '1.1' && request.headers.host === undefined;
    if (isRefused || hasBody(request) || requests >= REQUESTS_PER_CONNECTION || waiting >= WAITING_PER_CONNECTION) {
      connection.isEnding = true;
      response.setHeader('Connection', 'close');
      takeNoMore(socket);
    }
    if (!isRefused) return listener(request, response);
    response.statusCode = 400;
    response.end();
  };
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
}

/**
 * Node would make two objects of each request that has come already: 1,700 of a piece of 64 KiB, in which time nobody else is
 * answered. It has no method for this. Where its parser should look otherwise one day, that is what happens.
 */
function takeNoMore(socket: Socket): void {
  if ('parser' in socket && isObject(socket.parser)) Object.assign(socket.parser, { onIncoming: () => 0 });
}

/** Listens, and returns the port (it was chosen when 0 was asked for). Throws an ExporterError. */
export async function listen(server: Server, { host, port }: { host: string; port: number }): Promise<number> {
  // Without a host Node listens on all addresses of both families.
  const problem = await listening(server, host === '' ? { port } : { host, port });
  if (problem !== null)
    throw new ExporterError('E_LISTEN', `${host}:${port} (${problem}): choose another with --web.listen-address`);
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}

/** Listens on a socket that another process made, and returns its address. Throws an ExporterError. */
export async function listenOn(server: Server, fd: number): Promise<string> {
  const problem = await listening(server, { fd });
  if (problem !== null)
    throw new ExporterError(
      'E_LISTEN',
      `--web.systemd-socket: descriptor ${fd} is no socket to listen on (${problem}): the .socket unit needs ListenStream=, and no Accept=yes`,
    );
  const address = server.address();
  return typeof address === 'object' && address !== null ? `${address.address}:${address.port}` : String(address);
}

/** What went wrong; null: it listens. */
function listening(server: Server, options: ListenOptions & { fd?: number }): Promise<string | null> {
  return new Promise((resolve) => {
    const fail = (error: unknown) => resolve(describeError(error));
    server.once('error', fail);
    try {
      server.listen(options, () => {
        server.off('error', fail);
        resolve(null);
      });
    } catch (error) {
      fail(error);
    }
  });
}

/** Takes no more requests, and ends those that are too slow. */
export async function drain(server: Server): Promise<void> {
  server.closeIdleConnections();
  const slow = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
  await new Promise((resolve) => server.close(resolve));
  clearTimeout(slow);
}
