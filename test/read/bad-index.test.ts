import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { BAD, badEntry, expectUntouched, filesBeside, healthyScan, putBad, putMembers } from '../support/beside.ts';
import { seriesOf } from '../support/exposition.ts';
import { SILENT, testScanner } from '../support/scan.ts';
import { agentSeries, figureOf, findingsOf, PLAIN, problemsOf, scanBoth } from '../support/scans.ts';
import { SETTLED, transcriptLines } from '../support/sessions.ts';
import { allSessions } from '../support/snapshot.ts';
import type { State } from '../support/state.ts';

const WHOLE = transcriptLines('bad').join('');
const DEEP = 100_000;

/** The scans of a state before and after something in it went bad. */
async function scansAround(bad: (state: State) => void, version?: string) {
  const state = filesBeside(version);
  const before = await healthyScan(version);
  bad(state);
  let slices = 0;
  const pause = async () => {
    slices += 1;
  };
  const after = await scanBoth(testScanner(state.dir, { ...PLAIN, pause }));
  return { before, after, slices };
}

function withBad(entry: string) {
  return scansAround((state) => {
    putBad(state, WHOLE);
    putMembers(state, `${JSON.stringify(BAD)}:${entry}`);
  });
}

describe('an index that cannot be used, as it is published', () => {
  it.each<[what: string, problem: string, make: (path: string) => void]>([
    ['0 bytes', 'index_empty', (path) => writeFileSync(path, '')],
    ['half of itself', 'index_invalid_json', (path) => writeFileSync(path, '{"agent:ops:main":{"sessionId":"op')],
    ['a list', 'index_invalid_json', (path) => writeFileSync(path, '[{"sessionId":"ops-0"}]')],
    ['a string', 'index_invalid_json', (path) => writeFileSync(path, '"agent:ops:main"')],
    ['brackets that never end', 'index_invalid_json', (path) => writeFileSync(path, '{"a":'.repeat(DEEP))],
    ['a folder', 'index_unreadable', (path) => mkdirSync(path)],
    ['a FIFO', 'index_unreadable', (path) => execFileSync('mkfifo', [path])],
    ['a link to a device', 'index_unreadable', (path) => symlinkSync('/dev/zero', path)],
    ['a loop of links', 'index_unreadable', (path) => symlinkSync('sessions.json', path)],
    ['a link out', 'index_unreadable', (path) => symlinkSync('/etc/passwd', path)],
  ])('of %s: readable 0, info and the problem, nothing else', async (_, problem, make) => {
    const { before, after } = await scansAround((state) => {
      rmSync(state.indexPath('ops'));
      make(state.indexPath('ops'));
    });
    expectUntouched(after, before, { isLost: true });
    for (const families of [after.quick, after.deep]) {
      expect(agentSeries(families, 'ops')).toEqual({
        'openclaw_store_readable agent="ops"': 0,
        'openclaw_store_info agent="ops",layout="file",schema="0",version="2026.7.35"': 1,
        [`openclaw_store_problem agent="ops",reason="${problem}"`]: 1,
      });
    }
  });
});

describe('figures of an entry, as they are published', () => {
  const TIMES = ['updatedAt', 'lastInteractionAt', 'lastActivityAt', 'sessionStartedAt'];
  const LIMITS = ['contextTokens'];

  it.each([
    ['numbers in strings', '"900"'],
    ['negative', '-1'],
    ['beyond a double', '1e999'],
    ['beyond a double and negative', '-1e999'],
    ['null', 'null'],
    ['false', 'false'],
    ['lists', '[900]'],
  ])('that are %s are as if absent', async (_, value) => {
    const fields = [...TIMES, ...LIMITS, 'totalTokens', 'inputTokens', 'outputTokens', 'endedAt', 'archivedAt'];
    const figures = fields.map((field) => `"${field}":${value}`).join(',');
    const { before, after } = await withBad(`{"sessionId":"bad","totalTokensFresh":true,${figures}}`);
    expectUntouched(after, before);
    expect(findingsOf(after.deep, BAD)).toEqual([]);
    expect(
      ['tokens', 'window_tokens', 'last_activity_timestamp_seconds'].map((name) => figureOf(after.deep, name, BAD)),
    )
      // The tokens are the transcript's.
      .toEqual([700, null, null]);
    expect(figureOf(after.deep, 'started_timestamp_seconds', BAD)).toBe(SETTLED / 1000);
  });

  it.each([1e300, Number.MAX_VALUE, 0.5, 5e-324])('of %d are what they are', async (value) => {
    const figures = [...TIMES, ...LIMITS, 'totalTokens'].map((field) => `"${field}":${value}`).join(',');
    const { before, after } = await withBad(`{"sessionId":"bad","totalTokensFresh":true,${figures}}`);
    expectUntouched(after, before);
    // The call in its transcript had 700: a larger total is a sum.
    expect(figureOf(after.deep, 'tokens', BAD)).toBe(Math.min(value, 700));
    expect(figureOf(after.deep, 'window_tokens', BAD)).toBe(value);
    expect(figureOf(after.deep, 'last_activity_timestamp_seconds', BAD)).toBe(value / 1000);
    expect(figureOf(after.deep, 'started_timestamp_seconds', BAD)).toBe(value / 1000);
  });
});

describe('an entry beside healthy ones', () => {
  it.each([
    ['null', 'null', ['entry_invalid']],
    ['a string', '"text"', ['entry_invalid']],
    ['brackets 100,000 deep', '['.repeat(DEEP) + ']'.repeat(DEEP), ['entry_invalid']],
    ['objects 100,000 deep', `${'{"sessionId":'.repeat(DEEP)}1${'}'.repeat(DEEP)}`, ['transcript_path_null']],
    ['deep in a field that is used', `{"sessionId":"bad","origin":${'['.repeat(DEEP)}${']'.repeat(DEEP)}}`, []],
    ['deep in a field that is not', `{"skillsSnapshot":${'['.repeat(DEEP)}${']'.repeat(DEEP)},"sessionId":"bad"}`, []],
    ['deep in its path', `{"sessionFile":${'['.repeat(DEEP)}${']'.repeat(DEEP)},"sessionId":"bad"}`, []],
    ['a path out by ../', JSON.stringify(badEntry({ sessionFile: '../../../../etc/passwd' })), ['entry_invalid']],
    [
      'an absolute path out by ../',
      JSON.stringify(badEntry({ sessionFile: '/x/agents/../../etc/passwd' })),
      ['entry_invalid'],
    ],
    ['a Windows path out', JSON.stringify(badEntry({ sessionFile: '..\\..\\..\\..\\etc\\passwd' })), ['entry_invalid']],
    ['../ that stays inside', JSON.stringify(badEntry({ sessionFile: '../sessions/./bad.jsonl' })), []],
  ])('that is %s', async (_, entry, reasons) => {
    const { before, after } = await withBad(entry);
    expectUntouched(after, before);
    expect(findingsOf(after.deep, BAD)).toEqual(reasons);
    expect(problemsOf(after.deep, 'ops')).toEqual([]);
  });

  it('stands twice: the last one counts and nothing is found', async () => {
    const { before, after } = await withBad(`null,${JSON.stringify(BAD)}:${JSON.stringify(badEntry())}`);
    expectUntouched(after, before);
    expect(findingsOf(after.deep, BAD)).toEqual([]);
    expect(figureOf(after.deep, 'tokens', BAD)).toBe(700);
  });
});

describe('the field names of old versions', () => {
  it('give no model provider: `provider` was the channel', async () => {
    const legacy = {
      provider: 'telegram',
      lastProvider: 'telegram',
      lastTo: '666',
      room: '#general',
      chatType: 'room',
    };
    const { before, after } = await scansAround((state) => {
      putBad(state, WHOLE);
      putMembers(
        state,
        [BAD, 'agent:ops:custom', 'telegram:group:-77']
          .map((key) => `${JSON.stringify(key)}:${JSON.stringify(badEntry(legacy))}`)
          .join(','),
      );
    });
    expectUntouched(after, before);
    const info = after.deep.get('openclaw_store_session_info')?.samples.map(({ labels }) => labels) ?? [];
    const of = (session: string) => info.find((labels) => labels.session === session);
    expect(of(BAD)).toMatchObject({ kind: 'dm', channel: 'telegram', provider: '' });
    // A custom key says nothing: the chat type does.
    expect(of('agent:ops:custom')).toMatchObject({ kind: 'group', channel: '', provider: '' });
    expect(of('telegram:group:-77')).toMatchObject({ kind: 'group', channel: 'telegram', provider: '' });
  });
});

describe('keys', () => {
  const ODD = [
    'a\nb',
    'a"b',
    'a\\nb',
    'a\\',
    '{x="y"} 1\n# EOF',
    '\u0000\u001b[31m\u007f',
    '😀',
    '__proto__',
    'constructor',
    '',
  ];

  it('of any text are read back from the text format as they are', async () => {
    const keys = [...ODD, 'k'.repeat(10_000)];
    const { before, after } = await scansAround((state) => {
      putBad(state, WHOLE);
      putMembers(state, keys.map((key) => `${JSON.stringify(key)}:${JSON.stringify(badEntry())}`).join(','));
    });
    expectUntouched(after, before);
    const labels = after.deep.get('openclaw_store_session_tokens')?.samples.map(({ labels }) => labels.session);
    // A label has at most 256 bytes, so a longer key ends in a digest of the whole.
    const cut = expect.stringMatching(/^k{200,}\W?[0-9a-f]{10}$/);
    expect(labels).toEqual(expect.arrayContaining([...ODD, cut]));
    expect(seriesOf(after.deep, 'openclaw_store_sessions_without_series')).toMatchObject({ 'agent="ops"': 0 });
  });

  it.each([
    ['plain', null],
    ['hashed', Buffer.from('a salt')],
  ])('that become one label when %s: the later one has no series, and the log says so', async (_, salt) => {
    const state = filesBeside();
    // Lone surrogates: no UTF-8 has them, and both become U+FFFD.
    putBad(state, WHOLE);
    putMembers(state, `"x\\ud800":${JSON.stringify(badEntry())},"x\\udfff":${JSON.stringify(badEntry())}`);
    const warnings: unknown[] = [];
    const log = { ...SILENT, warn: (message: string, fields?: object) => void warnings.push({ message, ...fields }) };
    const after = await scanBoth(testScanner(state.dir, { ...PLAIN, settings: { salt }, log }));
    expect(seriesOf(after.deep, 'openclaw_store_sessions_without_series')).toEqual({
      'agent="ops"': 1,
      'agent="kin"': 0,
    });
    expect(seriesOf(after.deep, 'openclaw_store_sessions')).toMatchObject({ 'agent="ops",kind="other"': 2 });
    const withSeries = allSessions(after.snapshot).filter(({ labels }) => labels !== null);
    expect(withSeries.map(({ session }) => session.key)).toContain('x\ud800');
    expect(withSeries.map(({ session }) => session.key)).not.toContain('x\udfff');
    expect(warnings).toContainEqual(expect.objectContaining({ agent: 'ops', sessions: 1 }));
  });

  it('10,000 of them are counted, the limit holds, and the work is done in slices', async () => {
    const many = 10_000;
    const { before, after, slices } = await scansAround((state) => {
      putBad(state, WHOLE);
      const entries = Array.from(
        { length: many },
        (_, at) => `"agent:ops:telegram:direct:9${at}":{"sessionId":"gone-${at}","updatedAt":5}`,
      );
      putMembers(state, entries.join(','));
    });
    expectUntouched(after, before);
    expect(seriesOf(after.deep, 'openclaw_store_sessions')).toMatchObject({ 'agent="ops",kind="dm"': many + 1 });
    // The limit of 1000 is for all agents; the six healthy sessions were active last.
    const withoutSeries = { 'agent="ops"': many - 994, 'agent="kin"': 0 };
    expect(seriesOf(after.deep, 'openclaw_store_sessions_without_series')).toEqual(withoutSeries);
    // At most 50 sessions a slice, when they are read; the second scan finds them as they were.
    expect(slices).toBeGreaterThan(many / 50);
  });
});

describe('an index that old versions read as JSON5', () => {
  it('keeps `__proto__` and `constructor` as keys, and the last of two equal ones', async () => {
    const { before, after } = await scansAround((state) => {
      putBad(state, WHOLE);
      const entry = JSON.stringify(badEntry());
      putMembers(state, `__proto__: ${entry}, 'constructor': ${entry}, '${BAD}': null, '${BAD}': ${entry}`);
    }, '2026.2.6-3');
    expectUntouched(after, before);
    for (const key of ['__proto__', 'constructor', BAD]) expect(figureOf(after.deep, 'tokens', key)).toBe(700);
    // All three name one transcript.
    expect(findingsOf(after.deep, BAD)).toEqual(['collision']);
  });
});
