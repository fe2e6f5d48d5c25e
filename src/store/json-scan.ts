/**
 * Finds where JSON values end, and refuses what JSON.parse would refuse, on the bytes themselves: most of an index is
 * prompts and reports that nobody here needs as strings. Offsets are bytes. Every function throws a SyntaxError that
 * quotes nothing of the text, which can be anybody's.
 */
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const PLUS = 0x2b;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
export const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const LETTER_U = 0x75;
/** Set in LOWER_CASE: `E` and `e` differ in this bit only. */
const LOWER_CASE = 0x20;
const LETTER_E = 0x65;

const WORDS: ReadonlyMap<number, Buffer> = new Map(
  ['true', 'false', 'null'].map((word) => [word.charCodeAt(0), Buffer.from(word)]),
);
/** What may follow a backslash, but for `u`. */
const ESCAPES = tableOf([...Buffer.from('"\\/bfnrt')]);
/** Where a string is no longer just text: its end, an escape, a control character. */
const SPECIAL = tableOf([QUOTE, BACKSLASH, ...Array.from({ length: 0x20 }, (_, byte) => byte)]);

export function skipSpace(text: Uint8Array, from: number): number {
  let at = from;
  while (text[at] === 0x20 || text[at] === 0x0a || text[at] === 0x0d || text[at] === 0x09) at += 1;
  return at;
}

/**
 * Visits the members of the object that begins at `from` with the span of the key (quotes included) and the offset of
 * the value; the visitor returns the offset after the value. Returns the offset after the object.
 */
export function eachMember(
  text: Uint8Array,
  from: number,
  visit: (keyFrom: number, keyEnd: number, valueFrom: number) => number,
): number {
  let at = skipSpace(text, from + 1);
  if (text[at] === CLOSE_BRACE) return at + 1;
  for (;;) {
    const keyEnd = stringEnd(text, at);
    at = skipSpace(text, visit(at, keyEnd, afterColon(text, keyEnd)));
    if (text[at] === CLOSE_BRACE) return at + 1;
    if (text[at] !== COMMA) throw refused('a comma was expected', at);
    at = skipSpace(text, at + 1);
  }
}

/** The offset after the value that begins at `from`; without recursion, since anybody can nest a million brackets. */
export function valueEnd(text: Uint8Array, from: number): number {
  const open: number[] = [];
  let at = from;
  for (;;) {
    const byte = text[at];
    if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      const inside = skipSpace(text, at + 1);
      if (text[inside] !== closing(byte)) {
        open.push(byte);
        at = elementStart(text, byte, inside);
        continue;
      }
      at = inside + 1;
    } else {
      at = scalarEnd(text, at);
    }
    // A value has ended, and so may what it lies in, until a comma says that there is more.
    for (;;) {
      const container = open.at(-1);
      if (container === undefined) return at;
      at = skipSpace(text, at);
      if (text[at] === COMMA) {
        at = elementStart(text, container, skipSpace(text, at + 1));
        break;
      }
      if (text[at] !== closing(container)) throw refused('a comma or an end was expected', at);
      open.pop();
      at += 1;
    }
  }
}

export function refused(what: string, at: number): SyntaxError {
  return new SyntaxError(`${what}, at byte ${at}`);
}

/** The offset of the value of an element that begins at `from`: behind its key, in an object. */
function elementStart(text: Uint8Array, container: number, from: number): number {
  return container === OPEN_BRACE ? afterColon(text, stringEnd(text, from)) : from;
}

function afterColon(text: Uint8Array, from: number): number {
  const colon = skipSpace(text, from);
  if (text[colon] !== COLON) throw refused('a colon was expected', colon);
  return skipSpace(text, colon + 1);
}

function scalarEnd(text: Uint8Array, from: number): number {
  const byte = text[from] ?? 0;
  if (byte === QUOTE) return stringEnd(text, from);
  if (byte === MINUS || isDigit(byte)) return numberEnd(text, from);
  const word = WORDS.get(byte);
  if (word === undefined) throw refused('a value was expected', from);
  for (let at = 1; at < word.length; at += 1) {
    if (text[from + at] !== word[at]) throw refused('a value was expected', from);
  }
  return from + word.length;
}

function stringEnd(text: Uint8Array, from: number): number {
  if (text[from] !== QUOTE) throw refused('a string was expected', from);
  const { length } = text;
  // A byte loop over a table: indexOf costs more than it saves where prompts are full of escapes (measured).
  for (let at = from + 1; at < length; at += 1) {
    const byte = text[at] ?? 0;
    if (SPECIAL[byte] === 0) continue;
    if (byte === QUOTE) return at + 1;
    if (byte !== BACKSLASH) throw refused('a control character in a string', at);
    at = escapeEnd(text, at + 1);
  }
  throw refused('a string does not end', from);
}

/** The offset of the last byte of the escape whose letter stands at `at`. */
function escapeEnd(text: Uint8Array, at: number): number {
  const letter = text[at] ?? 0;
  if (ESCAPES[letter] !== 0) return at;
  if (letter === LETTER_U && [1, 2, 3, 4].every((digit) => isHexDigit(text[at + digit] ?? 0))) return at + 4;
  throw refused('no escape', at);
}

function numberEnd(text: Uint8Array, from: number): number {
  let at = text[from] === MINUS ? from + 1 : from;
  at = text[at] === ZERO ? at + 1 : digitsEnd(text, at);
  if (text[at] === POINT) at = digitsEnd(text, at + 1);
  if (((text[at] ?? 0) | LOWER_CASE) === LETTER_E) {
    const sign = text[at + 1];
    at = digitsEnd(text, sign === PLUS || sign === MINUS ? at + 2 : at + 1);
  }
  return at;
}

function digitsEnd(text: Uint8Array, from: number): number {
  let at = from;
  while (isDigit(text[at] ?? 0)) at += 1;
  if (at === from) throw refused('a digit was expected', at);
  return at;
}

function closing(container: number): number {
  return container === OPEN_BRACE ? CLOSE_BRACE : CLOSE_BRACKET;
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= 0x39;
}

function isHexDigit(byte: number): boolean {
  const lower = byte | LOWER_CASE;
  return isDigit(byte) || (lower >= 0x61 && lower <= 0x66);
}

/** For each byte 1 when it is named, else 0. */
function tableOf(bytes: readonly number[]): Uint8Array {
  const table = new Uint8Array(256);
  for (const byte of bytes) table[byte] = 1;
  return table;
}
