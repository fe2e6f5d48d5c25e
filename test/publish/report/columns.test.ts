import { expect, it } from 'vitest';
import { aligned } from '../../../src/publish/report/columns.ts';

it('aligns more rows than one call takes arguments', () => {
  const rows = [...Array.from({ length: 200_000 }, () => ['a', '1']), ['wide', '22']];
  const lines = aligned(
    [
      { head: 'key', side: 'left' },
      { head: 'n', side: 'right' },
    ],
    rows,
  );
  expect([lines[0], lines[1], lines.at(-1)]).toEqual(['key    n', 'a      1', 'wide  22']);
});
