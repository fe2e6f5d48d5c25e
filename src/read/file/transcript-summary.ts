import { type LastUsage, lastUsageWith, NO_LAST_USAGE } from '../../openclaw/last-usage.ts';
import type { TranscriptRecord } from '../../openclaw/transcript-record.ts';

/** What a whole transcript says; messages and compactions are counts of records. */
export interface TranscriptSummary {
  /** The first record that parses, when it is a header; `startedMs` is null when its time is none. */
  readonly header: { readonly id: string; readonly startedMs: number | null } | null;
  readonly records: number;
  readonly messages: number;
  readonly compactions: number;
  /** Whole lines that do not parse. */
  readonly badLines: number;
  /** Lines larger than the largest record that is judged. */
  readonly oversizedRecords: number;
  /** The file ends in bytes without a newline that do not parse. */
  readonly unfinished: boolean;
  readonly lastUsage: LastUsage;
}

export const EMPTY_SUMMARY: TranscriptSummary = {
  header: null,
  records: 0,
  messages: 0,
  compactions: 0,
  badLines: 0,
  oversizedRecords: 0,
  unfinished: false,
  lastUsage: NO_LAST_USAGE,
};

/** The summary with one more record. */
export function addRecord(summary: TranscriptSummary, record: TranscriptRecord): TranscriptSummary {
  const first = summary.records === 0;
  return {
    ...summary,
    header: first && record.type === 'header' ? { id: record.id, startedMs: record.startedMs } : summary.header,
    records: summary.records + 1,
    messages: summary.messages + (record.type === 'message' ? 1 : 0),
    compactions: summary.compactions + (record.type === 'compaction' ? 1 : 0),
    lastUsage: lastUsageWith(summary.lastUsage, record),
  };
}
