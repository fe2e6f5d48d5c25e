import { describe, expect, it } from 'vitest';
import { printable } from '../src/printable.ts';

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
    // Not seen: they turn the direction of what follows, or hide a text in it.
    ['a\u202eb', 'a?b'],
    ['a\u{e0020}b', 'a?b'],
  ])('%j', (text, shown) => {
    expect(printable(text)).toBe(shown);
  });

  it('shows every control and format character as visible ASCII, and every other character as it is', () => {
    const offenders: string[] = [];
    for (let point = 0; point <= 0x10ffff; point += 1) {
      const character = String.fromCodePoint(point);
      const shown = printable(`<${character}>`);
      const isRight = /[\p{Cc}\p{Cf}]/u.test(character) ? /^<[!-~]+>$/.test(shown) : shown === `<${character}>`;
      if (!isRight) offenders.push(`U+${point.toString(16)} as ${shown}`);
    }
    expect(offenders).toEqual([]);
  });
});
