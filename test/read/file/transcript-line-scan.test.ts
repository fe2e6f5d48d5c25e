import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readLine } from '../../../src/read/file/transcript-line.ts';
import { type Line, LineScan } from '../../../src/read/file/transcript-line-scan.ts';

/** Small, so that tokens are cut; more than a time takes in escapes. */
const TOKEN_BYTES = 150;
const MIB = 1024 * 1024;

function scanned(pieces: readonly Uint8Array[], longestToken?: number): Line {
  const scan = new LineScan(longestToken);
  for (const piece of pieces) scan.add(piece);
  return scan.end();
}

function cutAt(bytes: Buffer, places: readonly number[]): Buffer[] {
  const cuts = places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b);
  return [0, ...cuts].map((cut, at) => bytes.subarray(cut, cuts[at] ?? bytes.length));
}

const space = fc.constantFrom('', '', '', ' ', '\t\r ', ' '.repeat(250));
const LONG_STRINGS = ['x', 'é', '\\', '"', '\t', '😀', '\u0001', 'type"'].map((part) => part.repeat(130));
/** Long numbers count as absent; so do these where they are parsed. */
const LONG_NUMBERS = ['9'.repeat(400), `-${'1'.repeat(200)}`, `0.${'0'.repeat(250)}`, `1e${'9'.repeat(200)}`, '-0e-0'];
const other = fc.oneof(
  fc.constantFrom(
    'null',
    'true',
    '[]',
    '{}',
    '0',
    '-1',
    '"7"',
    '[{"type":"message"}]',
    '{"role":"assistant","input":3}',
  ),
  fc.constantFrom(...LONG_NUMBERS, ...LONG_STRINGS.map((text) => JSON.stringify(text))),
  fc.json({ maxDepth: 3, stringUnit: fc.constantFrom('a', 'é', '😀', '"', '\n', '\u2028', '0') }),
);
const number = fc.oneof(fc.nat(1000).map(String), fc.constantFrom('0.5', '1e2', '1E+2', '-3', '1e999', '-0'));

function inEscapes(token: string): string {
  return `"${[...token.slice(1, -1)].map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')}"`;
}

/** One of these tokens, mostly the first; at times in escapes. */
function token(...tokens: readonly [string, ...string[]]): fc.Arbitrary<string> {
  const one = fc.oneof(fc.constant(tokens[0]), fc.constantFrom(...tokens));
  return fc.oneof({ weight: 5, arbitrary: one }, { weight: 1, arbitrary: one.map(inEscapes) });
}

type Value = fc.Arbitrary<string>;

/** The text of an object with some of these members, in any order, at times twice. */
function objectOf(members: Record<string, Value>, escapedKeys: boolean): Value {
  const all = [...Object.entries(members), ['x', other] as const, ['__proto__', other] as const].map(([key, value]) => {
    const plain = fc.constant(JSON.stringify(key));
    const name = escapedKeys
      ? fc.oneof({ weight: 6, arbitrary: plain }, { weight: 1, arbitrary: plain.map(inEscapes) })
      : plain;
    return fc.tuple(
      name,
      space,
      space,
      fc.oneof({ weight: 9, arbitrary: value }, { weight: 1, arbitrary: other }),
      space,
    );
  });
  const each = fc.tuple(...all);
  const some = fc.array(fc.oneof(...all), { maxLength: 3 });
  return fc.tuple(fc.oneof(each, fc.constant([])), some, space, fc.nat()).map(([ordered, more, inside, turn]) => {
    const start = ordered.length === 0 ? 0 : turn % ordered.length;
    const texts = [...ordered.slice(start), ...ordered.slice(0, start), ...more].map(
      ([name, before, after, value, end]) => `${before}${name}${after}:${before}${value}${end}`,
    );
    return `{${inside}${texts.join(',')}}`;
  });
}

function recordText(escapedKeys: boolean): Value {
  const usage = objectOf({ input: number, output: number, cacheRead: number, cacheWrite: number }, escapedKeys);
  const message = objectOf(
    {
      role: token('"assistant"', '"user"'),
      provider: token('"openclaw"', '"p"'),
      model: token('"m"', '"delivery-mirror"'),
      usage,
      content: other,
    },
    escapedKeys,
  );
  // An id is cut sooner here than there.
  const id = fc.string({ unit: 'grapheme', maxLength: 4 }).map((text) => JSON.stringify(text));
  const type = token('"message"', '"session"', '"compaction"', '"reset"', '"custom"');
  const timestamp = token('"2026-02-06T10:00:00.000Z"', '"soon"');
  const record = objectOf({ type, timestamp, message }, escapedKeys);
  return fc.tuple(space, record, id, fc.boolean(), space).map(([before, text, idToken, withId, after]) => {
    const all = withId && !/^\{\s*\}$/.test(text) ? `${text.slice(0, -1)},"id":${idToken}}` : text;
    return `${before}${all}${after}`;
  });
}

const places = fc.array(fc.nat(), { maxLength: 8 });
const byte = fc
  .oneof(fc.constantFrom(...Buffer.from('{}[]:,"\\ \t\x019-+.eEtunl/')), fc.nat(255))
  .filter((code) => code !== 0x0a);
const damage = fc.array(fc.tuple(fc.nat(), fc.nat(1), fc.option(byte)), { maxLength: 2 });

function typeOf(line: Line): string {
  return typeof line === 'string' ? line : line.type;
}

function kindOf(line: Line): string {
  if (typeof line === 'string' || line.type !== 'message') return typeOf(line);
  return line.usage === null ? 'message' : 'usage';
}

describe('LineScan', () => {
  it('reads any record as the parser does, cut anywhere', () => {
    const kinds = new Set<string>();
    fc.assert(
      fc.property(recordText(true), places, (text, cuts) => {
        const bytes = Buffer.from(text);
        const expected = readLine(bytes, false);
        expect(expected).not.toBe('bad');
        expect(scanned(cutAt(bytes, cuts), TOKEN_BYTES)).toEqual(expected);
        expect(scanned([bytes])).toEqual(expected);
        kinds.add(kindOf(expected));
      }),
      { numRuns: 1000 },
    );
    expect([...kinds].sort()).toEqual(['compaction', 'header', 'message', 'other', 'reset', 'usage']);
  });

  it('judges any record as the parser does when bytes are taken out, put in or replaced', () => {
    const kinds = new Set<string>();
    // No escapes in keys: after a change they can hold a backslash, which JSON.parse of Node 24.21 mistakes.
    fc.assert(
      fc.property(fc.oneof(recordText(false), other), damage, places, (text, changes, cuts) => {
        const bytes = changes.reduce(
          (all, [place, out, put]) => {
            const at = place % (all.length + 1);
            return Buffer.concat([all.subarray(0, at), Buffer.from(put === null ? [] : [put]), all.subarray(at + out)]);
          },
          Buffer.from(text.replaceAll('\n', ' ')),
        );
        const expected = readLine(bytes, false);
        expect(scanned(cutAt(bytes, cuts))).toEqual(expected);
        // Less counts of a token that is cut: a damaged number may be a long one.
        expect(typeOf(scanned(cutAt(bytes, cuts), TOKEN_BYTES))).toBe(typeOf(expected));
        kinds.add(kindOf(expected));
      }),
      { numRuns: 3000 },
    );
    expect(kinds).toContain('bad');
    expect(kinds).toContain('usage');
  });

  it('reads one byte at a time', () => {
    fc.assert(
      fc.property(recordText(true), (text) => {
        const bytes = Buffer.from(text);
        expect(
          scanned(
            [...bytes].map((code) => Buffer.from([code])),
            TOKEN_BYTES,
          ),
        ).toEqual(readLine(bytes, false));
      }),
      { numRuns: 100 },
    );
  });

  it.each<[text: string, line: Line]>([
    ['', 'blank'],
    [' \t\r', 'blank'],
    ['\u00a0\ufeff\u2028\u3000', 'blank'],
    ['\u00a0{}', 'bad'],
    ['\ufeff{}', 'bad'],
    ['\0', 'bad'],
    ['{}\0', 'bad'],
    ['{"a":1\0}', 'bad'],
    ['12', { type: 'other' }],
    ['12 ', { type: 'other' }],
    ['1 2', 'bad'],
    ['-', 'bad'],
    ['00', 'bad'],
    ['1.', 'bad'],
    ['tru', 'bad'],
    ['{}{}', 'bad'],
    ['{', 'bad'],
    ['[ ', 'bad'],
    ['[]]', 'bad'],
    ['{"type":"reset"}', { type: 'reset' }],
    ['{"type":"reset","type":"compaction"}', { type: 'compaction' }],
    ['{"type":"reset","type":{"type":"compaction"}}', { type: 'other' }],
    ['{"x":{"type":"reset"}}', { type: 'other' }],
    ['[{"type":"reset"}]', { type: 'other' }],
    [
      '{"message":{"role":"assistant","usage":{"input":5}},"type":"message","message":{"role":"assistant"}}',
      { type: 'message', usage: null },
    ],
    [
      '{"type":"message","message":{"role":"assistant","usage":{"input":5},"usage":{"input":6},"usage":{"cacheRead":7}}}',
      { type: 'message', usage: 7 },
    ],
    ['{"type":"message","message":{"role":"assistant","usage":[{"input":5}]}}', { type: 'message', usage: null }],
  ])('of %j in pieces of any size', (text, line) => {
    const bytes = Buffer.from(text);
    expect(readLine(bytes, false)).toEqual(line);
    for (let size = 1; size <= bytes.length; size += 1) {
      const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
        bytes.subarray(at * size, (at + 1) * size),
      );
      expect(scanned(pieces), `${size}`).toEqual(line);
    }
    expect(scanned([bytes])).toEqual(line);
  });

  it.each([
    ['[', ']'],
    ['{"type":', '}'],
    ['[{"message":', '}]'],
  ])('follows a million of %j', (open, close) => {
    const bytes = Buffer.from(`${open.repeat(1_000_000)}0${close.repeat(1_000_000)}`);
    expect(scanned([bytes])).toEqual({ type: 'other' });
    expect(scanned([bytes.subarray(0, -1)])).toBe('bad');
    expect(scanned([bytes, Buffer.from(']')])).toBe('bad');
  });

  it('tells objects from lists at any depth', () => {
    const opens = fc.array(fc.constantFrom<[string, string]>(['[', ']'], ['{"a":', '}']), {
      minLength: 1,
      maxLength: 130,
    });
    fc.assert(
      fc.property(opens, fc.nat(), fc.boolean(), places, (levels, place, isWrong, cuts) => {
        const closes = levels.map(([, close]) => close).reverse();
        const at = place % closes.length;
        if (isWrong) closes[at] = closes[at] === ']' ? '}' : ']';
        const bytes = Buffer.from(`${levels.map(([open]) => open).join('')}0${closes.join('')}`);
        expect(scanned(cutAt(bytes, cuts), TOKEN_BYTES)).toEqual(isWrong ? 'bad' : { type: 'other' });
      }),
    );
  });

  it('refuses what is nested deeper than a program can parse', () => {
    const opens = Buffer.alloc(MIB, '[');
    const closes = Buffer.alloc(MIB, ']');
    const pieces = [...Array.from({ length: 65 }, () => opens), ...Array.from({ length: 65 }, () => closes)];
    expect(scanned(pieces)).toBe('bad');
    expect(scanned(pieces.slice(50, -50))).toEqual({ type: 'other' });
  });

  it.each([
    ['x', 200_000],
    ['é', 100_000],
    ['😀', 50_000],
    ['\\', 100_000],
    ['\u0001', 30_000],
  ])('has as much of a huge id of %j as the parser, wherever it is cut', (part, times) => {
    const bytes = Buffer.from(JSON.stringify({ type: 'session', id: part.repeat(times), timestamp: '2026-02-06' }));
    const expected = readLine(bytes, false);
    expect(expected).toMatchObject({ type: 'header', startedMs: Date.UTC(2026, 1, 6) });
    for (const size of [1000, 65_537, bytes.length]) {
      const cuts = Array.from({ length: Math.floor(bytes.length / size) }, (_, at) => (at + 1) * size);
      expect(scanned(cutAt(bytes, cuts)), `${size}`).toEqual(expected);
    }
  });

  it('takes no long key for another', () => {
    const long = 'x'.repeat(1000);
    for (const key of [`"${long}type"`, `"type${long}"`, `"${'\\u0061'.repeat(1000)}type"`]) {
      const bytes = Buffer.from(`{${key}:"reset"}`);
      for (let size = 1; size < 300; size += 7) {
        const cuts = Array.from({ length: Math.floor(bytes.length / size) }, (_, at) => (at + 1) * size);
        expect(scanned(cutAt(bytes, cuts), TOKEN_BYTES)).toEqual({ type: 'other' });
      }
    }
  });

  it('takes a number of more digits than it holds as absent', () => {
    const answer = (input: string) =>
      `{"type":"message","message":{"role":"assistant","usage":{"input":${input},"cacheRead":4}}}`;
    expect(scanned([Buffer.from(answer(`1.${'0'.repeat(400)}`))], TOKEN_BYTES)).toEqual({ type: 'message', usage: 4 });
    expect(scanned([Buffer.from(answer(`1.${'0'.repeat(60)}`))], TOKEN_BYTES)).toEqual({ type: 'message', usage: 5 });
  });
});
