import { describe, expect, it } from 'vitest';
import { AbortedAgents } from '../../src/scan/aborted-agents.ts';
import type { Whereabouts } from '../../src/scan/messages.ts';
import { testScanner } from '../support/scan.ts';
import { PLAIN } from '../support/scans.ts';
import { createState } from '../support/state.ts';

const HOUR = 3_600_000;

/** Whether the agent `bad` is left alone in each of the scans, before which this happens. */
async function leftAlone(before: readonly ((move: (ms: number) => void, change: () => void) => void)[]) {
  const state = createState({ agents: { main: { index: {} }, bad: { index: { 'agent:bad:main': {} } } } });
  let now = 0;
  let files = '';
  const enter = async (work: Whereabouts) => {
    if (work.agent === 'bad') files = work.files ?? '';
  };
  await testScanner(state.dir, { ...PLAIN, enter }).quick();
  const aborted = new AbortedAgents([{ agent: 'bad', restMs: HOUR, files }], () => now);
  const scanner = testScanner(state.dir, { ...PLAIN, aborted });
  const seen: unknown[] = [];
  for (const happen of before) {
    happen(
      (ms) => {
        now += ms;
      },
      () => state.addSession('agent:bad:other'),
    );
    const { snapshot } = await scanner.quick();
    seen.push(snapshot.agents.map(({ agent, problems }) => `${agent} ${problems.join()}`.trim()));
  }
  return seen;
}

const BOTH = ['main', 'bad'];
const WITHOUT = ['main', 'bad scan_aborted'];

describe('an agent in whose store a scan was aborted', () => {
  it('is left alone for an hour', async () => {
    const scans = [
      () => undefined,
      (move: (ms: number) => void) => move(HOUR - 1),
      (move: (ms: number) => void) => move(1),
    ];
    expect(await leftAlone(scans)).toEqual([WITHOUT, WITHOUT, BOTH]);
  });

  it('is read again when its files change, and from then on', async () => {
    const scans = [() => undefined, (_move: unknown, change: () => void) => change(), () => undefined];
    expect(await leftAlone(scans)).toEqual([WITHOUT, BOTH, BOTH]);
  });

  it('is read at once where its files changed before the next scan', async () => {
    expect(await leftAlone([(_move: unknown, change: () => void) => change()])).toEqual([BOTH]);
  });
});

describe('a store that throws', () => {
  it('loses only itself, and the log says whose it was', async () => {
    const state = createState({ agents: { main: { index: {} }, bad: { index: {} } } });
    const lines: unknown[] = [];
    const { snapshot } = await testScanner(state.dir, {
      ...PLAIN,
      log: {
        debug: () => undefined,
        info: () => undefined,
        warn: () => undefined,
        error: (_message, fields) => lines.push(fields),
      },
      readIndex: (path) => {
        if (path.includes('/bad/')) throw new Error('whatever it is');
        return { found: 'nothing' };
      },
    }).quick();
    expect(snapshot.agents.map(({ agent, readable }) => [agent, readable])).toEqual([
      ['main', true],
      ['bad', false],
    ]);
    expect(lines).toEqual([{ agent: 'bad', err: 'whatever it is' }]);
  });
});
