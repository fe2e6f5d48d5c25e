import { describe, expect, it } from 'vitest';
import { type IndexEntry, parseEntry } from '../../src/openclaw/index-entry.ts';

const FIGURES = [
  'updatedAt',
  'sessionStartedAt',
  'lastInteractionAt',
  'lastActivityAt',
  'archivedAt',
  'endedAt',
  'totalTokens',
  'inputTokens',
  'outputTokens',
] as const satisfies (keyof IndexEntry)[];

const TEXTS = [
  'sessionId',
  'status',
  'chatType',
  'model',
  'modelProvider',
  'modelOverride',
  'providerOverride',
  'lastAccountId',
] as const satisfies (keyof IndexEntry)[];

const NO_TEXT = [null, undefined, 7, true, [], {}];

describe('parseEntry', () => {
  it.each([[null], ['text'], [''], [7], [0], [true], [[]], [[{}]], [undefined]])('%j is no entry', (value) => {
    expect(parseEntry(value)).toBeNull();
  });

  it('takes an empty object, and everything in it is unknown', () => {
    const entry = parseEntry({});
    expect(new Set(Object.values(entry ?? {}))).toEqual(new Set([null]));
    expect(Object.keys(entry ?? {})).toEqual(expect.arrayContaining([...FIGURES, ...TEXTS]));
  });

  it.each(FIGURES)('takes %s as a finite number of at least 0', (field) => {
    for (const good of [0, 1, 0.5, 1e300, 5_000_000_000_000, -0]) {
      expect(parseEntry({ [field]: good })?.[field]).toBe(good);
    }
    for (const bad of ['7', '', -1, -0.5, Number.POSITIVE_INFINITY, Number.NaN, null, undefined, true, [7], {}]) {
      expect(parseEntry({ [field]: bad })?.[field], String(bad)).toBeNull();
    }
  });

  it('takes the limit as a finite number above 0', () => {
    for (const good of [1, 0.5, 1e300]) expect(parseEntry({ contextTokens: good })?.contextTokens).toBe(good);
    for (const bad of ['4096', 0, -1, Number.POSITIVE_INFINITY, null, [4096]]) {
      expect(parseEntry({ contextTokens: bad })?.contextTokens, String(bad)).toBeNull();
    }
  });

  it.each(TEXTS)('takes %s as a string', (field) => {
    for (const good of ['x', '', ' ', '\ud800', 'x'.repeat(10_000)]) {
      // A blank id names nothing.
      const isBlankId = field === 'sessionId' && good.trim() === '';
      expect(parseEntry({ [field]: good })?.[field]).toBe(isBlankId ? null : good);
    }
    for (const bad of NO_TEXT) expect(parseEntry({ [field]: bad })?.[field]).toBeNull();
  });

  it('takes the freshness as true or false', () => {
    expect(parseEntry({ totalTokensFresh: true })?.totalTokensFresh).toBe(true);
    expect(parseEntry({ totalTokensFresh: false })?.totalTokensFresh).toBe(false);
    for (const bad of ['true', 1, 0, null, {}])
      expect(parseEntry({ totalTokensFresh: bad })?.totalTokensFresh).toBeNull();
  });

  it.each(['origin', 'deliveryContext'] as const)('takes the account of %s', (field) => {
    expect(parseEntry({ [field]: { accountId: 'work', to: 'x' } })?.[field]).toMatchObject({ accountId: 'work' });
    expect(parseEntry({ [field]: { accountId: 7 } })?.[field]).toMatchObject({ accountId: null });
    expect(parseEntry({ [field]: {} })?.[field]).toMatchObject({ accountId: null });
    for (const bad of [null, 'x', 7, []]) expect(parseEntry({ [field]: bad })?.[field]).toBeNull();
  });

  it('tells a path that is null from one that is absent', () => {
    expect(parseEntry({ sessionFile: null, transcriptPath: null })).toMatchObject({
      sessionFile: null,
      transcriptPath: null,
    });
    for (const absent of [{}, { sessionFile: 7 }, { sessionFile: {} }])
      expect(parseEntry(absent)?.sessionFile).toBeUndefined();
  });

  it('keeps nothing else: prompts and reports can be 100 KB', () => {
    const entry = parseEntry({
      sessionId: 'x',
      skillsSnapshot: { prompt: 'hush' },
      systemPromptReport: 'hush',
      displayName: 'hush',
      ['__proto__']: { totalTokens: 5 },
    });
    expect(JSON.stringify(entry)).not.toContain('hush');
    expect(entry?.totalTokens).toBeNull();
  });

  it('does not take figures from a prototype', () => {
    const entry = parseEntry(
      JSON.parse('{"__proto__":{"totalTokens":5,"sessionId":"x"},"constructor":7,"toString":"x"}'),
    );
    expect(entry).toMatchObject({ totalTokens: null, sessionId: null });
  });
});
