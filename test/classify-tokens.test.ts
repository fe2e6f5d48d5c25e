import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contextTokens, type TokensInput } from '../src/classify.ts';
import type { Usage } from '../src/model/transcript.ts';

const NEVER_ANSWERED: Usage = { after: null, before: null, compacted: false };
const ANSWERED: Usage = { after: 30_000, before: null, compacted: false };
const COMPACTED: Usage = { after: null, before: 110_000, compacted: true };
const AGAIN: Usage = { after: 15_500, before: 110_000, compacted: true };
const COMPACTED_AT_ONCE: Usage = { after: null, before: null, compacted: true };
const WINDOW = 128_000;

interface TokensCase {
  when: string;
  total: number | null;
  fresh?: boolean | null;
  window?: number | null;
  usage: Usage | null;
  is: [tokens: number | null, source: string];
}

describe('contextTokens', () => {
  it.each<TokensCase>([
    { when: 'nothing is known', total: null, usage: null, is: [null, 'none'] },
    { when: 'nothing is known but that it is fresh', total: null, fresh: true, usage: null, is: [null, 'none'] },
    { when: 'nobody answered yet', total: null, usage: NEVER_ANSWERED, is: [null, 'none'] },
    { when: 'only the transcript knows', total: null, usage: ANSWERED, is: [30_000, 'transcript'] },

    { when: 'the total is fresh', total: 40_000, fresh: true, usage: ANSWERED, is: [40_000, 'index'] },
    { when: 'it is fresh and there is no transcript', total: 40_000, fresh: true, usage: null, is: [40_000, 'index'] },
    {
      when: 'it is fresh and nobody answered',
      total: 40_000,
      fresh: true,
      usage: NEVER_ANSWERED,
      is: [40_000, 'index'],
    },
    { when: 'it is fresh and 0', total: 0, fresh: true, usage: ANSWERED, is: [0, 'index'] },
    { when: 'it is fresh and a fraction', total: 0.5, fresh: true, usage: null, is: [0.5, 'index'] },

    { when: 'the total is stale', total: 40_000, fresh: false, usage: ANSWERED, is: [30_000, 'transcript'] },
    { when: 'it is stale and there is no transcript', total: 40_000, fresh: false, usage: null, is: [null, 'none'] },
    { when: 'it is stale and nobody answered', total: 9, fresh: false, usage: NEVER_ANSWERED, is: [null, 'none'] },

    { when: 'an old version and an answer', total: 40_000, usage: ANSWERED, is: [40_000, 'index'] },
    { when: 'an old version and no transcript', total: 40_000, usage: null, is: [null, 'none'] },
    { when: 'an old version and no answer', total: 40_000, usage: NEVER_ANSWERED, is: [null, 'none'] },
    { when: 'an old version compacted last', total: 40_000, usage: COMPACTED, is: [null, 'none'] },
    { when: 'an old version ran since', total: 15_500, usage: AGAIN, is: [15_500, 'index'] },
    { when: 'an old version ran since, not stored', total: 110_000, usage: AGAIN, is: [15_500, 'transcript'] },

    { when: 'the total is the window', total: WINDOW, fresh: true, usage: ANSWERED, is: [WINDOW, 'index'] },
    { when: 'it is above the window', total: WINDOW + 1, fresh: true, usage: ANSWERED, is: [30_000, 'transcript'] },
    { when: 'it is above and nobody answered', total: 500_000, fresh: true, usage: NEVER_ANSWERED, is: [null, 'none'] },
    { when: 'it is above and there is no transcript', total: 500_000, fresh: true, usage: null, is: [null, 'none'] },
    {
      when: 'it is huge and no window is known',
      total: 1e300,
      fresh: true,
      window: null,
      usage: null,
      is: [1e300, 'index'],
    },
    { when: 'it is huge', total: 1e300, fresh: true, usage: null, is: [null, 'none'] },
    {
      when: 'the transcript’s own is above the window',
      total: 500_000,
      fresh: true,
      usage: { ...ANSWERED, after: 300_000 },
      is: [300_000, 'transcript'],
    },

    {
      when: 'fresh repeats the one before a compaction',
      total: 110_000,
      fresh: true,
      usage: COMPACTED,
      is: [null, 'none'],
    },
    { when: 'fresh repeats it after a run', total: 110_000, fresh: true, usage: AGAIN, is: [15_500, 'transcript'] },
    { when: 'fresh estimates after a compaction', total: 12_345, fresh: true, usage: COMPACTED, is: [12_345, 'index'] },
    { when: 'fresh differs after a run', total: 16_000, fresh: true, usage: AGAIN, is: [16_000, 'index'] },
    { when: 'fresh is the one after', total: 15_500, fresh: true, usage: AGAIN, is: [15_500, 'index'] },
    {
      when: 'before and after are equal',
      total: 110_000,
      fresh: true,
      usage: { ...AGAIN, after: 110_000 },
      is: [110_000, 'index'],
    },
    {
      when: 'fresh and nothing before a compaction',
      total: 7,
      fresh: true,
      usage: COMPACTED_AT_ONCE,
      is: [7, 'index'],
    },
    { when: 'a reset left 0', total: 0, fresh: true, usage: COMPACTED, is: [0, 'index'] },
    { when: 'stale after a compaction', total: 110_000, fresh: false, usage: COMPACTED, is: [null, 'none'] },
    {
      when: 'stale after a compaction and a run',
      total: 110_000,
      fresh: false,
      usage: AGAIN,
      is: [15_500, 'transcript'],
    },
    { when: 'the answer after had 0', total: null, usage: { ...AGAIN, after: 0 }, is: [0, 'transcript'] },
  ])('$when: $is', ({ total, fresh = null, window = WINDOW, usage, is: [tokens, tokensSource] }) => {
    expect(contextTokens({ total, fresh, window, usage })).toEqual({ tokens, tokensSource });
  });

  it('only ever gives the stored total or the newest usage, and never a stored total above the window', () => {
    const figure = fc.option(fc.nat(5));
    const usage = fc.option(fc.record({ after: figure, before: figure, compacted: fc.boolean() }));
    const input = fc.record({ total: figure, fresh: fc.option(fc.boolean()), window: figure, usage });
    fc.assert(
      fc.property(input, (given: TokensInput) => {
        const { tokens, tokensSource } = contextTokens(given);
        if (tokensSource === 'none') expect([tokens, given.usage?.after ?? null]).toEqual([null, null]);
        if (tokensSource === 'transcript') expect(tokens).toBe(given.usage?.after);
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
