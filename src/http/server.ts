import { createServer, type RequestListener, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { describeError, ExporterError } from '../errors.ts';

/** A stop takes less than two seconds, whatever the clients do. */
const DRAIN_MS = 1500;

/** Milliseconds until the headers, or the whole of a request, must be there. */
const REQUEST_MS = 10_000;
/** Milliseconds without a byte on a connection with a request or an answer: the client does not send, or does not read. */
const STALLED_MS = 10_000;
/** Milliseconds that a connection is kept for the next scrape: one a minute is common. */
const IDLE_MS = 65_000;
/** How often Node looks for requests that are late. */
const LOOK_MS = 1000;
/** Then the client connects anew. It bounds, too, what a client can send at once without waiting for answers. */
const REQUESTS_PER_CONNECTION = 100;
/** More than the kernel queues for us (511): a connection is not ended before its request could be read. */
const CONNECTIONS = 2000;

/** An HTTP server that no client can fill or hold. Only what it answers is bounded elsewhere (`RequestSlots`). */
export function createHttpServer(listener: RequestListener): Server {
  const server = createServer({
    headersTimeout: REQUEST_MS,
    requestTimeout: REQUEST_MS,
    keepAliveTimeout: IDLE_MS,
    connectionsCheckingInterval: LOOK_MS,
  });
  server.setTimeout(STALLED_MS);
  boundConnections(server);
  boundRequests(server);
  server.on('request', listener);
  return server;
}

/**
 * Keeps at most `CONNECTIONS` open. One more takes the place of the one that has gone without a request for longest: to
 * refuse the new ones, as `server.maxConnections` does, would let idle clients lock out Prometheus.
 */
function boundConnections(server: Server): void {
  const open = new Set<Socket>();
  const idle = new Set<Socket>();
  server.on('connection', (socket) => {
    open.add(socket);
    idle.add(socket);
    socket.once('close', () => {
      open.delete(socket);
      idle.delete(socket);
    });
    if (open.size <= CONNECTIONS) return;
    const [longest = socket] = idle;
    // It closes later: what is open now is without it.
    open.delete(longest);
    idle.delete(longest);
    longest.destroy();
  });
  server.on('request', ({ socket }, response) => {
    idle.delete(socket);
    response.once('close', () => {
      if (open.has(socket)) idle.add(socket);
    });
  });
}

/** Ends a connection after `REQUESTS_PER_CONNECTION`; what it sent beyond them reaches no listener. */
function boundRequests(server: Server): void {
  const counts = new WeakMap<Socket, number>();
  server.maxRequestsPerSocket = REQUESTS_PER_CONNECTION;
  server.on('request', ({ socket }, response) => {
    const count = (counts.get(socket) ?? 0) + 1;
    counts.set(socket, count);
    // Node only asks the client to close, and answers all that it sends after that with 503.
    if (count >= REQUESTS_PER_CONNECTION) response.setHeader('Connection', 'close');
  });
}

/** Listens, and returns the port (it was chosen when 0 was asked for). Throws an ExporterError. */
export async function listen(server: Server, { host, port }: { host: string; port: number }): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) =>
      reject(
        new ExporterError(
          'E_LISTEN',
          `${host}:${port} (${describeError(error)}): choose another with --web.listen-address`,
        ),
      ),
    );
    // Without a host Node listens on all addresses of both families.
    if (host === '') server.listen(port, resolve);
    else server.listen(port, host, resolve);
  });
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}

/** Takes no more requests, and ends those that are too slow. */
export async function drain(server: Server): Promise<void> {
  server.closeIdleConnections();
  const slow = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
  await new Promise((resolve) => server.close(resolve));
  clearTimeout(slow);
}
