import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Exporter, sampleValue, startExporter } from '../support/exporter.ts';
import { newFolder } from '../support/folder.ts';
import { logged, waitFor } from '../support/processes.ts';
import { createState, type State } from '../support/state.ts';

const SCRIPT = join(import.meta.dirname, '../support/blocking-serve.ts');
const SUCCESS = 'openclaw_store_scan_success{scan="quick"}';
const LAST = 'openclaw_store_last_scan_timestamp_seconds{scan="quick"}';
/** Once a year: the scans behind those of the start are the ones that a test asks for. */
const NEVER = '0 0 1 1 *';
const EVERY_SECOND = '* * * * * *';

let state: State;
let exporter: Exporter;
/** The scanning process makes it when it is blocked. */
let note: string;

/** Starts with a good scan of each cadence. */
async function start(timeout: string, schedule: string): Promise<void> {
  exporter = await startExporter(state.dir, {
    script: SCRIPT,
    schedule,
    flags: [`--scan.timeout=${timeout}`, '--privacy.peers=plain'],
    env: { BLOCKED_NOTE: note },
  });
  await waitFor('the deep scan', async () => (await exporter.metrics()).includes('openclaw_store_session_messages{'));
}

/** The same; then the index becomes a FIFO without a writer, and the next scan is blocked in it. */
async function startBlocked(timeout: string, schedule: string): Promise<void> {
  await start(timeout, schedule);
  state.blockIndex('main');
  if (schedule === NEVER) scan();
  await untilBlocked();
}

/** Asks for a quick scan: a reload begins with one. */
function scan(): void {
  exporter.running.kill('SIGHUP');
}

/** Asks for scans until the metrics are right; returns them. */
function scanUntil(what: string, isRight: (text: string) => boolean): Promise<string> {
  return waitFor(what, async () => {
    scan();
    const text = await exporter.metrics();
    return isRight(text) && text;
  });
}

async function untilBlocked(): Promise<void> {
  await waitFor('the blocked scan', () => existsSync(note), exporter.running);
}

function scannerPid(): number | undefined {
  try {
    return Number(execFileSync('pgrep', ['-P', String(exporter.running.pid)], { encoding: 'utf8' }).trim());
  } catch {
    return undefined;
  }
}

beforeEach(() => {
  note = join(newFolder(), 'blocked');
  state = createState({ live: true });
  state.addSession('agent:main:main', { totalTokens: 1234 });
});
afterEach(async () => {
  await exporter.stop();
});

describe('a scan that is blocked for ever', () => {
  it('never keeps /metrics from answering; the process is killed, replaced, and the figures come back', async () => {
    await startBlocked('8s', NEVER);
    const blocked = scannerPid();
    const seen = new Set<number | undefined>();
    const answers = { whole: 0, other: 0 };
    // Asked all the time while the scan is blocked: every answer is whole and has the last good figures.
    await waitFor('the failed scan', async () => {
      const text = await exporter.metrics();
      const series = 'openclaw_store_session_tokens{agent="main",session="agent:main:main",kind="main"} 1234\n';
      answers[text.includes(series) ? 'whole' : 'other'] += 1;
      seen.add(sampleValue(text, SUCCESS));
      return sampleValue(text, SUCCESS) === 0;
    });
    expect([...seen]).toEqual([1, 0]);
    expect(answers.other).toBe(0);
    await logged(/no heartbeat within --scan\.timeout/, exporter.running);
    state.addSession('agent:main:main', { totalTokens: 1235 });
    await scanUntil('new figures', (text) => text.includes('kind="main"} 1235\n') && sampleValue(text, SUCCESS) === 1);
    expect(scannerPid()).not.toBe(blocked);
  });

  it('does not keep SIGTERM from ending the exporter with 0', async () => {
    await startBlocked('1h', NEVER);
    const pid = scannerPid();
    // `stop` sends SIGKILL after a while: that would not be code 0.
    expect(await exporter.running.stop()).toEqual({ code: 0, signal: null });
    await waitFor('the scanning process to be gone', () => {
      try {
        process.kill(pid ?? 0, 0);
        return false;
      } catch {
        return true;
      }
    });
  });
});

it('an exporter that was stopped for longer than the timeout (a paused container) is not taken for blocked', async () => {
  await startBlocked('8s', EVERY_SECOND);
  const both = [scannerPid() ?? expect.unreachable('no scanning process'), exporter.running.pid];
  for (const pid of both) process.kill(pid, 'SIGSTOP');
  // What blocked it is over when it goes on: there is a writer, who waits for it, and what it writes is nothing.
  const writer = spawn('sh', ['-c', ': > "$0"', state.indexPath('main')]);
  const written = once(writer, 'exit');
  await sleep(10_000);
  for (const pid of both.toReversed()) process.kill(pid, 'SIGCONT');
  await written;
  state.writeIndex('main');
  const before = Date.now() / 1000;
  // The scan that was blocked finds the index empty, as what it read was.
  await waitFor('a good scan', async () => {
    const text = await exporter.metrics();
    return (sampleValue(text, LAST) ?? 0) > before && text.includes('openclaw_store_readable{agent="main"} 1\n');
  });
  expect(exporter.running.output()).not.toContain('no heartbeat');
});

describe('an agent whose folder is a dead mount', () => {
  const statusOf = async (path: string) => (await fetch(`${exporter.url}${path}`)).status;
  const seriesOfMain = (text: string) => text.split('\n').filter((line) => line.includes('agent="main"'));

  it('costs no other agent a series or a figure, and is named by the log, the metrics and the page', async () => {
    state = createState({
      live: true,
      agents: {
        main: { index: { 'agent:main:main': { totalTokens: 1234 } } },
        bad: { index: { 'agent:bad:main': {} } },
      },
    });
    await start('8s', NEVER);
    const before = seriesOfMain(await exporter.metrics());
    expect(before.length).toBeGreaterThan(40);

    state.mountDead('bad');
    scan();
    const seen = new Set<string>();
    await waitFor('the failed scan', async () => {
      const text = await exporter.metrics();
      seen.add(seriesOfMain(text).join('\n'));
      seen.add(`${await statusOf('/-/healthy')} ${await statusOf('/-/ready')}`);
      return sampleValue(text, SUCCESS) === 0;
    });
    expect(seen).toEqual(new Set([before.join('\n'), '200 200']));
    await logged(/scan failed.* agent=bad step=discover/, exporter.running);
    const after = await scanUntil(
      'figures without that agent',
      (text) =>
        text.includes('problem{agent="bad",reason="scan_aborted"} 1') &&
        text.includes('reason="invalid_json"') &&
        sampleValue(text, SUCCESS) === 1,
    );
    expect(seriesOfMain(after)).toEqual(before);
    expect(after).toContain('openclaw_store_readable{agent="bad"} 0\n');
    expect(after).not.toContain('session="agent:bad:main"');
    expect(await (await fetch(exporter.url)).text()).toContain(
      'Agent bad: a scan broke off while it read this store (scan_aborted)',
    );

    state.addSession('agent:main:main', { totalTokens: 1235 });
    await scanUntil('new figures', (text) => text.includes('kind="main"} 1235\n'));
  });
});

describe('a scanning process that is killed in mid-scan', () => {
  it('is replaced, and the last good figures stay with their age', async () => {
    await startBlocked('1h', NEVER);
    const pid = scannerPid() ?? 0;
    const before = sampleValue(await exporter.metrics(), LAST);
    process.kill(pid, 'SIGKILL');
    const text = await waitFor('the failed scan', async () => {
      const current = await exporter.metrics();
      return sampleValue(current, SUCCESS) === 0 && current;
    });
    expect(text).toContain('openclaw_store_session_tokens{agent="main",session="agent:main:main",kind="main"} 1234\n');
    expect(sampleValue(text, LAST)).toBe(before);
    await logged(/ended in the middle of the scan/, exporter.running);
    state.writeIndex('main');
    await scanUntil('a good scan', (current) => sampleValue(current, SUCCESS) === 1);
    expect(scannerPid()).not.toBe(pid);
  });
});
