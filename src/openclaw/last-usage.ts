import type { ReadRecord, TranscriptRecord } from './transcript-record.ts';
import type { Usage } from './usage.ts';

/** The newest calls in a transcript. A compaction or a reset cuts the context: what was used before is no part of it. */
export interface LastUsage {
  /** Of the newest call after the newest cut. */
  readonly after: Usage | null;
  /** Of the newest call before that cut. */
  readonly before: Usage | null;
  /** A record behind `after` cannot be read: it may hold a newer usage. */
  readonly unreadSince: boolean;
}

export const NO_LAST_USAGE: LastUsage = { after: null, before: null, unreadSince: false };

/** With one more record at the end. */
export function lastUsageWith(last: LastUsage, record: ReadRecord): LastUsage {
  if (typeof record === 'string') return { ...last, unreadSince: last.after !== null };
  if (isCut(record)) return { after: null, before: last.after ?? last.before, unreadSince: false };
  const usage = usageIn(record);
  return usage === null ? last : { ...last, after: usage, unreadSince: false };
}

/** Whether nothing further in front is wanted, once the newest usage after the newest cut is known. */
export type IsEnough = (found: LastUsage) => boolean;

/** What a look at a transcript from its end found. */
export type UsageSearch =
  /** `whole`: nothing further in front would say more. `enough`: nothing further was wanted. */
  | { readonly ended: 'whole' | 'enough'; readonly lastUsage: LastUsage }
  /** No further record was given; null: those that were say nothing. */
  | { readonly ended: 'limit'; readonly lastUsage: LastUsage | null };

/** The same from the newest record backwards, as far as records are given and wanted; `start` stands before the first. */
export function searchLastUsage(records: Iterable<ReadRecord | 'start'>, isEnough: IsEnough): UsageSearch {
  let found = NO_LAST_USAGE;
  let wasCut = false;
  let wasUnread = false;
  for (const record of records) {
    if (record === 'start') return { lastUsage: found, ended: 'whole' };
    if (typeof record === 'string') wasUnread = true;
    else if (isCut(record)) wasCut = true;
    else {
      const usage = usageIn(record);
      if (usage === null) continue;
      if (wasCut) return { lastUsage: { ...found, before: usage }, ended: 'whole' };
      if (found.after !== null) continue;
      found = { after: usage, before: null, unreadSince: wasUnread };
      if (isEnough(found)) return { lastUsage: found, ended: 'enough' };
    }
  }
  return { lastUsage: wasCut || found.after !== null ? found : null, ended: 'limit' };
}

function isCut({ type }: TranscriptRecord): boolean {
  return type === 'compaction' || type === 'reset';
}

function usageIn(record: TranscriptRecord): Usage | null {
  return record.type === 'message' ? record.usage : null;
}
