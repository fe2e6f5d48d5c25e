import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readIndex } from '../../src/read/file/index-file.ts';
import {
  BAD,
  badEntry,
  expectSameSessions,
  expectUntouched,
  filesBeside,
  healthyScan,
  putBad,
} from '../support/beside.ts';
import { seriesOf } from '../support/exposition.ts';
import { putFile } from '../support/folder.ts';
import { giveToNobody } from '../support/nobody.ts';
import { testScanner } from '../support/scan.ts';
import {
  agentSeries,
  type Families,
  figureOf,
  findingsOf,
  PLAIN,
  parsed,
  problemsOf,
  scanAsNobody,
  scanBoth,
} from '../support/scans.ts';
import { NOW, transcriptLines } from '../support/sessions.ts';
import type { State } from '../support/state.ts';

const WHOLE = transcriptLines('bad').join('');

function firstValue(families: Families, name: string): number | undefined {
  return families.get(`openclaw_store_${name}`)?.samples[0]?.value;
}

/** A state of the user who scans, in which one path is closed; and its scans while it was open. */
async function withClosed(path: string, mode: string) {
  const state = filesBeside();
  putBad(state, WHOLE);
  const before = await scanBoth(testScanner(state.dir, PLAIN));
  giveToNobody(state.dir);
  chmodSync(join(state.dir, path), mode);
  onTestFinished(() => chmodSync(join(state.dir, path), 0o700));
  return { before, after: { ...before, ...(await scanAsNobody(state.dir)) } };
}

describe('what is closed to us', () => {
  const OPS = 'agents/ops/sessions';

  it.each([
    [`${OPS}/sessions.json`, '0000'],
    [OPS, '0000'],
    // Names without what they name, and the other way round.
    [OPS, '0400'],
    [OPS, '0100'],
    ['agents/ops', '0000'],
  ])('%s with mode %s is its agent’s problem alone', async (path, mode) => {
    const { before, after } = await withClosed(path, mode);
    expectUntouched(after, before, { isLost: true });
    for (const families of [after.quick, after.deep]) {
      expect(agentSeries(families, 'ops')).toEqual({
        'openclaw_store_readable agent="ops"': 0,
        'openclaw_store_info agent="ops",layout="file",schema="0",version="2026.7.35"': 1,
        'openclaw_store_problem agent="ops",reason="permission_denied"': 1,
      });
    }
  });

  it('agents with mode 0400: its agents are seen, and each says that it is closed', async () => {
    const { quick, deep } = (await withClosed('agents', '0400')).after;
    for (const families of [quick, deep]) {
      expect(problemsOf(families, 'ops')).toEqual(['permission_denied']);
      expect(problemsOf(families, 'kin')).toEqual(['permission_denied']);
    }
  });

  it('a transcript is a problem of its store, and no finding: nobody knows what is in it', async () => {
    const { before, after } = await withClosed(`${OPS}/bad.jsonl`, '0000');
    expectUntouched(after, before);
    for (const families of [after.quick, after.deep]) {
      expect(problemsOf(families, 'ops')).toEqual(['permission_denied']);
      expect(findingsOf(families, BAD)).toEqual([]);
      expect(figureOf(families, 'transcript_bytes', BAD)).toBeNull();
      expect(figureOf(families, 'tokens', BAD)).toBeNull();
    }
  });

  it('the config is one that cannot be used, and every session is there all the same', async () => {
    const { before, after } = await withClosed('openclaw.json', '0000');
    expectSameSessions(after.deep, before.deep);
    expect([firstValue(before.deep, 'config_valid'), firstValue(after.deep, 'config_valid')]).toEqual([1, 0]);
  });

  it.each([
    ['agents', '0000'],
    ['.', '0000'],
    ['.', '0400'],
    ['.', '0100'],
  ])('%s with mode %s: the state directory cannot be read, and nothing is said of it', async (path, mode) => {
    const { quick, deep } = (await withClosed(path, mode)).after;
    for (const families of [quick, deep]) {
      expect([...families.keys()]).toEqual(['openclaw_store_state_readable']);
      expect(firstValue(families, 'state_readable')).toBe(0);
    }
  });
});

const ODD_FILES: [what: string, make: (path: string) => void][] = [
  ['a folder', (path) => mkdirSync(path)],
  ['a FIFO', (path) => execFileSync('mkfifo', [path])],
  ['a link to a device', (path) => symlinkSync('/dev/zero', path)],
  ['a loop of links', (path) => symlinkSync(path, path)],
  ['a link out', (path) => symlinkSync('/etc/passwd', path)],
  ['a link to nothing', (path) => symlinkSync('gone', path)],
];

describe('what is no file, in the place of one', () => {
  it.each(ODD_FILES)('that nobody asks for changes nothing: %s', async (_, make) => {
    const state = filesBeside();
    const before = await healthyScan();
    for (const name of ['x.jsonl', 'sessions.json.lock', 'ops-0.jsonl.lock', 'x.jsonl.reset.2026-02-06T10-00-00Z']) {
      make(join(state.folder('ops'), name));
    }
    make(join(state.dir, '.env'));
    make(join(state.dir, 'agents/kin/sessions.json'));
    const after = await scanBoth(
      testScanner(state.dir, { ...PLAIN, settings: { salt: null, 'openclaw.same-pid-namespace': true } }),
    );
    expect(after.quick).toEqual(before.quick);
    expect(after.deep).toEqual(before.deep);
  });

  it.each(ODD_FILES.filter(([what]) => !/loop|nothing/.test(what)))(
    'a config that became one is not used, the last good one is: %s',
    async (_, make) => {
      const state = filesBeside();
      const scanner = testScanner(state.dir, PLAIN);
      const before = await scanBoth(scanner);
      unlinkSync(join(state.dir, 'openclaw.json'));
      make(join(state.dir, 'openclaw.json'));
      const after = parsed((await scanner.quick()).rendered);
      expect(firstValue(after, 'config_valid')).toBe(0);
      for (const agent of ['ops', 'kin']) expect(agentSeries(after, agent)).toEqual(agentSeries(before.deep, agent));
    },
  );

  it.each(['agents/ops', 'agents/ops/sessions'])('%s is a loop of links: its agent’s problem alone', async (path) => {
    const state = filesBeside();
    const before = await healthyScan();
    rmSync(join(state.dir, path), { recursive: true });
    symlinkSync(join(state.dir, path), join(state.dir, path));
    const after = await scanBoth(testScanner(state.dir, PLAIN));
    expectUntouched(after, before, { isLost: true });
    expect(problemsOf(after.quick, 'ops')).toEqual(['index_unreadable']);
    expect(seriesOf(after.deep, 'openclaw_store_readable')).toMatchObject({ 'agent="ops"': 0 });
  });

  it.each(ODD_FILES.filter(([what]) => !/loop|nothing/.test(what)))(
    'a database that is one says that its agent was not read: %s',
    async (_, make) => {
      const state = filesBeside();
      const before = await healthyScan();
      mkdirSync(join(state.dir, 'agents/ops/agent'));
      make(join(state.dir, 'agents/ops/agent/openclaw-agent.sqlite'));
      const after = await scanBoth(testScanner(state.dir, PLAIN));
      expectUntouched(after, before, { isLost: true });
      expect(seriesOf(after.deep, 'openclaw_store_readable')).toMatchObject({ 'agent="ops"': 0 });
      expect(problemsOf(after.deep, 'ops')).toHaveLength(1);
    },
  );
});

describe('what changes between the look at the index and the look at the rest', () => {
  /** Scans, and acts when the index of `ops` was read. */
  async function changedMeanwhile(act: (state: State) => void) {
    const state = filesBeside();
    const before = await healthyScan();
    putBad(state, WHOLE);
    let acted = false;
    const scanner = testScanner(state.dir, {
      ...PLAIN,
      readIndex: (path, root) => {
        const result = readIndex(path, root);
        if (!acted && dirname(path) === state.folder('ops')) {
          acted = true;
          act(state);
        }
        return result;
      },
    });
    return { state, before, after: await scanBoth(scanner), scanner };
  }

  it.each<[what: string, replace: (path: string) => void, reasons: string[]]>([
    ['vanishes', () => undefined, ['transcript_missing']],
    ['is emptied', (path) => writeFileSync(path, ''), ['transcript_empty']],
    ['is a FIFO now', (path) => execFileSync('mkfifo', [path]), ['transcript_missing']],
    ['is a link out now', (path) => symlinkSync('/etc/passwd', path), ['entry_invalid']],
  ])('a transcript that %s', async (_, replace, reasons) => {
    const { before, after } = await changedMeanwhile((state) => {
      const path = join(state.folder('ops'), 'bad.jsonl');
      rmSync(path);
      replace(path);
    });
    expectUntouched(after, before);
    expect(findingsOf(after.quick, BAD)).toEqual(reasons);
    expect(findingsOf(after.deep, BAD)).toEqual(reasons);
  });

  it.each(['agents/ops/sessions', 'agents/ops'])('%s that vanishes costs the other agent nothing', async (path) => {
    const { state, before, after, scanner } = await changedMeanwhile(({ dir }) => {
      renameSync(join(dir, path), join(dir, 'aside'));
    });
    expectUntouched(after, before, { isLost: true });
    renameSync(join(state.dir, 'aside'), join(state.dir, path));
    expectSameSessions(parsed((await scanner.quick()).rendered), before.deep);
  });

  it('a state directory that vanishes is missing at the next look, and there when it is back', async () => {
    const away = `${filesBeside().dir}/away`;
    const { state, before, after, scanner } = await changedMeanwhile(({ dir }) => renameSync(dir, away));
    // The deep scan ends with a look of its own.
    expect([...after.deep.keys()]).toEqual(['openclaw_store_state_readable']);
    renameSync(away, state.dir);
    expectSameSessions(parsed((await scanner.quick()).rendered), before.deep);
  });
});

describe('times in the future', () => {
  const DAY = 24 * 60 * 60 * 1000;
  const LATER = NOW + 10 * DAY;

  it('are fresh until they have passed: no cut line, no silent run, no stale lock before', async () => {
    const state = filesBeside();
    const before = await healthyScan();
    putBad(state, `${WHOLE}{"type":"mess`, { entry: badEntry({ status: 'running' }), writtenMs: LATER });
    putFile(join(state.folder('ops'), 'bad.jsonl.lock'), '{}', LATER);
    let now = NOW;
    const scanner = testScanner(state.dir, { ...PLAIN, now: () => now });
    const after = await scanBoth(scanner);
    expectUntouched(after, before);
    expect(findingsOf(after.deep, BAD)).toEqual([]);
    expect(seriesOf(after.deep, 'openclaw_store_locks')).toEqual({ 'agent="ops",state="held"': 1 });
    // That it lies in the future is there to be seen.
    expect(seriesOf(after.deep, 'openclaw_store_last_write_timestamp_seconds')).toMatchObject({
      'agent="ops"': LATER / 1000,
    });
    const { bytesRead } = scanner.kept.files.transcripts;
    now = LATER + 31 * 60 * 1000;
    const later = parsed((await scanner.quick()).rendered);
    expect(findingsOf(later, BAD)).toEqual(['stuck', 'truncated']);
    expect(seriesOf(later, 'openclaw_store_locks')).toEqual({ 'agent="ops",state="stale"': 1 });
    expect(scanner.kept.files.transcripts.bytesRead).toBe(bytesRead);
  });

  it('make a session active until they are a day old', async () => {
    const state = filesBeside();
    putBad(state, WHOLE, { entry: badEntry({ lastInteractionAt: LATER }) });
    let now = LATER - 5 * DAY;
    const scanner = testScanner(state.dir, { ...PLAIN, now: () => now });
    const active = async () => {
      const { rendered } = await scanner.quick();
      return seriesOf(parsed(rendered), 'openclaw_store_active_sessions')['agent="ops",kind="dm"'];
    };
    // Its healthy neighbour was active on the day NOW.
    expect(await active()).toBe(1);
    now = LATER + DAY + 1;
    expect(await active()).toBe(0);
  });
});

describe('a state directory under a running scanner', () => {
  it('says that it is missing or empty and nothing else, and has all its figures when it is there', async () => {
    const state = filesBeside();
    const before = await healthyScan();
    const dir = join(filesBeside().dir, 'later');
    const scanner = testScanner(dir, PLAIN);
    const missing = await scanBoth(scanner);
    mkdirSync(dir);
    const empty = parsed((await scanner.quick()).rendered);
    for (const families of [missing.quick, missing.deep, empty]) {
      expect([...families.keys()]).toEqual(['openclaw_store_state_readable']);
      expect(firstValue(families, 'state_readable')).toBe(0);
    }
    for (const name of ['openclaw.json', 'agents']) renameSync(join(state.dir, name), join(dir, name));
    // A deep scan has been, so that the first quick one validates what is new.
    const there = parsed((await scanner.quick()).rendered);
    expect(there).toEqual(before.deep);
    rmSync(dir, { recursive: true });
    expect(parsed((await scanner.quick()).rendered)).toEqual(missing.quick);
  });
});
