import { execFileSync, spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Exporter, sampleValue, startExporter } from '../support/exporter.ts';
import { waitFor } from '../support/processes.ts';
import { createState, type State } from '../support/state.ts';

const SCRIPT = join(import.meta.dirname, '../support/blocking-serve.ts');
const SUCCESS = 'openclaw_store_scan_success{scan="quick"}';
const LAST = 'openclaw_store_last_scan_timestamp_seconds{scan="quick"}';

let state: State;
let exporter: Exporter;
let outputBefore: number;

/**
 * Starts with one good scan; then the index becomes a FIFO without a writer, and the next scan blocks in it. The schedule
 * leaves time between a scan that failed and the next one, which leaves the agent alone in which it had to be killed.
 */
async function startBlocked(timeout: string, schedule: string): Promise<void> {
  exporter = await startExporter(state.dir, {
    script: SCRIPT,
    schedule,
    flags: [`--scan.timeout=${timeout}`, '--privacy.peers=plain'],
  });
  await waitFor('the deep scan', async () => (await exporter.metrics()).includes('openclaw_store_session_messages{'));
  state.blockIndex('main');
  outputBefore = exporter.running.output().length;
}

/** A scan is blocked for certain: the one after it was left out for it. */
async function untilBlocked(): Promise<void> {
  await waitFor('the blocked scan', () =>
    exporter.running.output().slice(outputBefore).includes('the one before it still runs'),
  );
}

function scannerPid(): number | undefined {
  try {
    return Number(execFileSync('pgrep', ['-P', String(exporter.running.pid)], { encoding: 'utf8' }).trim());
  } catch {
    return undefined;
  }
}

beforeEach(() => {
  state = createState({ live: true });
  state.addSession('agent:main:main', { totalTokens: 1234 });
});
afterEach(async () => {
  await exporter.stop();
});

describe('a scan that is blocked for ever', () => {
  it('never keeps /metrics from answering; the process is killed, replaced, and the figures come back', async () => {
    await startBlocked('8s', '*/5 * * * * *');
    const blocked = scannerPid();
    const seen = new Set<number | undefined>();
    // Asked all the time while the scan is blocked: every answer is whole and has the last good figures.
    await waitFor('the failed scan', async () => {
      const text = await exporter.metrics();
      expect(text).toContain(
        'openclaw_store_session_tokens{agent="main",session="agent:main:main",kind="main"} 1234\n',
      );
      seen.add(sampleValue(text, SUCCESS));
      return sampleValue(text, SUCCESS) === 0;
    });
    expect([...seen]).toEqual([1, 0]);
    expect(exporter.running.output()).toContain('no heartbeat within --scan.timeout');
    state.addSession('agent:main:main', { totalTokens: 1235 });
    await waitFor('new figures', async () => (await exporter.metrics()).includes('kind="main"} 1235\n'));
    expect(sampleValue(await exporter.metrics(), SUCCESS)).toBe(1);
    expect(scannerPid()).not.toBe(blocked);
  });

  it('does not keep SIGTERM from ending the exporter with 0', async () => {
    await startBlocked('1h', '* * * * * *');
    await untilBlocked();
    const before = sampleValue(await exporter.metrics(), LAST);
    outputBefore = exporter.running.output().length;
    await untilBlocked();
    const pid = scannerPid();
    expect(sampleValue(await exporter.metrics(), LAST)).toBe(before);
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
  await startBlocked('8s', '* * * * * *');
  await untilBlocked();
  const both = [scannerPid() ?? 0, exporter.running.pid];
  for (const pid of both) process.kill(pid, 'SIGSTOP');
  await sleep(10_000);
  // What blocked it is over when it goes on: there is a writer, and what it writes is nothing.
  spawn('sh', ['-c', ': > "$0"', state.indexPath('main')]);
  for (const pid of both.toReversed()) process.kill(pid, 'SIGCONT');
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
    exporter = await startExporter(state.dir, {
      script: SCRIPT,
      schedule: '*/5 * * * * *',
      flags: ['--scan.timeout=8s', '--privacy.peers=plain'],
    });
    await waitFor('the deep scan', async () => (await exporter.metrics()).includes('reason="invalid_json"'));
    const before = seriesOfMain(await exporter.metrics());
    expect(before.length).toBeGreaterThan(40);

    state.mountDead('bad');
    await waitFor('the failed scan', async () => {
      const text = await exporter.metrics();
      expect(seriesOfMain(text)).toEqual(before);
      expect([await statusOf('/-/healthy'), await statusOf('/-/ready')]).toEqual([200, 200]);
      return sampleValue(text, SUCCESS) === 0;
    });
    expect(exporter.running.output()).toMatch(/scan failed.* agent=bad step=discover/);
    await waitFor('figures without that agent', async () => {
      const text = await exporter.metrics();
      return text.includes('problem{agent="bad",reason="scan_aborted"} 1') && text.includes('reason="invalid_json"');
    });
    const after = await exporter.metrics();
    expect(seriesOfMain(after)).toEqual(before);
    expect(after).toContain('openclaw_store_readable{agent="bad"} 0\n');
    expect(after).not.toContain('session="agent:bad:main"');
    expect(sampleValue(after, SUCCESS)).toBe(1);
    expect(await (await fetch(exporter.url)).text()).toContain(
      'Agent bad: a scan broke off while it read this store (scan_aborted)',
    );

    state.addSession('agent:main:main', { totalTokens: 1235 });
    await waitFor('new figures', async () => (await exporter.metrics()).includes('kind="main"} 1235\n'));
  });
});

describe('a scanning process that is killed in mid-scan', () => {
  it('is replaced, and the last good figures stay with their age', async () => {
    await startBlocked('30s', '*/4 * * * * *');
    await untilBlocked();
    const pid = scannerPid() ?? 0;
    const before = sampleValue(await exporter.metrics(), LAST);
    process.kill(pid, 'SIGKILL');
    const text = await waitFor('the failed scan', async () => {
      const current = await exporter.metrics();
      return sampleValue(current, SUCCESS) === 0 && current;
    });
    expect(text).toContain('openclaw_store_session_tokens{agent="main",session="agent:main:main",kind="main"} 1234\n');
    expect(sampleValue(text, LAST)).toBe(before);
    expect(exporter.running.output()).toContain('ended in the middle of the scan');
    // The next one may have opened the FIFO already: then it is killed for its silence.
    state.writeIndex('main');
    await waitFor('a good scan', async () => sampleValue(await exporter.metrics(), SUCCESS) === 1);
    expect(scannerPid()).not.toBe(pid);
  });
});
