import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { sampleValue } from '../support/exporter.ts';
import { freePort, waitFor, waitForHttp } from '../support/processes.ts';
import { createState } from '../support/state.ts';

const BUILT = join(import.meta.dirname, '../../dist/main.js');
const LAST = 'openclaw_store_last_scan_timestamp_seconds{scan="quick"}';

it('serve outlives whoever reads its log: both its processes go on, and it stops as it should', async () => {
  const state = createState({ agents: { main: { index: { 'agent:main:main': {} } } } });
  const address = `127.0.0.1:${await freePort()}`;
  const flags = [`--openclaw.state-dir=${state.dir}`, `--web.listen-address=${address}`, '--scan.schedule=* * * * * *'];
  const child = spawn(process.execPath, [BUILT, 'serve', ...flags, '--log.level=debug'], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { HOME: state.dir },
  });
  const exited = new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
  try {
    await waitForHttp(`http://${address}/-/ready`);
    child.stderr.destroy();
    // Each one is a line of the log, of this process and of the scanning one.
    const seen = new Set<number | undefined>();
    await waitFor('more scans', async () => {
      child.kill('SIGHUP');
      seen.add(sampleValue(await (await fetch(`http://${address}/metrics`)).text(), LAST));
      return seen.size > 3;
    });
    child.kill('SIGTERM');
    expect(await exited).toEqual({ code: 0, signal: null });
  } finally {
    child.kill('SIGKILL');
  }
});
