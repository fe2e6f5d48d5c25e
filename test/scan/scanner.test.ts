import { appendFileSync, writeFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Scanner } from '../../src/scan/scanner.ts';
import { testScanner, testSettings } from '../support/scan.ts';
import { allSessions } from '../support/snapshot.ts';
import { createState, type State } from '../support/state.ts';

let state: State;

beforeEach(() => {
  state = createState({ live: true });
  state.addSession('agent:main:main', { totalTokens: 1500 });
  state.addSession('agent:main:telegram:group:-100', { totalTokens: 50_001 });
});

function work(scanner: Scanner) {
  return { ...scanner.counts, transcriptBytes: scanner.kept.files.transcripts.bytesRead };
}

describe('a quick scan of an unchanged store', () => {
  it.each([
    { after: 'a quick scan', first: (scanner: Scanner) => scanner.quick() },
    { after: 'a deep scan', first: (scanner: Scanner) => scanner.deep() },
  ])('after $after reads no index, no transcript byte and renders nothing', async ({ first }) => {
    const scanner = testScanner(state.dir);
    await first(scanner);
    const before = work(scanner);
    expect(before.transcriptBytes).toBeGreaterThan(0);
    const { rendered, snapshot } = await scanner.quick();
    expect(work(scanner)).toEqual(before);
    expect(rendered).toBeNull();
    expect(allSessions(snapshot)).toHaveLength(2);
  });

  it('renders again when only the time has changed a figure', async () => {
    let now = Date.now();
    const scanner = testScanner(state.dir, { now: () => now });
    await scanner.quick();
    now += 25 * 3_600_000;
    const { rendered } = await scanner.quick();
    expect(rendered?.metrics).toContain('openclaw_store_active_sessions{agent="main",kind="main"} 0\n');
  });
});

describe('the page', () => {
  it('is renewed alone when time changed what the figures would raise', async () => {
    let now = Date.now();
    state.addSession('agent:main:main', { totalTokens: 210_000, updatedAt: now });
    const scanner = testScanner(state.dir, { now: () => now });
    const started = await scanner.quick();
    expect(started.rendered?.page.headline).toMatch(/^Needs you now: /);
    // Nobody used it for an hour: it pages no more.
    now += 2 * 3_600_000;
    const { rendered, page } = await scanner.quick();
    expect(rendered).toBeNull();
    expect(page?.headline).toMatch(/^Needs you this week: /);
    expect((await scanner.quick()).page).toBeNull();
  });

  it('has the links of settings that were loaded again, though every figure is as before', async () => {
    state.addSession('agent:main:main', { totalTokens: 210_000 });
    const scanner = testScanner(state.dir);
    await scanner.quick();
    const url = 'https://git.example.org/runbooks';
    scanner.configure(testSettings(state.dir, { 'runbook-url': url }));
    const { rendered } = await scanner.quick();
    expect(rendered?.page.html).toContain(`href="${url}/OpenClawSessionTokensCritical.md"`);
  });
});

describe('a deep scan', () => {
  it('reads each byte once, and after it a quick scan reads what was appended and no more', async () => {
    const scanner = testScanner(state.dir);
    await scanner.deep();
    const before = work(scanner);
    const line = `${JSON.stringify({ type: 'message', message: { role: 'user', content: 'more' } })}\n`;
    appendFileSync(state.transcriptPath('agent:main:main'), line);
    const { rendered } = await scanner.quick();
    expect(work(scanner).transcriptBytes - before.transcriptBytes).toBe(line.length);
    expect(rendered?.metrics).toMatch(/openclaw_store_session_messages\{[^}]*kind="main"\} 3\n/);
    const read = work(scanner).transcriptBytes;
    await scanner.deep();
    expect(work(scanner).transcriptBytes).toBe(read);
  });

  it('lets quick scans run between its slices', async () => {
    // Several chunks of 1 MiB.
    const line = `${JSON.stringify({ type: 'message', message: { role: 'user', content: 'x'.repeat(1000) } })}\n`;
    writeFileSync(state.transcriptPath('agent:main:main'), line.repeat(6000));
    const events: string[] = [];
    let slices = 0;
    const scanner = testScanner(state.dir, {
      pause: async () => {
        slices += 1;
        await new Promise((resolve) => setImmediate(resolve));
      },
    });
    await scanner.quick();
    const sliced = slices;
    const deep = scanner.deep().then(() => events.push('deep'));
    while (slices < sliced + 2) await new Promise((resolve) => setImmediate(resolve));
    await scanner.quick().then(() => events.push('quick'));
    expect(events).toEqual(['quick']);
    await deep;
    expect(events).toEqual(['quick', 'deep']);
  });
});

it('publishes a session that appeared and drops one that vanished', async () => {
  const scanner = testScanner(state.dir);
  await scanner.deep();
  state.addSession('agent:main:cron:9d2a3f2e-0000-4000-8000-000000000001', { totalTokens: 77 });
  state.removeSession('agent:main:main');
  const { rendered } = await scanner.quick();
  expect(rendered?.metrics).toMatch(
    /session_tokens\{agent="main",session="agent:main:cron:9d2a3f2e-[^"]*",kind="cron"\} 77\n/,
  );
  expect(rendered?.metrics).not.toContain('kind="main"');
});

it('keeps the last good config when a new one cannot be used', async () => {
  const scanner = testScanner(state.dir);
  await scanner.quick();
  writeFileSync(`${state.dir}/openclaw.json`, '{ agents: {');
  const { snapshot } = await scanner.quick();
  expect(snapshot.configValid).toBe(false);
  expect(snapshot.agents.map(({ agent }) => agent)).toEqual(['main']);
});
