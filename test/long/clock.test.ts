import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Exporter, sampleValue, startExporter } from '../support/exporter.ts';
import { waitFor } from '../support/processes.ts';
import { createState, type State } from '../support/state.ts';

const SHIM = pathToFileURL(join(import.meta.dirname, '../support/settable-clock.ts')).href;
const DAY = 86_400_000;
const SERIES = 'openclaw_store_session_tokens{agent="main",session="agent:main:main",kind="main"} 1234\n';
const SUCCESS = 'openclaw_store_scan_success{scan="quick"}';
const LAST = 'openclaw_store_last_scan_timestamp_seconds{scan="quick"}';

let state: State;
let exporter: Exporter;
let clockFile: string;

beforeAll(async () => {
  state = createState({ live: true, kept: true });
  state.addSession('agent:main:main', { totalTokens: 1234 });
  clockFile = join(state.dir, 'set-clock-by');
  setClock(0);
  exporter = await startExporter(state.dir, {
    flags: ['--privacy.peers=plain'],
    env: { SET_CLOCK_BY: clockFile, NODE_OPTIONS: `--import=${SHIM}` },
  });
});
afterAll(async () => {
  await exporter.stop();
  state.remove();
});

/** In one step: the exporter reads it whenever it wants to know the time. */
function setClock(byMs: number): void {
  writeFileSync(`${clockFile}.new`, String(byMs));
  renameSync(`${clockFile}.new`, clockFile);
}

describe('a clock that is set', () => {
  it.each([
    ['forward by 30 years', 30 * 365 * DAY],
    ['back by 30 years', 0],
    ['back by a day', -DAY],
  ])('%s: the exporter answers, shows every figure all the while, and scans on', async (_how, setBy) => {
    const before = sampleValue(await exporter.metrics(), LAST);
    setClock(setBy);
    const times = new Set<number | undefined>();
    const lacking: string[] = [];
    await waitFor('more scans', async () => {
      const text = await exporter.metrics();
      if (!text.includes(SERIES) || sampleValue(text, SUCCESS) !== 1) lacking.push(text);
      const last = sampleValue(text, LAST);
      if (last !== before) times.add(last);
      return times.size > 3;
    });
    expect(lacking).toEqual([]);
    // By the clock as it is now.
    for (const time of times) expect(Math.abs((time ?? 0) * 1000 - Date.now() - setBy)).toBeLessThan(DAY / 24);
    expect(exporter.running.output()).not.toMatch(/level=error/);
  });
});
