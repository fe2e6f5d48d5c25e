import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { AgentStore } from '../../src/discover/agent-stores.ts';
import { AbortedAgents, filesOf } from '../../src/scan/aborted-agents.ts';
import type { AbortedAgent, Whereabouts } from '../../src/scan/messages.ts';
import { putFile, setWritten } from '../support/folder.ts';
import { testScanner } from '../support/scan.ts';
import { PLAIN } from '../support/scans.ts';
import { SETTLED } from '../support/sessions.ts';
import { createState, type State } from '../support/state.ts';

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
  const aborted = new AbortedAgents([{ agent: 'bad', restMs: HOUR, files, file: null }], () => now);
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

describe('an agent whose transcript was the end of a scan', () => {
  const BAD = 'agent:bad:main';

  /** What is told when its transcript is validated. */
  async function validating(state: State): Promise<AbortedAgent> {
    let told: Whereabouts | null = null;
    const enter = async (work: Whereabouts) => {
      if (work.agent === 'bad' && work.step === 'validate') told = work;
    };
    await testScanner(state.dir, { ...PLAIN, enter }).deep();
    const { files, file } = told ?? expect.unreachable('it was not validated');
    return { agent: 'bad', restMs: HOUR, files: files ?? null, file: file ?? null };
  }

  it('is read again when this transcript changes in place, and not when another does', async () => {
    const state = createState({
      agents: { main: { index: { 'agent:main:main': {} } }, bad: { index: { [BAD]: {}, 'agent:bad:other': {} } } },
    });
    const scanner = testScanner(state.dir, { ...PLAIN, aborted: new AbortedAgents([await validating(state)]) });
    const problems = async () => (await scanner.quick()).snapshot.agents.map((agent) => agent.problems.join());
    expect(await problems()).toEqual(['', 'scan_aborted']);
    appendFileSync(state.transcriptPath(BAD), '\n');
    expect(await problems()).toEqual(['', 'scan_aborted']);
    appendFileSync(state.transcriptPath('agent:bad:other'), '\n');
    expect(await problems()).toEqual(['', '']);
  });
});

describe('a deep scan', () => {
  it('says what it validates, also where a quick scan begins while it does', async () => {
    const state = createState({ agents: { main: { index: { 'agent:main:main': {}, 'agent:main:other': {} } } } });
    let at: Whereabouts = { agent: null, step: 'start' };
    const during: string[] = [];
    let between: Promise<unknown> | null = null;
    const scanner = testScanner(state.dir, {
      ...PLAIN,
      enter: async (work) => {
        at = work;
        if (work.step === 'validate') between ??= scanner.quick();
        await new Promise((resolve) => setImmediate(resolve));
      },
      onValidated: () => during.push(`${at.agent} ${at.step}`),
    });
    await scanner.deep();
    await between;
    // The first one has only begun.
    expect(during.length).toBeGreaterThan(2);
    expect(new Set(during.slice(1))).toEqual(new Set(['main validate']));
  });
});

describe('an agent that is left alone', () => {
  it('is looked at by no step, since each could be the end again; each step of the others names them', async () => {
    const state = createState({ agents: { main: { index: {} }, bad: { index: { 'agent:bad:main': {} } } } });
    const steps: Whereabouts[] = [];
    const aborted = new AbortedAgents([{ agent: 'bad', restMs: HOUR, files: null, file: null }]);
    const scanner = testScanner(state.dir, {
      ...PLAIN,
      aborted,
      enter: async ({ agent, step, files }) => {
        const last = steps.at(-1);
        if (last?.agent === agent && last.step === step) return;
        steps.push({ agent, step, ...(files === undefined ? {} : { files: 'known' }) });
      },
    });
    state.addSession('agent:bad:other');
    const { snapshot } = await scanner.quick();
    expect(snapshot.agents.map(({ problems }) => problems)).toEqual([[], ['scan_aborted']]);
    // Only with its files an agent is one that is worked on: that ends its rest.
    expect(steps).toEqual([
      { agent: null, step: 'discover' },
      { agent: null, step: 'config' },
      { agent: null, step: 'registry' },
      { agent: null, step: 'discover' },
      { agent: 'main', step: 'discover' },
      { agent: null, step: 'discover' },
      { agent: 'main', step: 'look' },
      { agent: 'main', step: 'read', files: 'known' },
      { agent: 'main', step: 'files', files: 'known' },
      { agent: null, step: 'publish' },
    ]);
    expect(scanner.kept.looks.counts.folders).toBe(2);
  });

  it('is the largest, where very many sessions were the end of what is done for all', async () => {
    const many = Object.fromEntries(Array.from({ length: 5001 }, (_, at) => [`agent:bad:telegram:direct:${at}`, null]));
    const state = createState({ agents: { main: { index: { 'agent:main:main': {} } }, bad: { index: {} } } });
    const told: Whereabouts[] = [];
    const scanner = testScanner(state.dir, { ...PLAIN, enter: async (work) => void told.push(work) });
    await scanner.quick();
    expect(told.at(-1)).toEqual({ agent: null, step: 'publish' });
    putFile(state.indexPath('bad'), JSON.stringify(many));
    await scanner.quick();
    const files = told.findLast(({ agent, step }) => agent === 'bad' && step === 'read')?.files;
    expect(told.at(-1)).toEqual({ agent: null, step: 'publish', largest: { agent: 'bad', files } });
    expect(files).toBeDefined();
  });

  it('is told to have changed by its folders, its index, its database and the files of it', () => {
    const state = createState({ agents: { main: { database: { sessions: { 'agent:main:main': {} } } } } });
    const home = join(state.dir, 'agents', 'main');
    const database = state.databasePath('main');
    const place = (path: string) => ({ path, root: state.dir });
    const store: AgentStore = {
      agent: 'main',
      folder: {
        agent: 'main',
        home: place(home),
        sessions: place(state.folder('main')),
        agentDir: place(join(home, 'agent')),
        problem: null,
      },
      indexPath: state.indexPath('main'),
      root: state.dir,
      sharedBy: null,
      database: { ...place(database), sharedBy: null, problem: null },
      problem: null,
      isRegistered: false,
    };
    const paths = [
      state.indexPath('main'),
      database,
      `${database}-wal`,
      `${database}-shm`,
      `${database}-journal`,
      join(home, 'other'),
    ];
    for (const path of paths) {
      // Two changes within a tick of the file system's clock bear the same time.
      setWritten(home, SETTLED);
      const before = filesOf(store);
      expect(filesOf(store)).toBe(before);
      putFile(path, 'another size than before');
      expect(filesOf(store), path).not.toBe(before);
    }
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
    expect(lines).toEqual([{ agent: 'bad', step: 'read', err: 'whatever it is' }]);
  });
});
