import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { engine } from './engines.ts';
import { freePort, startServer } from './processes.ts';

export type Alertmanager = { url: string; address: string; output: () => string; stop: () => Promise<unknown> };

/** Starts Alertmanager on a loopback port with this configuration. `address` is what Prometheus needs as a target. */
export async function startAlertmanager(
  config: string,
  name: 'alertmanager' | 'alertmanagerForky' = 'alertmanager',
): Promise<Alertmanager> {
  const folder = await mkdtemp(join(tmpdir(), 'alertmanager-'));
  await writeFile(join(folder, 'alertmanager.yml'), config);
  const address = `127.0.0.1:${await freePort()}`;
  const url = `http://${address}`;
  const flags = [
    `--config.file=${join(folder, 'alertmanager.yml')}`,
    `--storage.path=${join(folder, 'data')}`,
    `--web.listen-address=${address}`,
    // Empty: no gossip port.
    '--cluster.listen-address=',
  ];
  const { output, stop } = await startServer(engine(name), flags, { folder, readyUrl: `${url}/-/ready` });
  return { url, address, output, stop };
}
