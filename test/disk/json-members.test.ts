import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonMembers, salvagedMembers, textOfMembers, withoutMembers } from '../../src/disk/json-members.ts';

const LAYOUTS = [0, 2, '\t'] as const;

function keysOf(bytes: Buffer): string[] {
  return jsonMembers(bytes).members.map(({ key }) => key);
}

describe('the members of a JSON object', () => {
  it('give, without some, what JSON.parse gives without their keys, and every other member byte for byte', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue(), { maxKeys: 8 }),
        fc.constantFrom(...LAYOUTS),
        fc.func(fc.boolean()),
        (object, layout, isOut) => {
          const bytes = Buffer.from(JSON.stringify(object, null, layout));
          const { members, error } = jsonMembers(bytes);
          expect(error).toBeNull();
          const rest = withoutMembers(bytes, members, ({ key }) => isOut(key));
          const wanted = Object.entries(JSON.parse(bytes.toString('utf8'))).filter(([key]) => !isOut(key));
          expect(Object.entries(JSON.parse(rest.toString('utf8')))).toEqual(wanted);
          const kept = members
            .filter(({ key }) => !isOut(key))
            .map(({ from, to }) => bytes.toString('latin1', from, to));
          expect(jsonMembers(rest).members.map(({ from, to }) => rest.toString('latin1', from, to))).toEqual(kept);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('are all of a key that stands twice', () => {
    const bytes = Buffer.from('{"a":1, "b":2, "a":3}');
    const { members } = jsonMembers(bytes);
    expect(withoutMembers(bytes, members, ({ key }) => key === 'a').toString()).toBe('{"b":2}');
  });

  it.each([
    ['nothing', ''],
    ['a list', '[1]'],
    ['text behind it', '{"a":1} x'],
    ['a comma too many', '{"a":1,}'],
    ['half a text', '{"a":1,"b":{"c"'],
    ['JSON5', "{a: 1, 'b': 2}"],
  ])('are not all known of %s', (_name, text) => {
    expect(jsonMembers(Buffer.from(text)).error).not.toBeNull();
  });

  it('go back into a text as they stood', () => {
    const members = ['"a": {"x": 1}', '"b":{}'].map((each) => Buffer.from(each));
    expect(textOfMembers(members).toString()).toBe('{\n  "a": {"x": 1},\n  "b":{}\n}');
    expect(textOfMembers([]).toString()).toBe('{}');
  });
});

const WHOLE = JSON.stringify(
  { a: { sessionId: '1' }, b: { sessionId: '2', deep: { c: {} } }, d: { sessionId: '3' } },
  null,
  2,
);

const ONE_SPACE = JSON.stringify({ a: {}, b: { origin: { x: 1 }, y: 1 } }, null, 1);

describe('what can be saved of a damaged text', () => {
  it.each<[string, string, string[]]>([
    ['is everything of a whole one', WHOLE, ['a', 'b', 'd']],
    ['is nothing of an empty one', '', []],
    ['is what stands before the cut', WHOLE.slice(0, WHOLE.indexOf('"deep"')), ['a']],
    ['stands on both sides of damage', WHOLE.replace('"2"', '"2'), ['a', 'd']],
    ['stands behind an end that came too early', WHOLE.replace('},\n  "d"', '}},\n  "d"'), ['a', 'b', 'd']],
    ['stands behind a brace that is missing', WHOLE.replace('"1"\n  }', '"1"\n'), ['b', 'd']],
    ['is no entry that is no object', '{\n  "a": 1,\n  "b": {"x":2}', ['b']],
    ['is no member of a member where one space indents', ONE_SPACE.slice(0, -3), ['a']],
    [
      'is no member of an entry that the text begins with',
      WHOLE.slice(WHOLE.indexOf('{\n    "sessionId": "2"')),
      ['d'],
    ],
    ['stands behind a byte order mark', `\ufeff${JSON.stringify({ a: {}, b: {} }).slice(0, -1)}`, ['a', 'b']],
    ['is nothing of a list', '[\n  "a"\n]', []],
  ])('%s', (_name, text, keys) => {
    const bytes = Buffer.from(text);
    const found = salvagedMembers(bytes);
    expect(found.map(({ key }) => key)).toEqual(keys);
    for (const { value, to } of found) expect(() => JSON.parse(bytes.toString('utf8', value, to))).not.toThrow();
  });

  it('is whole wherever a text is cut', () => {
    for (let at = 0; at <= WHOLE.length; at += 1) {
      const bytes = Buffer.from(WHOLE.slice(0, at));
      for (const { key, value, to } of salvagedMembers(bytes))
        expect(JSON.parse(bytes.toString('utf8', value, to))).toEqual(JSON.parse(WHOLE)[key]);
    }
    expect(keysOf(Buffer.from(WHOLE))).toEqual(['a', 'b', 'd']);
  });
});
