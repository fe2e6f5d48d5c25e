import { expect, it } from 'vitest';
import { TokenBucket } from '../../src/http/token-bucket.ts';

it('lets a burst through, and then one each interval', () => {
  let now = 0;
  const bucket = new TokenBucket({ intervalMs: 100, burst: 3 }, () => now);
  const taken = () => Array.from({ length: 5 }, () => bucket.take());
  expect(taken()).toEqual([true, true, true, false, false]);
  now = 99;
  expect(bucket.take()).toBe(false);
  now = 200;
  expect(taken()).toEqual([true, true, false, false, false]);
  now = 1e9;
  expect(taken()).toEqual([true, true, true, false, false]);
});
