import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDuration, parseDuration } from '../../src/settings/duration.ts';

describe('durations', () => {
  it('are parsed from what they were written as', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (ms) => {
        expect(parseDuration(formatDuration(ms))).toBe(ms);
      }),
    );
  });

  it.each([
    ['0s', 0],
    ['500ms', 500],
    ['30s', 30_000],
    ['15m', 900_000],
    ['1h30m', 5_400_000],
    ['1d', 86_400_000],
    ['1m1ms', 60_001],
    ['90s', 90_000],
  ])('%s is %i ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each(['', '5', 's', '1.5s', '-1s', '+1s', ' 1s', '1s ', '1 s', '1S', '1w', '1sec', '1m30', '1e3s', '٣s'])(
    '%j is none',
    (text) => {
      expect(parseDuration(text)).toBeNull();
    },
  );

  it.each([
    [0, '0s'],
    [1, '1ms'],
    [60_000, '1m'],
    [900_000, '15m'],
    [90_061_001, '1d1h1m1s1ms'],
  ])('%i ms are written %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});
