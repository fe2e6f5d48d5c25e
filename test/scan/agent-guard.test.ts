import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { putFile } from '../support/folder.ts';
import { SILENT } from '../support/scan.ts';
import { agentSeries, type Families, PLAIN, problemsOf, watcher } from '../support/scans.ts';
import { createState, type State } from '../support/state.ts';

/** A step throws while it is named here and is given anything with this word in it, which only the agent `bad` has. */
const fault = { word: 'poison', step: '' };

/** The real function, but for the fault. `told`: by what it is known whose work it is. */
function faulty<Given extends readonly unknown[], Result>(
  step: string,
  work: (...given: Given) => Result,
  told: (...given: Given) => unknown = (...given) => given,
) {
  return (...given: Given): Result => {
    if (fault.step === step && JSON.stringify(told(...given)).includes(fault.word)) throw new Error(`no ${step}`);
    return work(...given);
  };
}

type Make = typeof import('../support/scan.ts')['testScanner'];
let testScanner: Make;

/** The scanner with faults in the functions that each step cannot do without. */
beforeAll(async () => {
  const models = await import('../../src/openclaw/model-override.ts');
  const classes = await import('../../src/openclaw/file-classes.ts');
  const records = await import('../../src/openclaw/transcript-record.ts');
  const classify = await import('../../src/classify.ts');
  const { CHECKS } = await import('../../src/checks/all.ts');
  const page = await import('../../src/publish/page/status-fragment.ts');
  vi.resetModules();
  vi.doMock('../../src/openclaw/model-override.ts', () => ({
    ...models,
    chosenModels: faulty('read', models.chosenModels, (entries) => [...entries].map(([key]) => key)),
  }));
  vi.doMock('../../src/openclaw/file-classes.ts', () => ({
    ...classes,
    sessionFileClass: faulty('files', classes.sessionFileClass),
  }));
  vi.doMock('../../src/openclaw/transcript-record.ts', () => ({
    ...records,
    parseRecord: faulty('validate', records.parseRecord),
  }));
  vi.doMock('../../src/classify.ts', () => ({
    ...classify,
    prepareClassify: (input: Parameters<typeof classify.prepareClassify>[0]) =>
      faulty('judge', classify.prepareClassify(input)),
  }));
  vi.doMock('../../src/checks/all.ts', () => ({
    CHECKS: CHECKS.map((check) => ({ ...check, run: faulty(check.name, check.run) })),
  }));
  vi.doMock('../../src/publish/page/status-fragment.ts', () => ({
    ...page,
    renderStatusFragment: faulty('render', page.renderStatusFragment),
  }));
  ({ testScanner } = await import('../support/scan.ts'));
});
afterAll(() => {
  vi.doUnmock('../../src/openclaw/model-override.ts');
  vi.doUnmock('../../src/openclaw/file-classes.ts');
  vi.doUnmock('../../src/openclaw/transcript-record.ts');
  vi.doUnmock('../../src/classify.ts');
  vi.doUnmock('../../src/checks/all.ts');
  vi.doUnmock('../../src/publish/page/status-fragment.ts');
  vi.resetModules();
});

const KEY = `agent:bad:telegram:direct:${fault.word}`;
const RECORD = JSON.stringify({ type: 'custom', text: fault.word });

const STATES: Readonly<Record<'file' | 'sqlite', () => State>> = {
  file: () => {
    const state = createState({
      agents: { main: { index: { 'agent:main:main': {} } }, bad: { index: { [KEY]: {} } }, kin: KIN },
    });
    appendFileSync(state.transcriptPath(KEY), `${RECORD}\n`);
    putFile(join(state.folder('bad'), `${fault.word}.tmp`), '');
    return state;
  },
  sqlite: () => {
    const state = createState({
      agents: { main: { index: { 'agent:main:main': {} } }, bad: { database: { sessions: { [KEY]: {} } } }, kin: KIN },
      registry: { version: '2026.9.6', agents: [] },
    });
    using database = new DatabaseSync(state.databasePath('bad'));
    database.prepare('UPDATE transcript_events SET event_json = ? WHERE seq = 2').run(RECORD);
    putFile(join(state.folder('bad'), `${fault.word}.tmp`), '');
    return state;
  },
};
const KIN = { database: { sessions: { 'agent:kin:main': {} } } };

beforeEach(() => {
  fault.step = '';
});

/** What the log says of failures, and every series by agent, of a scanner that begins and of one that knew the stores. */
async function scansOf(state: State) {
  const failures: unknown[] = [];
  const log = { ...SILENT, error: (_message: string, fields?: object) => failures.push(fields) };
  const { quick, deep } = watcher(testScanner(state.dir, { ...PLAIN, log }));
  return { quick, deep, failures };
}

const others = (families: Families) => [agentSeries(families, 'main'), agentSeries(families, 'kin')];

describe.each(['file', 'sqlite'] as const)('whatever is thrown in a step of one agent (%s)', (era) => {
  it.each(['read', 'files', 'validate', 'judge', 'render', 'stuck', 'duplicates', 'invalid_json'])(
    'the others keep every series and figure: %s',
    async (step) => {
      const state = STATES[era]();
      const well = await (await scansOf(state)).deep();
      expect(Object.keys(agentSeries(well, 'bad')).length).toBeGreaterThan(40);

      fault.step = step;
      const { quick, deep, failures } = await scansOf(state);
      await deep();
      await quick();
      const hurt = await deep();
      expect(others(hurt)).toEqual(others(well));
      const isCheck = !['read', 'files', 'validate', 'judge', 'render'].includes(step);
      expect(failures).toEqual([
        isCheck ? { check: step, err: `no ${step} (in bad)` } : { agent: 'bad', step, err: `no ${step}` },
      ]);

      // What it lost has no series: a zero would say that it was looked at.
      const names = Object.keys(agentSeries(hurt, 'bad')).map((series) => series.replace(/ .*/, ''));
      const lost = new Set(Object.keys(agentSeries(well, 'bad')).map((series) => series.replace(/ .*/, '')));
      for (const name of names) lost.delete(name);
      if (isCheck) {
        expect(problemsOf(hurt, 'bad')).toEqual([]);
        expect(names).toContain('openclaw_store_session_tokens');
        if (step !== 'invalid_json')
          expect([...lost]).toEqual([`openclaw_store_${step}_sessions`.replace('duplicates', 'duplicate')]);
      } else if (step === 'files') {
        expect([...lost].toSorted()).toEqual(['openclaw_store_bytes', 'openclaw_store_files']);
      } else {
        expect(problemsOf(hurt, 'bad')).toEqual(['scan_aborted']);
        expect(names).toHaveLength(3);
      }

      fault.step = '';
      putFile(join(state.folder('bad'), 'mended.tmp'), '');
      expect(Object.keys(agentSeries(await deep(), 'bad'))).toEqual(Object.keys(agentSeries(well, 'bad')));
    },
  );
});
