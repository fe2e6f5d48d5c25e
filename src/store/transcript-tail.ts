import { readAt } from './disk.ts';
import { NO_USAGE, parseRecord, type Usage } from './transcript-facts.ts';

/** Bytes looked at from the end: nearly always the last answer stands in the first of them. */
const WINDOWS = [16 * 1024, 128 * 1024, 1024 * 1024] as const;

export interface Tail {
  readonly usage: Usage;
  readonly bytesRead: number;
}

/**
 * The newest usage of a transcript that was not validated yet, from at most 1 MiB of its end. What stands further in
 * front is for the deep scan.
 */
export function readTail(fd: number, size: number): Tail {
  let tail: Tail = { usage: NO_USAGE, bytesRead: 0 };
  for (const window of WINDOWS) {
    const start = Math.max(0, size - window);
    const bytes = readAt(fd, start, size - start);
    const usage = usageFromEnd(wholeLines(bytes, start));
    tail = { usage, bytesRead: tail.bytesRead + bytes.length };
    if (start === 0 || usage.after !== null || usage.before !== null) break;
  }
  return tail;
}

function wholeLines(bytes: Buffer, start: number): string[] {
  const lines = bytes.toString('utf8').split('\n');
  // Not from the beginning: the first line is cut.
  return start === 0 ? lines : lines.slice(1);
}

function usageFromEnd(lines: readonly string[]): Usage {
  let compacted = false;
  for (const line of lines.toReversed()) {
    const record = line.trim() === '' ? null : parseRecord(line);
    if (record === null) continue;
    if (record.type === 'message' && record.usage !== null) {
      return compacted
        ? { after: null, before: record.usage, compacted }
        : { after: record.usage, before: null, compacted };
    }
    if (record.type === 'compaction' || record.type === 'reset') compacted = true;
  }
  return { after: null, before: null, compacted };
}
