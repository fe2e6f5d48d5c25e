import { expect, it } from 'vitest';
import { garbageCollector } from '../../src/scan/heap.ts';

const MB = 1024 * 1024;

it('collects when what was left has grown by half and 32 MB since the last time, and not before', () => {
  const used = [10, 33, 50, 61, 62, 200, 250, 331, 332];
  const living = new Map([
    [33, 20],
    [62, 200],
    [332, 100],
  ]);
  let now = 0;
  const collected: number[] = [];
  const collect = garbageCollector({
    usedBytes: () => now * MB,
    collect() {
      collected.push(now);
      now = living.get(now) ?? Number.NaN;
    },
  });
  for (const each of used) {
    now = each;
    collect();
  }
  expect(collected).toEqual([33, 62, 332]);
});
