import type { Server } from 'node:http';
import { describeError, ExporterError } from '../errors.ts';

/** A stop takes less than two seconds, whatever the clients do. */
const DRAIN_MS = 1500;

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
