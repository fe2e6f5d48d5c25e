import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contextTokens, type TokensInput } from '../src/classify.ts';
import type { LastUsage } from '../src/model/transcript.ts';

const NEVER_ANSWERED: LastUsage = { after: null, before: null, compacted: false };
const ANSWERED: LastUsage = { after: 30_000, before: null, compacted: false };
const COMPACTED: LastUsage = { after: null, before: 110_000, compacted: true };
const AGAIN: LastUsage = { after: 15_500, before: 110_000, compacted: true };
const COMPACTED_AT_ONCE: LastUsage = { after: null, before: null, compacted: true };
const WINDOW = 128_000;

interface TokensCase {
  when: string;
  total: number | null;
  fresh?: boolean | null;
  window?: number | null;
  lastUsage: LastUsage | null;
  is: [tokens: number | null, source: string];
}

describe('contextTokens', () => {
  it.each<TokensCase>([
    { when: 'nothing is known', total: null, lastUsage: null, is: [null, 'none'] },
    { when: 'nothing is known but that it is fresh', total: null, fresh: true, lastUsage: null, is: [null, 'none'] },
    { when: 'nobody answered yet', total: null, lastUsage: NEVER_ANSWERED, is: [null, 'none'] },
    { when: 'only the transcript knows', total: null, lastUsage: ANSWERED, is: [30_000, 'transcript'] },

    { when: 'the total is fresh', total: 40_000, fresh: true, lastUsage: ANSWERED, is: [40_000, 'index'] },
    {
      when: 'it is fresh and there is no transcript',
      total: 40_000,
      fresh: true,
      lastUsage: null,
      is: [40_000, 'index'],
    },
    {
      when: 'it is fresh and nobody answered',
      total: 40_000,
      fresh: true,
      lastUsage: NEVER_ANSWERED,
      is: [40_000, 'index'],
    },
    { when: 'it is fresh and 0', total: 0, fresh: true, lastUsage: ANSWERED, is: [0, 'index'] },
    { when: 'it is fresh and a fraction', total: 0.5, fresh: true, lastUsage: null, is: [0.5, 'index'] },

    { when: 'the total is stale', total: 40_000, fresh: false, lastUsage: ANSWERED, is: [30_000, 'transcript'] },
    {
      when: 'it is stale and there is no transcript',
      total: 40_000,
      fresh: false,
      lastUsage: null,
      is: [null, 'none'],
    },
    { when: 'it is stale and nobody answered', total: 9, fresh: false, lastUsage: NEVER_ANSWERED, is: [null, 'none'] },

    { when: 'an old version and an answer', total: 40_000, lastUsage: ANSWERED, is: [40_000, 'index'] },
    { when: 'an old version and no transcript', total: 40_000, lastUsage: null, is: [null, 'none'] },
    { when: 'an old version and no answer', total: 40_000, lastUsage: NEVER_ANSWERED, is: [null, 'none'] },
    { when: 'an old version compacted last', total: 40_000, lastUsage: COMPACTED, is: [null, 'none'] },
    { when: 'an old version ran since', total: 15_500, lastUsage: AGAIN, is: [15_500, 'index'] },
    { when: 'an old version ran since, not stored', total: 110_000, lastUsage: AGAIN, is: [15_500, 'transcript'] },

    { when: 'the total is the window', total: WINDOW, fresh: true, lastUsage: ANSWERED, is: [WINDOW, 'index'] },
    { when: 'it is above the window', total: WINDOW + 1, fresh: true, lastUsage: ANSWERED, is: [30_000, 'transcript'] },
    {
      when: 'it is above and nobody answered',
      total: 500_000,
      fresh: true,
      lastUsage: NEVER_ANSWERED,
      is: [null, 'none'],
    },
    {
      when: 'it is above and there is no transcript',
      total: 500_000,
      fresh: true,
      lastUsage: null,
      is: [null, 'none'],
    },
    {
      when: 'it is huge and no window is known',
      total: 1e300,
      fresh: true,
      window: null,
      lastUsage: null,
      is: [1e300, 'index'],
    },
    { when: 'it is huge', total: 1e300, fresh: true, lastUsage: null, is: [null, 'none'] },
    {
      when: 'the transcript’s own is above the window',
      total: 500_000,
      fresh: true,
      lastUsage: { ...ANSWERED, after: 300_000 },
      is: [300_000, 'transcript'],
    },

    {
      when: 'fresh repeats the one before a compaction',
      total: 110_000,
      fresh: true,
      lastUsage: COMPACTED,
      is: [null, 'none'],
    },
    { when: 'fresh repeats it after a run', total: 110_000, fresh: true, lastUsage: AGAIN, is: [15_500, 'transcript'] },
    {
      when: 'fresh estimates after a compaction',
      total: 12_345,
      fresh: true,
      lastUsage: COMPACTED,
      is: [12_345, 'index'],
    },
    { when: 'fresh differs after a run', total: 16_000, fresh: true, lastUsage: AGAIN, is: [16_000, 'index'] },
    { when: 'fresh is the one after', total: 15_500, fresh: true, lastUsage: AGAIN, is: [15_500, 'index'] },
    {
      when: 'before and after are equal',
      total: 110_000,
      fresh: true,
      lastUsage: { ...AGAIN, after: 110_000 },
      is: [110_000, 'index'],
    },
    {
      when: 'fresh and nothing before a compaction',
      total: 7,
      fresh: true,
      lastUsage: COMPACTED_AT_ONCE,
      is: [7, 'index'],
    },
    { when: 'a reset left 0', total: 0, fresh: true, lastUsage: COMPACTED, is: [0, 'index'] },
    { when: 'stale after a compaction', total: 110_000, fresh: false, lastUsage: COMPACTED, is: [null, 'none'] },
    {
      when: 'stale after a compaction and a run',
      total: 110_000,
      fresh: false,
      lastUsage: AGAIN,
      is: [15_500, 'transcript'],
    },
    { when: 'the answer after had 0', total: null, lastUsage: { ...AGAIN, after: 0 }, is: [0, 'transcript'] },
  ])('$when: $is', ({ total, fresh = null, window = WINDOW, lastUsage, is: [tokens, tokensSource] }) => {
    expect(contextTokens({ total, fresh, window, lastUsage })).toEqual({ tokens, tokensSource });
  });

  it('only ever gives the stored total or the newest usage, and never a stored total above the window', () => {
    const figure = fc.option(fc.nat(5));
    const lastUsage = fc.option(fc.record({ after: figure, before: figure, compacted: fc.boolean() }));
    const input = fc.record({ total: figure, fresh: fc.option(fc.boolean()), window: figure, lastUsage });
    fc.assert(
      fc.property(input, (given: TokensInput) => {
        const { tokens, tokensSource } = contextTokens(given);
        if (tokensSource === 'none') expect([tokens, given.lastUsage?.after ?? null]).toEqual([null, null]);
        if (tokensSource === 'transcript') expect(tokens).toBe(given.lastUsage?.after);
        if (tokensSource === 'index') {
          expect(tokens).toBe(given.total);
          expect(tokens).toBeLessThanOrEqual(given.window ?? Number.POSITIVE_INFINITY);
          expect(given.fresh).not.toBe(false);
        }
      }),
      { numRuns: 500 },
    );
  });
});
