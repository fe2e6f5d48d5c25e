import {
  firstMember,
  JsonError,
  memberValue,
  nextMember,
  OPEN_BRACE,
  type Step,
  skipSpace,
  valueEnd,
} from './json-scan.ts';

/** Bytes of a value above which it is cut out when its field is not wanted. */
const LARGE_BYTES = 256;
/** Bytes of a value above which it is cut out when its field is wanted: no such value is what it should be. */
const LARGEST_BYTES = 1024 * 1024;
/** Of an entry, which stands in memory as a whole; none has a hundredth of it. */
const LARGEST_ENTRY_BYTES = 16 * 1024 * 1024;
const PART_BYTES = 1024 * 1024;

/** An entry is too large to be looked at. It may be valid JSON. */
export class EntryTooLarge extends Error {
  constructor() {
    super(`an entry of more than ${LARGEST_ENTRY_BYTES / (1024 * 1024)} MiB`);
  }
}

/** Fills the buffer with the bytes at `position` and says how many; 0 at the end. */
export type ReadPart = (into: Uint8Array, position: number) => number;

/**
 * The top-level entries of a JSON object, made one by one from its bytes, a part at a time: an index of tens of MB never
 * stands in memory as a whole, neither as bytes nor as a string nor as a tree (docs/benchmarks.md). With `fields`, what
 * is large in the other fields of an entry, or an entry that is no object, is checked but never becomes a value: an empty
 * list stands there instead, which no field is. In file order; a key that stands twice is yielded twice and the last one counts, as in JSON.parse. Throws a JsonError for
 * everything that JSON.parse of the whole would refuse, and for a value that is no object; an EntryTooLarge. `bytes`: about so many there are.
 */
export function* jsonEntries(
  read: ReadPart,
  fields: ReadonlySet<string> | null = null,
  bytes = PART_BYTES,
): Generator<[key: string, value: unknown]> {
  // A thousand small indexes need no thousand large buffers.
  const window = new Window(read, Math.min(bytes, PART_BYTES));
  let step: Step = window.attempt((text, from) => {
    const at = skipSpace(text, from);
    if (text[at] !== OPEN_BRACE) throw new JsonError('the top level is not an object', at);
    return firstMember(text, at);
  });
  while (step.more) {
    const member = window.attempt((text, from) => {
      const value = memberValue(text, from);
      const entry = entryAt(text, value, fields);
      // With the comma or the end behind it: at the edge of a part a number need not have ended.
      return { ...nextMember(text, entry.end), key: keyAt(text, from), value: entry.value };
    });
    yield [member.key, member.value];
    step = member;
  }
  window.expectEnd();
}

/** The part of the text that is looked at, with a byte 0 behind it. */
class Window {
  private buffer: Buffer;
  private filled = 0;
  /** Offset in the text of the first byte of the buffer. */
  private base = 0;
  private at = 0;
  private readonly read: ReadPart;

  constructor(read: ReadPart, partBytes: number) {
    this.read = read;
    this.buffer = Buffer.alloc(partBytes + 1);
  }

  /** What `parse` makes of the text from where the last one ended; again with more of the text where it ran out of it. */
  attempt<T extends Step>(parse: (text: Buffer, from: number) => T): T {
    for (;;) {
      try {
        const result = parse(this.buffer, this.at);
        this.at = result.at;
        return result;
      } catch (error) {
        if (!(error instanceof JsonError)) throw error;
        if (error.offset < this.filled || !this.more()) throw error.movedBy(this.base);
      }
    }
  }

  expectEnd(): void {
    do {
      this.at = skipSpace(this.buffer, this.at);
      if (this.at < this.filled) throw new JsonError('text after the end of the object', this.base + this.at);
    } while (this.more());
  }

  private more(): boolean {
    this.buffer.copyWithin(0, this.at, this.filled);
    this.filled -= this.at;
    this.base += this.at;
    this.at = 0;
    if (this.filled > LARGEST_ENTRY_BYTES) throw new EntryTooLarge();
    if (this.filled >= this.buffer.length / 2) {
      const larger = Buffer.alloc(this.buffer.length * 2);
      this.buffer.copy(larger, 0, 0, this.filled);
      this.buffer = larger;
    }
    const count = this.read(this.buffer.subarray(this.filled, -1), this.base + this.filled);
    this.filled += count;
    this.buffer[this.filled] = 0;
    return count > 0;
  }
}

/** A value, and the offset after it. */
interface Read {
  readonly value: unknown;
  readonly end: number;
}

function entryAt(text: Buffer, from: number, fields: ReadonlySet<string> | null): Read {
  if (fields === null) return whole(text, from);
  if (text[from] === OPEN_BRACE) return trimmed(text, from, fields);
  const end = valueEnd(text, from);
  return end - from > LARGEST_BYTES ? { value: [], end } : whole(text, from);
}

function trimmed(text: Buffer, from: number, fields: ReadonlySet<string>): Read {
  const pieces: string[] = [];
  let kept = from;
  let step = firstMember(text, from);
  while (step.more) {
    const value = memberValue(text, step.at);
    const end = valueEnd(text, value);
    if (end - value > LARGE_BYTES && (end - value > LARGEST_BYTES || !fields.has(keyAt(text, step.at)))) {
      pieces.push(text.toString('utf8', kept, value), '[]');
      kept = end;
    }
    step = nextMember(text, end);
  }
  pieces.push(text.toString('utf8', kept, step.at));
  return { value: JSON.parse(pieces.join('')), end: step.at };
}

function whole(text: Buffer, from: number): Read {
  const end = valueEnd(text, from);
  return { value: JSON.parse(text.toString('utf8', from, end)), end };
}

function keyAt(text: Buffer, from: number): string {
  return String(whole(text, from).value);
}
