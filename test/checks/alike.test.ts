import fc from 'fast-check';
import { expect, it } from 'vitest';
import { alike } from '../../src/checks/alike.ts';

it('has what groups have that are built one by one, without those of one and those without a key', () => {
  const item = fc.record({ key: fc.option(fc.constantFrom('a', 'b', 'c', '__proto__', '')), at: fc.nat() });
  fc.assert(
    fc.property(fc.array(item), (items) => {
      const groups = [...Map.groupBy(items, ({ key }) => key)];
      const expected = groups.filter(([key, group]) => key !== null && group.length > 1).map(([, group]) => group);
      expect(new Set(alike(items, ({ key }) => key))).toEqual(new Set(expected));
    }),
  );
});
