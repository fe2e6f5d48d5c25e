import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type LastUsage, NO_LAST_USAGE } from '../../src/openclaw/last-usage.ts';
import { contextTokens, isDecided } from '../../src/openclaw/tokens.ts';

const WINDOW = 128_000;
const ANSWERED: LastUsage = { ...NO_LAST_USAGE, after: { prompt: 30_000, output: 200 } };
/** As where the newest record of the transcript is cut off. */
const CUT_OFF: LastUsage = { ...ANSWERED, unreadSince: true };
const COMPACTED: LastUsage = { ...NO_LAST_USAGE, before: { prompt: 110_000, output: 500 } };
const AGAIN: LastUsage = { ...COMPACTED, after: { prompt: 15_500, output: 100 } };

interface TokensCase {
  when: string;
  total: number | null;
  fresh?: boolean | null;
  window?: number | null;
  lastUsage: LastUsage | null;
  is: [tokens: number | null, source: string];
}

const STORED: TokensCase[] = [
  { when: 'it is fresh', total: 30_000, fresh: true, lastUsage: ANSWERED, is: [30_000, 'index'] },
  { when: 'it is fresh, no transcript', total: 40_000, fresh: true, lastUsage: null, is: [40_000, 'index'] },
  { when: 'it is fresh, no usage', total: 40_000, fresh: true, lastUsage: NO_LAST_USAGE, is: [40_000, 'index'] },
  { when: 'it is fresh and less than the usage', total: 9, fresh: true, lastUsage: ANSWERED, is: [9, 'index'] },
  { when: 'it is fresh and 0', total: 0, fresh: true, lastUsage: ANSWERED, is: [0, 'index'] },
  { when: 'it is fresh and a fraction', total: 0.5, fresh: true, lastUsage: null, is: [0.5, 'index'] },
  { when: 'it is fresh with the answer in it', total: 30_200, fresh: true, lastUsage: ANSWERED, is: [30_200, 'index'] },

  { when: 'it is stale', total: 30_000, fresh: false, lastUsage: ANSWERED, is: [30_000, 'transcript'] },
  { when: 'it is stale, no transcript', total: 40_000, fresh: false, lastUsage: null, is: [null, 'none'] },
  { when: 'it is stale, no usage', total: 9, fresh: false, lastUsage: NO_LAST_USAGE, is: [null, 'none'] },

  { when: 'an old version, no usage', total: 40_000, lastUsage: NO_LAST_USAGE, is: [40_000, 'index'] },
  { when: 'an old version, no transcript', total: 40_000, lastUsage: null, is: [null, 'none'] },

  { when: 'it is the window', total: WINDOW, fresh: true, lastUsage: null, is: [WINDOW, 'index'] },
  { when: 'it is above the window', total: WINDOW + 1, fresh: true, lastUsage: null, is: [null, 'none'] },
  { when: 'it is huge', total: 1e300, fresh: true, lastUsage: NO_LAST_USAGE, is: [null, 'none'] },
  { when: 'no window is known', total: 1e300, fresh: true, window: null, lastUsage: null, is: [1e300, 'index'] },
  { when: 'an old version clamped it', total: WINDOW, lastUsage: NO_LAST_USAGE, is: [null, 'none'] },
  { when: 'an old version, near it', total: WINDOW - 1, lastUsage: NO_LAST_USAGE, is: [WINDOW - 1, 'index'] },
];

const OF_BEFORE: TokensCase[] = [
  { when: 'it repeats the usage', total: 110_000, fresh: true, lastUsage: COMPACTED, is: [null, 'none'] },
  { when: 'it repeats it with the answer', total: 110_500, fresh: true, lastUsage: COMPACTED, is: [null, 'none'] },
  { when: 'it is more', total: 110_501, fresh: true, lastUsage: COMPACTED, is: [null, 'none'] },
  { when: 'it is between the two', total: 110_499, fresh: true, lastUsage: COMPACTED, is: [110_499, 'index'] },
  { when: 'it is an estimate', total: 12_345, fresh: true, lastUsage: COMPACTED, is: [12_345, 'index'] },
  { when: 'a reset left 0', total: 0, fresh: true, lastUsage: COMPACTED, is: [0, 'index'] },
  { when: 'it is stale', total: 12_345, fresh: false, lastUsage: COMPACTED, is: [null, 'none'] },
  { when: 'an old version repeats it', total: 110_000, lastUsage: COMPACTED, is: [null, 'none'] },
  { when: 'an old version estimates', total: 12_345, lastUsage: COMPACTED, is: [12_345, 'index'] },

  { when: 'it repeats it after a run', total: 110_000, fresh: true, lastUsage: AGAIN, is: [15_500, 'transcript'] },
  {
    when: 'it repeats a smaller one after a run',
    total: 12_000,
    fresh: true,
    lastUsage: { ...AGAIN, before: { prompt: 12_000, output: 9 } },
    is: [15_500, 'transcript'],
  },
  { when: 'it is of the run since', total: 15_500, fresh: true, lastUsage: AGAIN, is: [15_500, 'index'] },
  {
    when: 'the run since is equal',
    total: 15_500,
    fresh: true,
    lastUsage: { ...AGAIN, before: { prompt: 15_500, output: 9 } },
    is: [15_500, 'index'],
  },
  {
    when: 'the session grew beyond it since',
    total: 15_500,
    fresh: true,
    lastUsage: { ...AGAIN, before: { prompt: 4000, output: 9 } },
    is: [15_500, 'index'],
  },
];

const USED: TokensCase[] = [
  { when: 'nothing is stored', total: null, lastUsage: ANSWERED, is: [30_000, 'transcript'] },
  { when: 'nothing is stored, as fresh', total: null, fresh: true, lastUsage: ANSWERED, is: [30_000, 'transcript'] },
  { when: 'the version is old', total: 30_000, lastUsage: ANSWERED, is: [30_000, 'transcript'] },
  { when: 'an old sum', total: 90_000, lastUsage: ANSWERED, is: [30_000, 'transcript'] },
  { when: 'an old clamp', total: WINDOW, lastUsage: ANSWERED, is: [30_000, 'transcript'] },
  { when: 'a fresh sum', total: 30_201, fresh: true, lastUsage: ANSWERED, is: [30_000, 'transcript'] },
  { when: 'a fresh sum above the window', total: 1e300, fresh: true, lastUsage: ANSWERED, is: [30_000, 'transcript'] },
  {
    when: 'it is above the window',
    total: 300_000,
    fresh: true,
    lastUsage: { ...ANSWERED, after: { prompt: 300_000, output: 9 } },
    is: [300_000, 'transcript'],
  },

  { when: 'a later record is cut off', total: 41_800, fresh: true, lastUsage: CUT_OFF, is: [41_800, 'index'] },
  { when: 'that, and it is stale', total: 41_800, fresh: false, lastUsage: CUT_OFF, is: [30_000, 'transcript'] },
  { when: 'that, and it is old', total: 41_800, lastUsage: CUT_OFF, is: [30_000, 'transcript'] },
  { when: 'that, above the window', total: 500_000, fresh: true, lastUsage: CUT_OFF, is: [30_000, 'transcript'] },
  {
    when: 'that, and it repeats the one before',
    total: 110_000,
    fresh: true,
    lastUsage: { ...AGAIN, unreadSince: true },
    is: [15_500, 'transcript'],
  },
];

const NOTHING: TokensCase[] = [
  { when: 'there is no transcript', total: null, lastUsage: null, is: [null, 'none'] },
  { when: 'it is called fresh', total: null, fresh: true, lastUsage: null, is: [null, 'none'] },
  { when: 'nobody answered yet', total: null, lastUsage: NO_LAST_USAGE, is: [null, 'none'] },
  { when: 'nobody answered since', total: null, fresh: false, lastUsage: COMPACTED, is: [null, 'none'] },
];

describe('contextTokens', () => {
  describe.each([
    ['1. the stored total', STORED],
    ['1. the stored total after a compaction', OF_BEFORE],
    ['2. the last usage', USED],
    ['3. nothing is known', NOTHING],
  ])('%s', (_, cases) => {
    it.each(cases)('$when: $is', ({ total, fresh = null, window = WINDOW, lastUsage, is: [tokens, tokensSource] }) => {
      const given = { totalTokens: total, totalTokensFresh: fresh, window, lastUsage };
      expect(contextTokens(given)).toEqual({ tokens, tokensSource });
    });
  });

  const figure = fc.nat(6);
  const usage = fc.option(fc.record({ prompt: fc.integer({ min: 1, max: 6 }), output: fc.nat(2) }));
  const found = fc.record({ after: usage, before: usage, unreadSince: fc.boolean() });
  const input = fc.record({
    totalTokens: fc.option(figure),
    totalTokensFresh: fc.option(fc.boolean()),
    window: fc.option(figure),
    lastUsage: fc.option(found),
  });

  it('gives the stored total or the prompt of the newest call, and no sum of anything', () => {
    fc.assert(
      fc.property(input, (given) => {
        const { tokens, tokensSource } = contextTokens(given);
        if (tokensSource === 'none') expect([tokens, given.lastUsage?.after ?? null]).toEqual([null, null]);
        if (tokensSource === 'transcript') expect(tokens).toBe(given.lastUsage?.after?.prompt);
        if (tokensSource !== 'index') return;
        expect(tokens).toBe(given.totalTokens);
        expect(tokens).toBeLessThanOrEqual(given.window ?? Number.POSITIVE_INFINITY);
        expect(given.totalTokensFresh).not.toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  it('needs nothing of what was before where the calls since decide', () => {
    fc.assert(
      fc.property(input, found, (given, lastUsage) => {
        fc.pre(isDecided(lastUsage, given));
        expect(contextTokens({ ...given, lastUsage: { ...lastUsage, before: null } })).toEqual(
          contextTokens({ ...given, lastUsage }),
        );
      }),
      { numRuns: 500 },
    );
  });
});
