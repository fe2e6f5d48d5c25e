/**
 * Finds where JSON values end, and refuses what JSON.parse would refuse, on the bytes themselves: most of an index is
 * prompts and reports that nobody here needs as strings. Offsets are bytes. Every text must end with a byte 0, which
 * no JSON has outside of strings or in them: so nothing reads past the end, which would cost twice the time (measured).
 * Every function throws a JsonError with the offset of the byte that it could not accept.
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
/** What is refused, and the offset of it; nothing of the text, which can be anybody's. */
export class JsonError extends SyntaxError {
  readonly what: string;
  readonly offset: number;

  constructor(what: string, offset: number) {
    super(`${what}, at byte ${offset}`);
    this.name = 'JsonError';
    this.what = what;
    this.offset = offset;
  }

  /** The same of a text that has so many bytes in front. */
  movedBy(bytes: number): JsonError {
    return new JsonError(this.what, this.offset + bytes);
  }
}

export function skipSpace(text: Uint8Array, from: number): number {
  let at = from;
  while (text[at] === 0x20 || text[at] === 0x0a || text[at] === 0x0d || text[at] === 0x09) at += 1;
  return at;
}

/** Where a walk through the members of an object stands: at the next key, or behind the object when there is no `more`. */
export interface Step {
  readonly at: number;
  readonly more: boolean;
}

/** The first member of the object that begins at `from`. */
export function firstMember(text: Uint8Array, from: number): Step {
  const at = skipSpace(text, from + 1);
  return text[at] === CLOSE_BRACE ? { at: at + 1, more: false } : keyAt(text, at);
}

/** The member after the value that ended at `from`. */
export function nextMember(text: Uint8Array, from: number): Step {
  const at = skipSpace(text, from);
  if (text[at] === CLOSE_BRACE) return { at: at + 1, more: false };
  if (text[at] !== COMMA) throw new JsonError('a comma was expected', at);
  return keyAt(text, skipSpace(text, at + 1));
}

/** Only where a key begins is a place to go on from: what follows may not have been read yet. */
function keyAt(text: Uint8Array, at: number): Step {
  if (text[at] !== QUOTE) throw new JsonError('a key was expected', at);
  return { at, more: true };
}

/** The offset of the value of the member whose key begins at `from`. */
export function memberValue(text: Uint8Array, from: number): number {
  const colon = skipSpace(text, stringEnd(text, from));
  if (text[colon] !== COLON) throw new JsonError('a colon was expected', colon);
  return skipSpace(text, colon + 1);
}

/** The offset after the value that begins at `from`; without recursion, since anybody can nest a million brackets. */
export function valueEnd(text: Uint8Array, from: number): number {
  const byte = text[from];
  if (byte === QUOTE) return stringEnd(text, from);
  return byte === OPEN_BRACE || byte === OPEN_BRACKET ? nestedEnd(text, from) : scalarEnd(text, from);
}

/** Of an object or an array. */
function nestedEnd(text: Uint8Array, from: number): number {
  const nesting = new Nesting();
  let closing = 0;
  let at = from;
  for (;;) {
    const byte = text[at] ?? 0;
    if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      closing = nesting.open(byte, at);
      at = skipSpace(text, at + 1);
      if (text[at] !== closing) {
        if (closing === CLOSE_BRACE) at = memberValue(text, at);
        continue;
      }
    } else {
      at = byte === QUOTE ? stringEnd(text, at) : scalarEnd(text, at);
    }
    // A value has ended, and so may what it lies in, until a comma says that there is more.
    for (at = skipSpace(text, at); text[at] !== COMMA; at = skipSpace(text, at)) {
      if (text[at] !== closing) throw new JsonError('a comma or an end was expected', at);
      closing = nesting.close();
      at += 1;
      if (closing === 0) return at;
    }
    at = skipSpace(text, at + 1);
    if (closing === CLOSE_BRACE) at = memberValue(text, at);
  }
}

/** JSON.parse takes 100 bytes a level (Node 24.21), 6 GB for so many: no program reads what is nested deeper. */
const DEEPEST = 64 * 1024 * 1024;
/** A small integer for V8 with room for these bits. */
const WORD_BITS = 30;
const NO_WORDS = new Int32Array(0);

/** The objects and arrays that are open. A bit for each: 200 MB of brackets would be 1.6 GB of numbers. */
class Nesting {
  private depth = 0;
  /** What closes the innermost of them; 0 outside of all. */
  private closing = 0;
  /** The last bits, 1 for an object; those before are in `words`. */
  private bits = 0;
  private words = NO_WORDS;

  /** What closes the object or the array that begins with this byte. */
  open(byte: number, at: number): number {
    if (this.depth === DEEPEST) throw new JsonError('nested too deep', at);
    if (this.depth > 0 && this.depth % WORD_BITS === 0) this.keepWord(this.depth / WORD_BITS - 1);
    this.bits = (this.bits << 1) | (this.closing === CLOSE_BRACE ? 1 : 0);
    this.depth += 1;
    this.closing = byte === OPEN_BRACE ? CLOSE_BRACE : CLOSE_BRACKET;
    return this.closing;
  }

  /** Ends the innermost one. What closes the one around it; 0: there is none. */
  close(): number {
    const outer = (this.bits & 1) === 1 ? CLOSE_BRACE : CLOSE_BRACKET;
    this.bits >>>= 1;
    this.depth -= 1;
    this.closing = this.depth === 0 ? 0 : outer;
    if (this.depth > 0 && this.depth % WORD_BITS === 0) this.bits = this.words[this.depth / WORD_BITS - 1] ?? 0;
    return this.closing;
  }

  private keepWord(at: number): void {
    if (at === this.words.length) {
      const larger = new Int32Array(2 * at + 1);
      larger.set(this.words);
      this.words = larger;
    }
    this.words[at] = this.bits;
    this.bits = 0;
  }
}

function scalarEnd(text: Uint8Array, from: number): number {
  const byte = text[from] ?? 0;
  if (byte === MINUS || isDigit(byte)) {
    const end = numberEnd(text, from);
    // Where the text runs out the number need not have ended.
    if (text[end] === 0) throw new JsonError('a comma or an end was expected', end);
    return end;
  }
  const word = WORDS.get(byte);
  if (word === undefined) throw new JsonError('a value was expected', from);
  for (let at = 1; at < word.length; at += 1) {
    if (text[from + at] !== word[at]) throw new JsonError('a value was expected', from + at);
  }
  return from + word.length;
}

/** The offset after the string that begins at `from`. */
export function stringEnd(text: Uint8Array, from: number): number {
  if (text[from] !== QUOTE) throw new JsonError('a string was expected', from);
  // A byte loop: indexOf costs more than it saves where strings are short or full of escapes (measured).
  for (let at = from + 1; ; at += 1) {
    const byte = text[at] ?? 0;
    if (byte === QUOTE) return at + 1;
    if (byte === BACKSLASH) at = escapeEnd(text, at + 1);
    else if (byte < 0x20) throw new JsonError('a string does not end, or holds a control character', at);
  }
}

/** The offset of the last byte of the escape whose letter stands at `at`. */
function escapeEnd(text: Uint8Array, at: number): number {
  const letter = text[at] ?? 0;
  if (ESCAPES[letter] !== 0) return at;
  if (letter !== LETTER_U) throw new JsonError('no escape', at);
  for (let digit = at + 1; digit <= at + 4; digit += 1) {
    if (!isHexDigit(text[digit] ?? 0)) throw new JsonError('no escape', digit);
  }
  return at + 4;
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
  if (at === from) throw new JsonError('a digit was expected', at);
  return at;
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
