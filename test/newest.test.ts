import { expect, test } from 'vitest';
import { newest } from '../src/newest.ts';

test.each([
  [[], null],
  [[null, undefined], null],
  [[3, null, 7, 5], 7],
  [[0, undefined], 0],
])('of %j is %j', (times, latest) => {
  expect(newest(times)).toBe(latest);
});

test('takes as many times as a large store has sessions', () => {
  expect(newest(Array.from({ length: 500_000 }, (_, at) => at))).toBe(499_999);
});
