import { expect, it } from 'vitest';
import { Kept } from '../../src/disk/kept.ts';

it('forgets at the end of a scan what it neither asked for nor learned', () => {
  const kept = new Kept<number>();
  kept.startScan();
  for (const key of ['asked', 'learned', 'other']) kept.set(key, 1);
  kept.endScan();
  kept.startScan();
  expect(kept.get('asked')).toBe(1);
  expect(kept.set('learned', 2)).toBe(2);
  expect(kept.get('unknown')).toBeUndefined();
  kept.endScan();
  expect(kept.all()).toEqual([1, 2]);
});
