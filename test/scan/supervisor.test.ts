import { type ChildProcess, execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { constants, inflateRawSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Supervisor, type SupervisorOptions } from '../../src/scan/supervisor.ts';
import { newFolder } from '../support/folder.ts';
import { SILENT, testSettings } from '../support/scan.ts';
import { createState, type State } from '../support/state.ts';

const BLOCKING_CHILD = join(import.meta.dirname, '../support/blocking-child.ts');
const FALTERING_CHILD = join(import.meta.dirname, '../support/faltering-child.ts');
const DYING_CHILD = join(import.meta.dirname, '../support/dying-child.ts');
const TIMEOUT_MS = 40;
const PATIENCE = { timeout: 50_000, interval: 20 };

/** Milliseconds. It stands still unless a test moves it: how long a process takes to start is up to the machine. */
let now: number;
/** By how much somebody set the wall clock. */
let setBy: number;
let state: State;
let supervisor: Supervisor;
let killed: ChildProcess[];
/** A line for each time that a scanning process is blocked. */
let note: string;

beforeEach(() => {
  now = Date.UTC(2026, 10, 24);
  setBy = 0;
  state = createState({ live: true });
  state.addSession('agent:main:main');
  killed = [];
  note = join(newFolder(), 'blocked');
  process.env.BLOCKED_NOTE = note;
});
afterEach(() => {
  delete process.env.BLOCKED_NOTE;
  supervisor.stop();
  for (const child of killed) child.kill('SIGKILL');
});

function supervise(options: Partial<SupervisorOptions> = {}): Supervisor {
  supervisor = new Supervisor({
    settings: testSettings(state.dir),
    timeoutMs: TIMEOUT_MS,
    intervals: { quick: 60, deep: 900 },
    log: SILENT,
    clock: () => ({ wallMs: now + setBy, steadyMs: now }),
    ...options,
  });
  return supervisor;
}

/** Lets more time pass than a process has between two heartbeats, again and again until this holds. */
async function withoutHeartbeat(holds: () => void): Promise<void> {
  await vi.waitFor(() => {
    now += TIMEOUT_MS + 1;
    holds();
  }, PATIENCE);
}

/** The same for processes that come as far as what blocks them: scans are asked for, and time passes once one is blocked. */
async function withoutHeartbeatOfBlocked(holds: () => void): Promise<void> {
  let passed = 0;
  await vi.waitFor(async () => {
    supervisor.request('quick');
    const blocked = existsSync(note) ? readFileSync(note, 'utf8').split('\n').length - 1 : 0;
    if (blocked > passed) {
      passed = blocked;
      // What it said before that was sent before the note was written: a turn reads it.
      await turn();
      now += TIMEOUT_MS + 1;
    }
    holds();
  }, PATIENCE);
}

/** The text that the scanning process sent last. */
function metrics(): string {
  const sent = supervisor.rendered?.metrics.deflated ?? Buffer.alloc(0);
  return inflateRawSync(sent, { finishFlush: constants.Z_SYNC_FLUSH }).toString('utf8');
}

async function scanned(scan: 'quick' | 'deep', success: boolean): Promise<void> {
  await vi.waitFor(() => expect(supervisor.scans[scan].success).toBe(success), PATIENCE);
}

/** A log, and the fields of its errors as JSON. */
function errorLines() {
  const lines: string[] = [];
  return {
    lines,
    log: { ...SILENT, error: (_message: string, fields?: object) => void lines.push(JSON.stringify(fields)) },
  };
}

describe('a scanning process that works', () => {
  it('delivers metrics, page, checks and what it costs; a deep scan follows its first quick one by itself', async () => {
    supervise();
    expect(supervisor.ready).toBe(false);
    supervisor.request('quick');
    await scanned('quick', true);
    await scanned('deep', true);
    expect(supervisor.ready).toBe(true);
    expect(metrics()).toContain('openclaw_store_session_messages{');
    expect(supervisor.rendered?.page.html).toContain('<table>');
    expect(supervisor.checks.every(({ success }) => success)).toBe(true);
    expect(supervisor.memoryBytes).toBeGreaterThan(1_000_000);
    expect(supervisor.cpuSeconds).toBeGreaterThan(0);
    // The age of the figures counts from the last good quick scan.
    expect(supervisor.scans.quick.lastSuccessMs).toBe(now);
    now += 900_000;
    expect(supervisor.renderedWithin(900_000)).toBe(supervisor.rendered);
    now += 1;
    expect(supervisor.renderedWithin(900_000)).toBeNull();
  });
});

describe.each([
  ['forward by a year', 365 * 86_400_000],
  ['back by a day', -86_400_000],
])('a clock that is set %s', (_how, ms) => {
  it('hides nothing: the figures are as old as they are, and the last scan is as long ago', async () => {
    supervise();
    supervisor.request('quick');
    await scanned('deep', true);
    const goodAt = now;
    setBy = ms;
    now += 899_999.6;
    expect(supervisor.renderedWithin(900_000)).toBe(supervisor.rendered);
    expect(supervisor.scans.quick.lastSuccessMs).toBe(goodAt + ms);
    now += 1;
    expect(supervisor.renderedWithin(900_000)).toBeNull();
  });

  it('neither kills a scan nor keeps the watchdog from a blocked one', async () => {
    supervise({ childPath: BLOCKING_CHILD, kill: (child) => killed.push(child) });
    state.blockIndex('main');
    supervisor.request('quick');
    setBy = ms;
    // Long enough for the watchdog to have looked.
    await new Promise((resolve) => setTimeout(resolve, TIMEOUT_MS));
    expect(supervisor.scans.quick.success).toBeNull();
    await withoutHeartbeat(() => expect(killed).toHaveLength(1));
  });
});

describe('a scanning process that is blocked', () => {
  it('is killed and replaced, and the last good figures stay with their age', async () => {
    supervise({ childPath: BLOCKING_CHILD });
    supervisor.request('quick');
    await scanned('deep', true);
    const { rendered } = supervisor;
    const { lastSuccessMs } = supervisor.scans.quick;

    state.blockIndex('main');
    supervisor.request('quick');
    await withoutHeartbeat(() => expect(supervisor.scans.quick.success).toBe(false));
    expect(supervisor.rendered).toBe(rendered);
    expect(supervisor.scans.quick.lastSuccessMs).toBe(lastSuccessMs);
    expect(supervisor.stuck).toBe(false);

    state.writeIndex('main');
    await vi.waitFor(() => {
      supervisor.request('quick');
      expect(supervisor.scans.quick.success).toBe(true);
    }, PATIENCE);
    expect(supervisor.scans.quick.lastSuccessMs).toBeGreaterThan(lastSuccessMs ?? 0);
  });

  it('costs the agent whose store it was, and no other, until its files change', async () => {
    const { lines, log } = errorLines();
    state = createState({
      agents: { main: { index: { 'agent:main:main': {} } }, bad: { index: { 'agent:bad:main': {} } } },
    });
    supervise({ childPath: BLOCKING_CHILD, log });
    supervisor.request('quick');
    await scanned('deep', true);
    state.blockIndex('bad');
    await withoutHeartbeatOfBlocked(() =>
      expect(metrics()).toContain('openclaw_store_problem{agent="bad",reason="scan_aborted"} 1\n'),
    );
    expect(lines.join()).toContain('"agent":"bad","step":"read"');
    expect(metrics()).toContain('openclaw_store_readable{agent="bad"} 0\n');
    expect(metrics()).toMatch(/^openclaw_store_session_tokens\{agent="main"/m);

    state.writeIndex('bad');
    await vi.waitFor(() => {
      supervisor.request('quick');
      expect(metrics()).toContain('openclaw_store_readable{agent="bad"} 1\n');
    }, PATIENCE);
    expect(metrics()).toMatch(/^openclaw_store_session_tokens\{agent="main"/m);
  });

  it('costs the agent whose places could not even be looked at, and no other', async () => {
    const { lines, log } = errorLines();
    state = createState({
      agents: { main: { index: { 'agent:main:main': {} } }, bad: { index: { 'agent:bad:main': {} } } },
    });
    supervise({ childPath: BLOCKING_CHILD, log });
    state.mountDead('bad');
    await withoutHeartbeatOfBlocked(() =>
      expect(metrics()).toContain('openclaw_store_problem{agent="bad",reason="scan_aborted"} 1\n'),
    );
    expect(lines).toContain(
      JSON.stringify({
        scan: 'quick',
        err: 'no heartbeat within --scan.timeout, the scanning process is killed',
        agent: 'bad',
        step: 'discover',
      }),
    );
    expect(metrics()).toMatch(/^openclaw_store_session_tokens\{agent="main"/m);
    // And so it stays in the scans that follow, whatever changes elsewhere.
    state.addSession('agent:main:other');
    await vi.waitFor(() => {
      supervisor.request('quick');
      expect(metrics()).toContain('openclaw_store_sessions{agent="main",kind="main"} 1\n');
      expect(metrics()).toContain('openclaw_store_sessions{agent="main",kind="other"} 1\n');
    }, PATIENCE);
    expect(metrics()).toContain('openclaw_store_readable{agent="bad"} 0\n');
    expect(supervisor.scans.quick.success).toBe(true);
  });

  it('costs no agent, where it was the config twice: the others are read without it', async () => {
    const { lines, log } = errorLines();
    state = createState({ agents: { main: { index: { 'agent:main:main': {} } } } });
    supervise({ childPath: BLOCKING_CHILD, log });
    rmSync(join(state.dir, 'openclaw.json'));
    execFileSync('mkfifo', [join(state.dir, 'openclaw.json')]);
    await withoutHeartbeatOfBlocked(() => expect(supervisor.scans.quick.success).toBe(true));
    expect(lines.filter((line) => line.includes('"agent":"none","step":"config"')).length).toBeGreaterThan(1);
    expect(metrics()).toContain('openclaw_store_config_valid 0\n');
    expect(metrics()).toMatch(/^openclaw_store_session_tokens\{agent="main"/m);
  });

  it('costs no agent, where everything was read and judged between its two ends in the store of one', async () => {
    const { lines, log } = errorLines();
    supervise({ childPath: FALTERING_CHILD, log });
    await vi.waitFor(() => {
      supervisor.request('quick');
      expect(lines.join()).toContain('left alone:');
    }, PATIENCE);
    expect(supervisor.scans.deep.lastSuccessMs).toBe(now);
    expect(lines.filter((line) => line.includes('"agent":"bad","step":"read"'))).toHaveLength(2);
    expect(lines.at(-1)).toContain('left alone: none');
  });

  it('costs the agent with by far the most sessions, where it came to its end twice in what is done for all', async () => {
    const { lines, log } = errorLines();
    supervise({ childPath: DYING_CHILD, log });
    await vi.waitFor(() => {
      supervisor.request('quick');
      expect(lines.join()).toContain('without it');
    }, PATIENCE);
    expect(lines.filter((line) => line.includes('"agent":"none","step":"publish"'))).toHaveLength(2);
  });

  it('is left behind when it cannot be killed: nothing is started beside it until it is gone', async () => {
    supervise({ childPath: BLOCKING_CHILD, kill: (child) => killed.push(child) });
    state.blockIndex('main');
    supervisor.request('quick');
    await withoutHeartbeat(() => expect(supervisor.stuck).toBe(true));
    expect(killed).toHaveLength(1);
    state.writeIndex('main');
    supervisor.request('quick');
    expect(supervisor.scans.quick.success).toBe(false);
    expect(supervisor.stuck).toBe(true);

    killed[0]?.kill('SIGKILL');
    await vi.waitFor(() => expect(supervisor.stuck).toBe(false), PATIENCE);
    supervisor.request('quick');
    await scanned('quick', true);
    expect(killed).toHaveLength(1);
  });
});
