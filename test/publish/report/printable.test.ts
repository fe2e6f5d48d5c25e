import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { printable } from '../../../src/publish/report/printable.ts';

describe('printable', () => {
  it.each([
    ['agent:main:telegram:group:-1001', 'agent:main:telegram:group:-1001'],
    ['', ''],
    ['Ünïcode 😀 字', 'Ünïcode 😀 字'],
    [`quotes ' " \` and \\`, `quotes ' " \` and \\`],
    ['a\nb\r\tc', 'a\\nb\\r\\tc'],
    ['\u001b[31mred\u001b[0m', '\\u001b[31mred\\u001b[0m'],
    ['\u001b]0;title\u0007', '\\u001b]0;title\\u0007'],
    ['\0', '\\u0000'],
    // Not escaped in JSON: DEL, and the one-byte form of ESC [.
    ['\u007f', '?'],
    ['\u009b31m', '?31m'],
  ])('%j', (text, shown) => {
    expect(printable(text)).toBe(shown);
  });

  it('leaves no control character in any text, and a text without one as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const shown = printable(text);
        expect(shown).not.toMatch(/\p{Cc}/u);
        if (!/\p{Cc}/u.test(text)) expect(shown).toBe(text);
      }),
      { numRuns: 300 },
    );
  });
});
