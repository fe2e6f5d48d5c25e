import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonError, skipSpace, valueEnd } from '../../src/disk/json-scan.ts';

/** Whether the text is one JSON value and nothing else, as the scan has it. */
function accepts(bytes: Uint8Array): boolean {
  try {
    return skipSpace(bytes, valueEnd(bytes, skipSpace(bytes, 0))) === bytes.length;
  } catch (error) {
    expect(error).toBeInstanceOf(JsonError);
    return false;
  }
}

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const text = fc.oneof(
  fc.json({ maxDepth: 3 }),
  fc.constantFrom(
    '-0',
    '0.5',
    '1e3',
    '1E-7',
    '-1.5e+3',
    '"\\u00e9\\n\\/\\""',
    '[ ]',
    '{ }',
    '[[],{}]',
    '{"a":{"b":[1,2]}}',
  ),
);

const GOOD = [
  '0',
  '-0',
  '10',
  '0.0',
  '-1.25',
  '1e5',
  '1E+5',
  '0e0',
  '""',
  '"\u007f"',
  '"\u2028"',
  '"\\ud800"',
  '"\\b\\f\\n\\r\\t\\/"',
];
const BAD = [
  ...[
    '',
    '-',
    '01',
    '-01',
    '00',
    '+1',
    '.5',
    '1.',
    '1.e5',
    '1e',
    '1e+',
    '0x10',
    '1_000',
    'NaN',
    'Infinity',
    '--1',
    '1.2.3',
  ],
  ...['tru', 'truee', 'True', 'nul', 'nulls', 'undefined', 'fals', 'falsey'],
  ...[
    '"',
    '"a',
    '"\\"',
    '"\\',
    "'a'",
    '"\n"',
    '"\u0000"',
    '"\u001f"',
    '"\t"',
    '"\\v"',
    '"\\x41"',
    '"\\u"',
    '"\\u12"',
    '"\\u12G4"',
    '"\\U0041"',
    '"\\\'',
  ],
  ...['[', ']', '[1', '[1,', '[1,]', '[,1]', '[,]', '[1 2]', '[1}', '[[1]', '[1]]', '[1:2]'],
  ...[
    '{',
    '}',
    '{,}',
    '{"a"}',
    '{"a":}',
    '{"a":1',
    '{"a":1,}',
    '{a:1}',
    '{1:1}',
    '{"a" 1}',
    '{"a":1 "b":2}',
    '{"a":1]',
    '{"a":1}}',
    '{null:1}',
  ],
  ...['1,2', '1 2', '{} {}', '1//', '1/**/', '\ufeff1', '\u00a01', '1\u00a0', '\v1', '1\f', 'x'],
];

describe('valueEnd', () => {
  it.each(GOOD)('takes %j', (token) => {
    expect(parses(token)).toBe(true);
    for (const around of [token, ` ${token}\r\n`, `[${token}]`, `{"a":${token}}`, `[[{"a":[${token} , ${token}]}]]`]) {
      expect(accepts(Buffer.from(around)), around).toBe(true);
    }
  });

  it.each(BAD)('refuses %j, wherever it stands', (token) => {
    for (const around of [
      token,
      ` ${token} `,
      `[0,${token}]`,
      `{"a":${token}}`,
      `[[{"a":[${token}]}],1]`,
      `{"a":1,"b":[${token}]}`,
    ]) {
      expect(accepts(Buffer.from(around)), around).toBe(parses(around));
    }
    expect(accepts(Buffer.from(token))).toBe(false);
  });

  it('finds the end of any value, whatever stands around it', () => {
    const before = fc.string({ maxLength: 5 });
    const after = fc.constantFrom('', ',', '}', ']', ' ', '\n"', ',"é"', '}}');
    fc.assert(
      fc.property(before, text, after, (front, value, behind) => {
        const from = Buffer.byteLength(front);
        expect(valueEnd(Buffer.from(front + value + behind), from)).toBe(from + Buffer.byteLength(value));
      }),
      { numRuns: 500 },
    );
  });

  it('refuses exactly what JSON.parse does, when bytes are taken out, put in or replaced', () => {
    const byte = fc.oneof(fc.constantFrom(...Buffer.from('{}[]:,"\\ \n\t019-+.eEtunl/')), fc.nat(255));
    const change = fc.tuple(fc.nat(), fc.nat(1), fc.option(byte));
    fc.assert(
      fc.property(text, fc.array(change, { minLength: 1, maxLength: 2 }), (value, changes) => {
        const bytes = changes.reduce((all, [place, out, put]) => {
          const at = place % (all.length + 1);
          return Buffer.concat([all.subarray(0, at), Buffer.from(put === null ? [] : [put]), all.subarray(at + out)]);
        }, Buffer.from(value));
        expect(accepts(bytes)).toBe(parses(bytes.toString('utf8')));
      }),
      { numRuns: 3000 },
    );
  });

  it('follows a million brackets', () => {
    const deep = Buffer.from('['.repeat(1_000_000) + ']'.repeat(1_000_000));
    expect(valueEnd(deep, 0)).toBe(deep.length);
    expect(() => valueEnd(deep.subarray(0, -1), 0)).toThrow(JsonError);
  });

  it('tells objects from lists at any depth', () => {
    const levels = fc.array(fc.constantFrom<[string, string]>(['[', ']'], ['{"a":', '}']), {
      minLength: 1,
      maxLength: 130,
    });
    fc.assert(
      fc.property(levels, fc.nat(), fc.boolean(), (opened, place, isWrong) => {
        const closes = opened.map(([, close]) => close).reverse();
        const at = place % closes.length;
        if (isWrong) closes[at] = closes[at] === ']' ? '}' : ']';
        expect(accepts(Buffer.from(`${opened.map(([open]) => open).join('')}0${closes.join('')}`))).toBe(!isWrong);
      }),
    );
  });

  it('refuses what is nested more than 64 Mi times', () => {
    expect(() => valueEnd(Buffer.alloc(64 * 1024 * 1024 + 1, '['), 0)).toThrow(/^nested too deep/);
  });

  it('says where, and quotes nothing', () => {
    expect(() => valueEnd(Buffer.from('["hush", hush]'), 0)).toThrow(/^[a-z ]+, at byte 9$/);
  });
});
