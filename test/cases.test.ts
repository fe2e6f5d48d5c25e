import { describe, expect, test } from 'vitest';
import { readCases, wrongIn } from './support/cases.ts';
import { IS_ROOT } from './support/nobody.ts';

/** Small state directories of what was reported and seen in the field, each with the figures that are true of it. */
describe('the cases of the field', () => {
  for (const given of readCases()) {
    test.skipIf(given.needsRoot && !IS_ROOT)(given.name, async () => {
      expect(await wrongIn(given), given.spec.why).toEqual([]);
    });
  }
});
