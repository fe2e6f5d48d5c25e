import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type LastUsage,
  lastUsageWith,
  NO_LAST_USAGE,
  searchLastUsage,
  type UsageSearch,
} from '../../src/openclaw/last-usage.ts';
import type { ReadRecord } from '../../src/openclaw/transcript-record.ts';
import { last } from '../support/last-usage.ts';

const QUESTION: ReadRecord = { type: 'message', usage: null };
const COMPACTION: ReadRecord = { type: 'compaction' };
const RESET: ReadRecord = { type: 'reset' };

function answer(prompt: number): ReadRecord {
  return { type: 'message', usage: { prompt, output: 5 } };
}

function forwards(records: readonly ReadRecord[]): LastUsage {
  return records.reduce(lastUsageWith, NO_LAST_USAGE);
}

function backwards(records: readonly ReadRecord[], isEnough = (_: LastUsage) => false): UsageSearch {
  return searchLastUsage([...records.toReversed(), 'start'], isEnough);
}

describe('the last usage', () => {
  it.each<[what: string, records: readonly ReadRecord[], expected: LastUsage]>([
    ['nothing', [], last(null)],
    ['no answer', [{ type: 'header', id: 'a', startedMs: null }, QUESTION], last(null)],
    ['two answers', [answer(1), QUESTION, answer(2), QUESTION], last(2)],
    ['a smaller second one', [answer(2), answer(1)], last(1)],
    ['a compaction behind them', [answer(1), answer(2), COMPACTION], last(null, 2)],
    ['a reset behind them', [answer(1), RESET, QUESTION], last(null, 1)],
    ['answers on both sides', [answer(1), COMPACTION, answer(2)], last(2, 1)],
    ['two cuts', [answer(1), COMPACTION, answer(2), RESET], last(null, 2)],
    ['two cuts without a run between', [answer(1), COMPACTION, RESET, answer(3)], last(3, 1)],
    ['a cut before anybody answered', [QUESTION, COMPACTION], last(null)],
    ['a record that is cut off', [answer(1), 'bad'], last(1, null, { unreadSince: true })],
    ['one that is too large', [answer(1), 'oversized', QUESTION], last(1, null, { unreadSince: true })],
    ['a damaged record and an answer behind it', [answer(1), 'bad', answer(2)], last(2)],
    ['a damaged record before a cut', [answer(1), 'bad', COMPACTION], last(null, 1)],
    ['a damaged record behind a cut', [answer(1), COMPACTION, 'bad'], last(null, 1)],
    ['damage alone', ['bad', 'oversized'], last(null)],
  ])('of %s', (_, records, expected) => {
    expect(forwards(records)).toEqual(expected);
    expect(backwards(records)).toEqual({ lastUsage: expected, ended: 'whole' });
  });

  const some = fc.constantFrom<ReadRecord[]>(
    QUESTION,
    COMPACTION,
    RESET,
    { type: 'other' },
    'bad',
    'oversized',
    answer(1),
    answer(2),
    answer(3),
  );
  const records = fc.array(some, { maxLength: 12 });

  it('is the same from both ends, and of one call each', () => {
    fc.assert(
      fc.property(records, (given) => {
        const found = forwards(given);
        expect(backwards(given)).toEqual({ lastUsage: found, ended: 'whole' });
        const prompts = [found.after, found.before].flatMap((usage) => usage?.prompt ?? []);
        for (const prompt of prompts) expect(given).toContainEqual(answer(prompt));
      }),
      { numRuns: 300 },
    );
  });

  it('says of the newest records alone what they decide, and nothing that the whole contradicts', () => {
    fc.assert(
      fc.property(records, records, (older, newer) => {
        const whole = forwards([...older, ...newer]);
        const { lastUsage, ended } = searchLastUsage(newer.toReversed(), () => false);
        if (lastUsage === null)
          expect(newer.every((record) => typeof record === 'string' || !isSpeaking(record))).toBe(true);
        else expect({ ...whole, before: null }).toEqual({ ...lastUsage, before: null });
        if (ended === 'whole') expect(lastUsage).toEqual(whole);
      }),
      { numRuns: 300 },
    );
  });
});

function isSpeaking(record: Exclude<ReadRecord, string>): boolean {
  return (
    record.type === 'compaction' || record.type === 'reset' || (record.type === 'message' && record.usage !== null)
  );
}

describe('searchLastUsage', () => {
  const RECORDS = [answer(1), COMPACTION, answer(2), answer(3)];

  it('ends where the newest usage is enough, without a look at what is before', () => {
    expect(backwards(RECORDS, ({ after }) => after?.prompt === 3)).toEqual({ lastUsage: last(3), ended: 'enough' });
  });

  it('does not ask again for an older usage', () => {
    expect(backwards(RECORDS, ({ after }) => after?.prompt === 2)).toEqual({ lastUsage: last(3, 1), ended: 'whole' });
  });

  it('asks only once a usage is known', () => {
    expect(backwards([answer(1), COMPACTION], () => true)).toEqual({ lastUsage: last(null, 1), ended: 'whole' });
  });
});
