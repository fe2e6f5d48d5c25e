import { describe, expect, test } from 'vitest';
import { readCases, wrongIn } from './support/cases.ts';

const isRoot = process.getuid?.() === 0;

/** Small state directories of what was reported and seen in the field, each with the figures that are true of it. */
describe.concurrent('the cases of the field', () => {
  for (const given of readCases()) {
    test.skipIf(given.needsRoot && !isRoot)(
      given.name,
      async () => {
        expect(await wrongIn(given), given.spec.why).toEqual([]);
      },
      90_000,
    );
  }
});
