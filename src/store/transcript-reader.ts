import { readAt } from './disk.ts';
import { addRecord, NO_FACTS, parseRecord, type TranscriptFacts } from './transcript-facts.ts';

const NEWLINE = 0x0a;
const CHUNK_BYTES = 1024 * 1024;
const GUARD_BYTES = 64;
/** A longer line is neither parsed nor judged: it never stands in memory whole. */
const LONGEST_LINE_BYTES = 64 * 1024 * 1024;

/** How far a transcript was validated. */
export interface Progress {
  /** Bytes up to and with the last newline that was read: where the next read begins. */
  readonly offset: number;
  /** What the lines before `offset` say. */
  readonly lines: TranscriptFacts;
  /** The last bytes before `offset`: when they are others, the file was rewritten and not appended to. */
  readonly guard: string;
}

export const NOTHING_READ: Progress = { offset: 0, lines: NO_FACTS, guard: '' };

/** Whether what was validated is still what stands there. */
export function continues(fd: number, progress: Progress): boolean {
  const { offset, guard } = progress;
  return readAt(fd, offset - guard.length, guard.length).toString('latin1') === guard;
}

/**
 * Validates the bytes from `progress.offset` to `size`, a chunk a step, and yields after each, so that the caller can
 * pause. Returns the progress, and the facts of the whole file with its last line even where a newline is missing.
 */
export function* readForward(
  fd: number,
  size: number,
  progress: Progress,
): Generator<number, { progress: Progress; facts: TranscriptFacts }> {
  let facts = progress.lines;
  let offset = progress.offset;
  let position = offset;
  let guard = progress.guard;
  /** The bytes in front of `position`; the guard is in front of `offset`. */
  let before = progress.guard;
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  while (position < size) {
    const chunk = readAt(fd, position, Math.min(CHUNK_BYTES, size - position));
    // The file shrank under us: the next scan starts it over.
    if (chunk.length === 0) break;
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      const line =
        pending.length === 0 ? chunk.subarray(start, end) : Buffer.concat([...pending, chunk.subarray(start, end)]);
      if (pendingBytes <= LONGEST_LINE_BYTES) facts = addLine(facts, line, offset === 0);
      pending = [];
      pendingBytes = 0;
      start = end + 1;
      offset = position + start;
    }
    if (start > 0) guard = lastBytes(before, chunk.subarray(0, start));
    before = lastBytes(before, chunk);
    if (start < chunk.length) {
      pendingBytes += chunk.length - start;
      if (pendingBytes <= LONGEST_LINE_BYTES) pending.push(chunk.subarray(start));
    }
    position += chunk.length;
    yield chunk.length;
  }
  const rest = Buffer.concat(pending);
  const reached: Progress = { offset, lines: facts, guard };
  return {
    progress: reached,
    facts: pendingBytes > LONGEST_LINE_BYTES ? facts : withLastLine(facts, rest, offset === 0),
  };
}

/** As text, a character a byte: a small Buffer would keep the slab of a large one alive (measured: 20 KB a transcript). */
function lastBytes(before: string, chunk: Buffer): string {
  return (before + chunk.toString('latin1', Math.max(0, chunk.length - GUARD_BYTES))).slice(-GUARD_BYTES);
}

function addLine(facts: TranscriptFacts, line: Buffer, isFirst: boolean): TranscriptFacts {
  const text = textOf(line, isFirst);
  if (text.trim() === '') return facts;
  const record = parseRecord(text);
  return record === null ? { ...facts, badLines: facts.badLines + 1 } : addRecord(facts, record);
}

/** A line without its newline is a record when it parses: not every writer ends with one. */
function withLastLine(facts: TranscriptFacts, rest: Buffer, isFirst: boolean): TranscriptFacts {
  const text = textOf(rest, isFirst);
  if (text.trim() === '') return facts;
  const record = parseRecord(text);
  return record === null ? { ...facts, unfinished: true } : addRecord(facts, record);
}

/** Invalid UTF-8 becomes U+FFFD as for OpenClaw; a byte order mark in front is dropped. */
function textOf(line: Buffer, isFirst: boolean): string {
  const text = line.toString('utf8');
  return isFirst && text.startsWith('\ufeff') ? text.slice(1) : text;
}
