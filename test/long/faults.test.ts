import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { clientsOf } from '../support/clients.ts';
import { BUILT, sampleValue, startExporter } from '../support/exporter.ts';
import { newFolder } from '../support/folder.ts';
import { freePort, type Running, startServer, waitFor } from '../support/processes.ts';
import { createState, type State } from '../support/state.ts';

const SUCCESS = 'openclaw_store_scan_success{scan="quick"}';

let state: State;
let running: Running | null;

beforeEach(() => {
  state = createState({ live: true });
  state.addSession('agent:main:main', { totalTokens: 1234 });
  running = null;
});
afterEach(async () => {
  await running?.stop();
});

function scannerOf(pid: number): number {
  return Number(execFileSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' }).trim());
}

it('SIGKILL of the main process ends the scanning process, too, and the next start has the address', async () => {
  const first = await startExporter(state.dir);
  const scanner = await waitFor('the scanning process', () => scannerOf(first.running.pid));
  first.running.kill('SIGKILL');
  await first.running.exited;
  await waitFor('the end of the scanning process', () => !existsSync(`/proc/${scanner}`));
  const second = await startExporter(state.dir, { address: first.address });
  running = second.running;
  await waitFor('figures', async () => (await second.metrics()).includes('openclaw_store_session_tokens{'), running);
  await first.stop();
});

it('clients that take every descriptor end nothing: no scan starts meanwhile, which is said, and then all is well', async () => {
  const address = `127.0.0.1:${await freePort()}`;
  const args = [
    BUILT,
    'serve',
    `--openclaw.state-dir=${state.dir}`,
    `--web.listen-address=${address}`,
    '--scan.schedule=* * * * * *',
  ];
  const folder = newFolder();
  running = await startServer('bash', ['-c', 'ulimit -n 40; exec "$0" "$@"', process.execPath, ...args], {
    env: { HOME: folder, XDG_STATE_HOME: folder },
    folder,
    readyUrl: `http://${address}/-/ready`,
  });
  const { pid } = running;
  const metrics = async () => (await fetch(`http://${address}/metrics`)).text();
  const scanner = await waitFor('the scanning process', () => scannerOf(pid));
  const clients = clientsOf(address);
  await clients.open(100, '', 'never read');
  process.kill(scanner, 'SIGKILL');
  await waitFor('a scan that could not start', () => running?.output().includes('could not be started'), running);
  clients.close();
  await waitFor('a good scan', async () => sampleValue(await metrics(), SUCCESS) === 1, running);
  expect(await metrics()).toContain('openclaw_store_session_tokens{');
  expect((await running.stop()).code).toBe(0);
});
