import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { glob } from '../../src/settings/glob.ts';

/** The definition, by trying everything. */
function describes(pattern: string, text: string): boolean {
  if (pattern === '') return text === '';
  const rest = pattern.slice(1);
  if (pattern[0] !== '*') return text[0] === pattern[0] && describes(rest, text.slice(1));
  return Array.from({ length: text.length + 1 }, (_, at) => text.slice(at)).some((tail) => describes(rest, tail));
}

describe('glob', () => {
  it('takes what the pattern describes and nothing else', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', '.', '\n'), maxLength: 8 });
    const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*', '\n'), maxLength: 8 });
    fc.assert(
      fc.property(pattern, letters, (wanted, text) => {
        expect(glob(wanted)(text)).toBe(describes(wanted, text));
      }),
      { numRuns: 2000 },
    );
  });

  it('with many stars gives up on a long key at once', () => {
    // A regular expression of this pattern tries more ways than there is time for.
    const matches = glob(`${'*a'.repeat(40)}*b`);
    expect(matches('a'.repeat(100_000))).toBe(false);
    expect(matches(`${'a'.repeat(100_000)}b`)).toBe(true);
  });
});
