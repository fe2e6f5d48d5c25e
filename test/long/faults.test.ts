import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { clientsOf } from '../support/clients.ts';
import { BUILT, sampleValue, startExporter } from '../support/exporter.ts';
import { newFolder } from '../support/folder.ts';
import { commitSteadily, liveDatabase } from '../support/live-database.ts';
import { startedBy } from '../support/pair-memory.ts';
import { freePort, type Running, startServer, waitFor } from '../support/processes.ts';
import { createState, type State } from '../support/state.ts';

/** `npm run soak`: 200. */
const KILLS = Number(process.env.PROCESS_KILLS ?? 4);
const LONGEST_LIFE_MS = 3000;
const SUCCESS = 'openclaw_store_scan_success{scan="quick"}';
const LAST = 'openclaw_store_last_scan_timestamp_seconds{scan="quick"}';

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

function scannerOf(pid: number): number | undefined {
  return startedBy(pid)[0];
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

it(
  'SIGKILL of either process at any moment, beside a gateway and a scraper: a scan and all sessions are there again',
  async () => {
    const live = liveDatabase(20, 20);
    const flags = ['--privacy.peers=plain', '--scan.deep-schedule=*/2 * * * * *'];
    let exporter = await startExporter(live.stateDir, { flags });
    running = exporter.running;
    let isOver = false;
    const written = commitSteadily(live, () => isOver);
    const readable = 'openclaw_store_readable{agent="ops"}';
    async function whole(afterSeconds: number): Promise<void> {
      await waitFor(
        'a scan after it',
        async () => {
          const text = await exporter.metrics();
          const sessions = text.split('\n').filter((line) => line.startsWith('openclaw_store_session_info{')).length;
          const isGood = sampleValue(text, SUCCESS) === 1 && sampleValue(text, readable) === 1;
          return isGood && sessions === 20 && (sampleValue(text, LAST) ?? 0) > afterSeconds;
        },
        exporter.running,
      );
    }
    try {
      for (let at = 0; at < KILLS; at += 1) {
        await sleep(Math.random() * LONGEST_LIFE_MS);
        const scanner = scannerOf(exporter.running.pid);
        const killedAt = Date.now() / 1000;
        if (at % 2 === 0) {
          if (scanner !== undefined) process.kill(scanner, 'SIGKILL');
        } else {
          exporter.running.kill('SIGKILL');
          await exporter.running.exited;
          await waitFor('the end of the scanning process', () => !existsSync(`/proc/${scanner}`));
          await exporter.stop();
          exporter = await startExporter(live.stateDir, { flags, address: exporter.address });
          running = exporter.running;
        }
        await whole(killedAt);
      }
    } finally {
      isOver = true;
      await written;
    }
    expect((await exporter.stop()).code).toBe(0);
  },
  Math.max(1_200_000, KILLS * 20_000),
);

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
  await waitFor(
    'a scan that could not start',
    async () => {
      // Silent ones are ended after ten seconds, in which a busy machine may start no scan: others take their place.
      await clients.open(5, '', 'never read');
      return running?.output().includes('could not be started');
    },
    running,
  );
  clients.close();
  await waitFor('a good scan', async () => sampleValue(await metrics(), SUCCESS) === 1, running);
  expect(await metrics()).toContain('openclaw_store_session_tokens{');
  expect((await running.stop()).code).toBe(0);
});
