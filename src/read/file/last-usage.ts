import { readAt } from '../../disk/files.ts';
import { type LastUsage, NO_LAST_USAGE } from '../../model/transcript.ts';
import { parseRecord } from '../../openclaw/transcript-record.ts';

/** Bytes looked at from the end: nearly always the last answer stands in the first of them. */
const WINDOWS = [16 * 1024, 128 * 1024, 1024 * 1024] as const;

/**
 * The last usage of a transcript that was not validated yet, from at most 1 MiB of its end. What stands further in
 * front is for the deep scan. `total` is the stored count: where the newest answer confirms it, no more is needed;
 * where it does not, it may repeat what was used before a compaction, which has to be found.
 */
export function lastUsageFromEnd(
  fd: number,
  size: number,
  total: number | null,
): { lastUsage: LastUsage; bytesRead: number } {
  let lastUsage = NO_LAST_USAGE;
  let bytesRead = 0;
  for (const window of WINDOWS) {
    const start = Math.max(0, size - window);
    const bytes = readAt(fd, start, size - start);
    bytesRead += bytes.length;
    lastUsage = lastUsageOf(wholeLines(bytes, start));
    const { after, before } = lastUsage;
    const isConfirmed = after !== null && (total === null || after === total);
    if (start === 0 || before !== null || isConfirmed) break;
  }
  return { lastUsage, bytesRead };
}

function wholeLines(bytes: Buffer, start: number): string[] {
  const lines = bytes.toString('utf8').split('\n');
  // Not from the beginning: the first line is cut.
  if (start > 0) return lines.slice(1);
  return lines.map((line, at) => (at === 0 && line.startsWith('\ufeff') ? line.slice(1) : line));
}

function lastUsageOf(lines: readonly string[]): LastUsage {
  let after: number | null = null;
  let compacted = false;
  for (const line of lines.toReversed()) {
    const record = line.trim() === '' ? null : parseRecord(line);
    if (record === null) continue;
    if (record.type === 'compaction' || record.type === 'reset') compacted = true;
    if (record.type !== 'message' || record.promptTokens === null) continue;
    if (compacted) return { after, before: record.promptTokens, compacted };
    after ??= record.promptTokens;
  }
  return { after, before: null, compacted };
}
