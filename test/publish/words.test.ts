import { describe, expect, it } from 'vitest';
import { agoOf, amount, counted, shareOf } from '../../src/publish/words.ts';

const NOW = Date.UTC(2026, 10, 30);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe('agoOf', () => {
  it.each([
    [null, '-'],
    [NOW - 59_000, 'now'],
    [NOW - 60_000, '1 min ago'],
    [NOW - 119 * MINUTE, '119 min ago'],
    [NOW - 2 * HOUR, '2 h ago'],
    [NOW - 47 * HOUR, '47 h ago'],
    [NOW - 48 * HOUR, '2 d ago'],
    [NOW - 1000 * 24 * HOUR, '1,000 d ago'],
    [NOW + 5 * MINUTE, 'in 5 min'],
  ])('of %s is %s', (ms, words) => {
    expect(agoOf(ms, NOW)).toBe(words);
  });
});

describe('counted', () => {
  it.each([
    [0, '0 sessions'],
    [1, '1 session'],
    [2000, '2,000 sessions'],
  ])('%i', (count, words) => {
    expect(counted(count, 'session')).toBe(words);
  });
});

describe('shareOf', () => {
  it.each([
    [199_999, 200_000, '99 %'],
    [200_000, 200_000, '100 %'],
    [2_500_000, 200_000, '1,250 %'],
    [0, 200_000, '0 %'],
    [null, 200_000, '-'],
    [1, null, '-'],
  ])('%s of %s is %s', (tokens, window, words) => {
    expect(shareOf(tokens, window)).toBe(words);
  });
});

it('an amount has its thousands apart', () => {
  expect([amount(1_234_567), amount(0), amount(null)]).toEqual(['1,234,567', '0', '-']);
});
