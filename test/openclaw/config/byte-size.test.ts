import { expect, it } from 'vitest';
import { parseByteSize } from '../../../src/openclaw/config/byte-size.ts';

it.each<[string | number, number | null]>([
  ['10gb', 10 * 1024 ** 3],
  [' 512KB ', 512 * 1024],
  ['1.5m', 1.5 * 1024 ** 2],
  ['500', 500],
  [500, 500],
  ['10 parsecs', null],
  ['10px', null],
  ['-1', null],
  ['', null],
])('%j is a size of %s bytes', (value, expected) => {
  expect(parseByteSize(value)).toBe(expected);
});
