import { readAt } from '../../disk/files.ts';
import { type IsEnough, searchLastUsage, type UsageSearch } from '../../openclaw/last-usage.ts';
import { parseRecord, type ReadRecord } from '../../openclaw/transcript-record.ts';

/** Bytes looked at from the end: nearly always the last answer stands in the first of them. */
const WINDOWS = [16 * 1024, 128 * 1024, 1024 * 1024] as const;

/**
 * The last usage of a transcript that was not validated yet, from at most 1 MiB of its end. What stands further in
 * front is for the deep scan.
 */
export function lastUsageFromEnd(
  fd: number,
  size: number,
  isEnough: IsEnough,
): { search: UsageSearch; bytesRead: number } {
  let search: UsageSearch = { lastUsage: null, ended: 'limit' };
  let bytesRead = 0;
  for (const window of WINDOWS) {
    const start = Math.max(0, size - window);
    const bytes = readAt(fd, start, size - start);
    bytesRead += bytes.length;
    search = searchLastUsage(recordsFromEnd(bytes, start), isEnough);
    if (search.ended !== 'limit') break;
  }
  return { search, bytesRead };
}

function* recordsFromEnd(bytes: Buffer, start: number): Generator<ReadRecord | 'start'> {
  for (const line of wholeLines(bytes, start).reverse()) {
    if (line.trim() !== '') yield parseRecord(line) ?? 'bad';
  }
  if (start === 0) yield 'start';
}

function wholeLines(bytes: Buffer, start: number): string[] {
  const lines = bytes.toString('utf8').split('\n');
  // Not from the beginning: the first line is cut.
  if (start > 0) return lines.slice(1);
  return lines.map((line, at) => (at === 0 && line.startsWith('\ufeff') ? line.slice(1) : line));
}
