import { renameSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { connect, type TLSSocket } from 'node:tls';
import { hashSync } from 'bcryptjs';
import type { KeyPair } from './certificates.ts';
import { BUILT } from './exporter.ts';
import { freePort, type Running, startProcess, waitFor } from './processes.ts';

export const USER = 'prometheus';
export const PASSWORD = 'a good password';

/** As htpasswd writes it. */
export function hashOf(password: string, cost = 10): string {
  return hashSync(password, cost).replace('$2b$', '$2y$');
}

/** How somebody asks: the certificate of a client, and user:password. */
interface Client {
  readonly ca: string;
  readonly pair?: KeyPair;
  readonly credentials?: string;
}

export type SecureExporter = Awaited<ReturnType<typeof startSecureExporter>>;

/**
 * Starts the built program with a web config (`server.crt` and `server.key` lie beside it) in `folder`, and waits until
 * this client hears that it is ready.
 */
export async function startSecureExporter(options: {
  stateDir: string;
  folder: string;
  webConfig: string;
  server: KeyPair;
  client: Client;
  files?: Record<string, string>;
}) {
  const { folder, stateDir, client } = options;
  function put(files: Record<string, string>): void {
    for (const [name, text] of Object.entries(files)) {
      const aside = join(folder, `${name}.new`);
      writeFileSync(aside, text);
      // In one step: nobody reads half of it.
      renameSync(aside, join(folder, name));
    }
  }
  put({
    ...options.files,
    'server.crt': options.server.cert,
    'server.key': options.server.key,
    'web.yml': options.webConfig,
  });
  const target = { host: '127.0.0.1', port: await freePort() };
  const address = `${target.host}:${target.port}`;
  const flags = [
    `--openclaw.state-dir=${stateDir}`,
    `--web.listen-address=${address}`,
    `--web.config.file=${join(folder, 'web.yml')}`,
    '--scan.schedule=* * * * * *',
  ];
  const running: Running = await startProcess(process.execPath, [BUILT, 'serve', ...flags], {
    env: { HOME: folder, XDG_STATE_HOME: folder },
  });

  async function ask(path: string, { ca, pair, credentials }: Client) {
    const headers: Record<string, string> =
      credentials === undefined ? {} : { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` };
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      request({ ...target, path, ca, ...pair, headers, agent: false }, resolve)
        .once('error', reject)
        .end();
    });
    return { status: response.statusCode, headers: response.headers, body: String(await buffer(response)) };
  }
  /** The serial number of the certificate that a new connection is shown, whoever signed it. */
  function servedSerial(): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket: TLSSocket = connect({ ...target, rejectUnauthorized: false }, () => {
        resolve(socket.getPeerCertificate().serialNumber);
        socket.destroy();
      });
      socket.once('error', reject);
    });
  }
  try {
    await waitFor('the exporter', async () => (await ask('/-/ready', client)).status === 200, running);
  } catch (error) {
    await running.stop();
    throw error;
  }
  return { ...target, address, running, put, ask, servedSerial, stop: running.stop };
}
