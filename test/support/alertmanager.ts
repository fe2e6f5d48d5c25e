import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { engine } from './engines.ts';
import { freePort, startProcess, waitForHttp } from './processes.ts';

export type Alertmanager = { url: string; address: string; output: () => string; stop: () => Promise<void> };

/** Starts Alertmanager on a loopback port with this configuration. `address` is what Prometheus needs as a target. */
export async function startAlertmanager(config: string): Promise<Alertmanager> {
  const { path, cwd } = engine('alertmanager');
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
  const running = await startProcess(path, flags, { cwd });
  async function stop(): Promise<void> {
    await running.stop();
    await rm(folder, { recursive: true, force: true });
  }
  try {
    await waitForHttp(`${url}/-/ready`, running);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, address, output: running.output, stop };
}
