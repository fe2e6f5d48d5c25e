import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonEntries } from '../../src/disk/json-entries.ts';

/** Entries as a Map would hold them, by key; as text, since `__proto__` and -0 fool comparisons. */
function comparable(entries: Iterable<[string, unknown]>): string {
  const sorted = [...new Map(entries)].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify(sorted);
}

/** What JSON.parse of the whole has at the top; null where it throws or has no object. */
function whole(text: string): string | null {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
    return comparable(Object.entries(value));
  } catch {
    return null;
  }
}

interface Way {
  fields?: ReadonlySet<string> | null;
  partBytes?: number;
}

/** The entries of bytes that are handed out a part at a time: small ones, of which more than one is needed. */
function entriesOf(bytes: Uint8Array, { fields = null, partBytes = 4096 }: Way = {}): [string, unknown][] {
  const read = (into: Uint8Array, position: number) => {
    const part = bytes.subarray(position, position + into.length);
    into.set(part);
    return part.length;
  };
  return [...jsonEntries(read, fields, partBytes)];
}

function oneByOne(bytes: Uint8Array, way?: Way): string | null {
  try {
    return comparable(entriesOf(bytes, way));
  } catch (error) {
    expect(error).toBeInstanceOf(SyntaxError);
    return null;
  }
}

const space = fc.stringMatching(/^[ \t\r\n]{0,3}$/);
const string = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.string({ unit: 'grapheme', maxLength: 8 }),
  fc.constantFrom(
    '__proto__',
    'constructor',
    'toString',
    '',
    '0',
    '10',
    '"',
    '\\',
    '\\"',
    '\u0000',
    '\ud800',
    '{',
    '}]',
  ),
);
/** Node 24.21's own JSON.parse takes a key with an escape for another once it has seen a key that holds a backslash. */
const keyString = string.map(withoutBackslash);
const json = fc.json({ maxDepth: 2, stringUnit: fc.constantFrom('a', 'é', '😀', '"', '\n', '\u2028', '0') });

function withoutBackslash(text: string): string {
  return text.replaceAll('\\', '/');
}

/** A string token as JSON.stringify writes it, or with every UTF-16 unit escaped. */
function tokenOf(text: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.tuple(text, fc.boolean()).map(([raw, escaped]) => (escaped ? `"${inEscapes(raw)}"` : JSON.stringify(raw)));
}

function inEscapes(text: string): string {
  return Array.from({ length: text.length }, (_, at) => `\\u${text.charCodeAt(at).toString(16).padStart(4, '0')}`).join(
    '',
  );
}

const scalar = fc.oneof(
  tokenOf(string),
  fc.constantFrom('é', '\\', '\n"').map((part) => JSON.stringify(part.repeat(300))),
  fc.constantFrom('true', 'false', 'null', '0', '-0', '1e300', '1E-7', '-1.5e+3', '9007199254740993', '1e999'),
  json,
);

/** The text of an object, with spaces anywhere, keys that stand twice, and objects and arrays inside. */
function objectText(keyToken: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const { object } = fc.letrec<{ object: string; array: string; value: string }>((tie) => ({
    object: fc
      .tuple(
        space,
        fc.array(fc.tuple(space, keyToken, space, space, tie('value'), space), { maxLength: 5 }),
        fc.boolean(),
      )
      .map(([before, members, twice]) => {
        const texts = members.map(([a, key, b, c, value, d]) => `${a}${key}${b}:${c}${value}${d}`);
        const again = twice ? members.map(([a, key, b]) => `${a}${key}${b}:"again"`) : [];
        return `{${texts.length === 0 ? before : [...texts, ...again].join(',')}}`;
      }),
    array: fc
      .tuple(space, fc.array(tie('value'), { maxLength: 3 }), space)
      .map(([before, values, after]) => `[${before}${values.join(`${after},`)}${after}]`),
    value: fc.oneof({ depthSize: 'small', withCrossShrink: true }, scalar, tie('array'), tie('object')),
  }));
  return fc.tuple(space, object, space).map((parts) => parts.join(''));
}

const anyObject = objectText(tokenOf(keyString));
/** No escapes in keys, so that one changed byte cannot make two backslashes of them. */
const mutable = objectText(fc.constantFrom('"a"', '"b"', '"é😀"', '"__proto__"', '"10"', '""'));

describe('jsonEntries', () => {
  it('has the entries that JSON.parse has, for the text of any object', () => {
    fc.assert(
      fc.property(anyObject, fc.integer({ min: 1, max: 64 }), (text, partBytes) => {
        const expected = whole(text);
        expect(expected).not.toBeNull();
        expect(oneByOne(Buffer.from(text), { partBytes })).toBe(expected);
      }),
      { numRuns: 1000 },
    );
  });

  it('has the entries of any object as JSON.stringify prints it', () => {
    const inner = fc.jsonValue({ maxDepth: 4, stringUnit: fc.constantFrom('a', '"', '\n', '\u2028', '😀') });
    const value = fc.dictionary(fc.string({ unit: 'binary' }).map(withoutBackslash), inner, {
      noNullPrototype: true,
    });
    fc.assert(
      fc.property(value, fc.constantFrom(0, 2, '\t'), (object, indent) => {
        const text = JSON.stringify(object, null, indent);
        expect(oneByOne(Buffer.from(text))).toBe(whole(text));
      }),
      { numRuns: 300 },
    );
  });

  it('has the wanted fields of each entry as they are, the others too or an empty list', () => {
    const entry = objectText(fc.constantFrom('"a"', '"b"', '"\\u0061"', '"__proto__"'));
    const index = fc
      .array(entry, { maxLength: 4 })
      .map((all) => `{${all.map((text, at) => `"${at}":${text}`).join()}}`);
    fc.assert(
      fc.property(index, (text) => {
        const expected: Record<string, object> = JSON.parse(text);
        const got = entriesOf(Buffer.from(text), { fields: new Set(['a']) });
        expect(got.map(([key]) => key)).toEqual(Object.keys(expected));
        for (const [key, value] of got) {
          const fields = new Map(Object.entries(value ?? {}));
          const known = Object.entries(expected[key] ?? {});
          expect([...fields.keys()]).toEqual(known.map(([name]) => name));
          for (const [name, field] of known) {
            const isCut = name !== 'a' && isDeepStrictEqual(fields.get(name), []);
            if (!isCut) expect(fields.get(name)).toEqual(field);
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  it('makes no value of what is large and not wanted', () => {
    const large = JSON.stringify({ text: 'x'.repeat(300) });
    const text = `{"k":{"big":${large},"wanted":${large},"small":[1],"wan\\u0074ed2":${large}},"list":[${large}]}`;
    const kept = JSON.parse(large);
    expect(entriesOf(Buffer.from(text), { fields: new Set(['wanted', 'wanted2']) })).toEqual([
      ['k', { big: [], wanted: kept, small: [1], wanted2: kept }],
      ['list', [kept]],
    ]);
  });

  it('throws exactly where JSON.parse would, or where there is no object', () => {
    fc.assert(
      fc.property(fc.oneof(anyObject, json, fc.string()), (text) => {
        expect(oneByOne(Buffer.from(text))).toBe(whole(text));
      }),
      { numRuns: 500 },
    );
  });

  it('throws exactly where JSON.parse would, when a byte is taken out, put in or replaced', () => {
    const byte = fc.oneof(fc.constantFrom(...Buffer.from('{}[]:,"\\ \n0-.eEtu/')), fc.nat(255));
    const change = fc.constantFrom('delete', 'insert', 'replace');
    fc.assert(
      fc.property(mutable, fc.nat(), change, byte, (text, place, how, put) => {
        const bytes = Buffer.from(text);
        const at = place % bytes.length;
        const middle = how === 'delete' ? [] : [put];
        const mutated = Buffer.concat([
          bytes.subarray(0, at),
          Buffer.from(middle),
          bytes.subarray(how === 'insert' ? at : at + 1),
        ]);
        const expected = whole(mutated.toString('utf8'));
        expect(oneByOne(mutated)).toBe(expected);
        expect(oneByOne(mutated, { partBytes: 1 + (mutated.length % 9) })).toBe(expected);
        expect(oneByOne(mutated, { fields: new Set(['a']) }) === null).toBe(expected === null);
      }),
      { numRuns: 1500 },
    );
  });

  it('throws at every place where a valid text can end too early', () => {
    const text = Buffer.from(' {"a" : {"b":[1,"x\\"y",{}]} , "é😀": -1.5e3, "": "" } ');
    for (let end = 0; end < text.length - 1; end += 1) {
      const part = text.subarray(0, end);
      expect(oneByOne(part), JSON.stringify(part.toString())).toBe(whole(part.toString()));
    }
  });

  it.each([
    '',
    ' ',
    '[]',
    '"text"',
    'null',
    '7',
    '{',
    '}',
    '{,}',
    '{"a"}',
    '{"a":}',
    '{"a":1,}',
    '{"a":1 "b":2}',
    '{"a":1;"b":2}',
    '{a:1}',
    "{'a':1}",
    '{"a":1}{"b":2}',
    '{"a":1} x',
    '{"a":[1}',
    '{"a":{"b":1]}',
    '{"a":[1]]}',
    '{"a":01}',
    '{"a":+1}',
    '{"a":.5}',
    '{"a":NaN}',
    '{"a":undefined}',
    '{"a":1 /* comment */}',
    '{"a":"\n"}',
    '{"a":"\\x"}',
    '{"a\u0000":1}',
    '{"a":"b',
    '{"a":"b\\',
    '\ufeff{"a":1}',
    '{"a":\ufeff1}',
    '{"a":1}\u0000',
    '{\u00a0"a":1}',
  ])('refuses %j as JSON.parse does', (text) => {
    expect(whole(text)).toBeNull();
    expect(() => entriesOf(Buffer.from(text))).toThrow(SyntaxError);
  });

  it('yields in file order, and a key that stands twice twice', () => {
    const text = '{"b":1,"10":2,"__proto__":3,"2":4,"b":5,"constructor":6}';
    expect(entriesOf(Buffer.from(text))).toEqual([
      ['b', 1],
      ['10', 2],
      ['__proto__', 3],
      ['2', 4],
      ['b', 5],
      ['constructor', 6],
    ]);
  });

  it('tells keys with backslashes and escapes from each other', () => {
    const text = '{"\\\\":1,"\\u0020":2,"\\"":3,"\\\\":4,"\\u005c\\u005c":5}';
    for (let round = 0; round < 3; round += 1) {
      expect(entriesOf(Buffer.from(text)).map(([key]) => key)).toEqual(['\\', ' ', '"', '\\', '\\\\']);
    }
  });

  it('never quotes the text in its message', () => {
    const cut = fc.tuple(fc.nat(), fc.constantFrom('', '}', '"', ',', 'x'));
    fc.assert(
      fc.property(cut, ([place, put]) => {
        const text = '{"hush-key":"hush-value","hush-two":{"hush-three":[hush]}}';
        const at = place % text.length;
        try {
          entriesOf(Buffer.from(text.slice(0, at) + put + text.slice(at + 1)));
          expect.unreachable('the text is never valid');
        } catch (error) {
          expect(error).toBeInstanceOf(SyntaxError);
          expect(String(error)).toMatch(/^[A-Za-z]+: [a-z ,]+, at byte \d+$/);
          expect(String(error)).not.toContain('hus');
        }
      }),
    );
  });
});
