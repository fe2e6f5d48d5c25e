import { eachMember, OPEN_BRACE, refused, skipSpace, valueEnd } from './json-scan.ts';

/** Bytes of a value above which it is cut out when its field is not wanted. */
const LARGE_BYTES = 256;

/**
 * The top-level entries of a JSON object, made one by one from its bytes: an index of tens of MB never stands in memory
 * as one string or one tree (docs/benchmarks.md). With `fields`, what is large in the other fields of an entry is
 * checked but never becomes a value: 0 stands there instead. In file order; a key that stands twice is there twice
 * and the last one counts, as in JSON.parse. Throws a SyntaxError for everything that JSON.parse of the whole would
 * refuse, and for a value that is no object.
 */
export function jsonEntries(
  bytes: Uint8Array,
  fields: ReadonlySet<string> | null = null,
): [key: string, value: unknown][] {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = skipSpace(text, 0);
  if (text[start] !== OPEN_BRACE) throw refused('the top level is not an object', start);
  const entries: [string, unknown][] = [];
  const end = eachMember(text, start, (keyFrom, keyEnd, from) => {
    const { value, end: to } =
      fields !== null && text[from] === OPEN_BRACE ? trimmed(text, from, fields) : whole(text, from);
    entries.push([keyOf(text, keyFrom, keyEnd), value]);
    return to;
  });
  const rest = skipSpace(text, end);
  if (rest < text.length) throw refused('text after the end of the object', rest);
  return entries;
}

/** A value, and the offset after it. */
interface Read {
  readonly value: unknown;
  readonly end: number;
}

function trimmed(text: Buffer, from: number, fields: ReadonlySet<string>): Read {
  const pieces: string[] = [];
  let kept = from;
  const end = eachMember(text, from, (keyFrom, keyEnd, valueFrom) => {
    const valueTo = valueEnd(text, valueFrom);
    if (valueTo - valueFrom > LARGE_BYTES && !fields.has(keyOf(text, keyFrom, keyEnd))) {
      pieces.push(text.toString('utf8', kept, valueFrom), '0');
      kept = valueTo;
    }
    return valueTo;
  });
  pieces.push(text.toString('utf8', kept, end));
  return { value: JSON.parse(pieces.join('')), end };
}

function whole(text: Buffer, from: number): Read {
  const end = valueEnd(text, from);
  return { value: JSON.parse(text.toString('utf8', from, end)), end };
}

function keyOf(text: Buffer, from: number, end: number): string {
  return String(JSON.parse(text.toString('utf8', from, end)));
}
