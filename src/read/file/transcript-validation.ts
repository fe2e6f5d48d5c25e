import { readSync } from 'node:fs';
import { readAt } from '../../disk/files.ts';
import { lastUsageWith } from '../../openclaw/last-usage.ts';
import { LARGEST_RECORD_BYTES } from '../../openclaw/transcript-record.ts';
import { type Line, PendingLine, readLine } from './transcript-line.ts';
import { addRecord, EMPTY_SUMMARY, type TranscriptSummary } from './transcript-summary.ts';

const NEWLINE = 0x0a;
const CHUNK_BYTES = 1024 * 1024;
const GUARD_BYTES = 64;

/** How far a transcript was validated. */
export interface ValidationProgress {
  /** Bytes up to and with the last newline that was read: where the next read begins. */
  readonly offset: number;
  /** What the lines before `offset` say. */
  readonly summary: TranscriptSummary;
  /** The last bytes before `offset`: when they are others, the file was rewritten and not appended to. */
  readonly guard: string;
}

export const NOTHING_VALIDATED: ValidationProgress = { offset: 0, summary: EMPTY_SUMMARY, guard: '' };

/** Whether what was validated is still what stands there. */
export function continues(fd: number, progress: ValidationProgress): boolean {
  const { offset, guard } = progress;
  return readAt(fd, offset - guard.length, guard.length).toString('latin1') === guard;
}

/**
 * Validates the bytes from `progress.offset` to `size`, a chunk a step, and yields after each, so that the caller can
 * pause, within a long line too. Returns the progress, and the summary of the whole file with its last line even where a
 * newline is missing.
 */
export function* validateForward(
  fd: number,
  size: number,
  progress: ValidationProgress,
  { chunkBytes, largestBytes } = { chunkBytes: CHUNK_BYTES, largestBytes: LARGEST_RECORD_BYTES },
): Generator<number, { progress: ValidationProgress; summary: TranscriptSummary }> {
  let summary = progress.summary;
  let offset = progress.offset;
  let position = offset;
  let guard = progress.guard;
  /** The bytes in front of `position`; the guard is in front of `offset`. */
  let before = progress.guard;
  let pending: PendingLine | null = null;
  // One for all chunks: a new one each time would be collected late (measured: 70 MB more in a line of 200 MB).
  const buffer = Buffer.allocUnsafeSlow(Math.max(0, Math.min(chunkBytes, size - offset)));
  while (position < size) {
    const length = Math.min(buffer.length, size - position);
    const chunk = buffer.subarray(0, readSync(fd, buffer, 0, length, position));
    // The file shrank under us: the next scan starts it over.
    if (chunk.length === 0) break;
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      const last = chunk.subarray(start, end);
      const line = pending === null ? readLine(last, offset === 0, largestBytes) : pending.add(last).end();
      summary = withLine(summary, line, 'whole');
      pending = null;
      start = end + 1;
      offset = position + start;
    }
    if (start > 0) guard = lastBytes(before, chunk.subarray(0, start));
    before = lastBytes(before, chunk);
    if (start < chunk.length) {
      pending ??= new PendingLine(offset === 0, largestBytes);
      pending.add(chunk.subarray(start));
    }
    position += chunk.length;
    yield chunk.length;
  }
  const reached: ValidationProgress = { offset, summary, guard };
  return { progress: reached, summary: pending === null ? summary : withLine(summary, pending.end(), 'unended') };
}

/** A line without its newline is a record when it parses: not every writer ends with one. */
function withLine(summary: TranscriptSummary, line: Line, how: 'whole' | 'unended'): TranscriptSummary {
  if (line === 'blank') return summary;
  if (typeof line !== 'string') return addRecord(summary, line);
  const unread = { ...summary, lastUsage: lastUsageWith(summary.lastUsage, line) };
  if (line === 'oversized') return { ...unread, oversizedRecords: summary.oversizedRecords + 1 };
  return how === 'whole' ? { ...unread, badLines: summary.badLines + 1 } : { ...unread, unfinished: true };
}

/** As text, a character a byte: a small Buffer would keep the slab of a large one alive (measured: 20 KB a transcript). */
function lastBytes(before: string, chunk: Buffer): string {
  return (before + chunk.toString('latin1', Math.max(0, chunk.length - GUARD_BYTES))).slice(-GUARD_BYTES);
}
