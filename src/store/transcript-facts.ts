import { isObject } from '../is-object.ts';

/** The context in use, as the records of a transcript tell it. Tokens. */
export interface Usage {
  /** Of the last assistant message after the newest compaction or reset. */
  readonly after: number | null;
  /** Of the last assistant message before it. */
  readonly before: number | null;
  /** Whether there is a compaction or a reset at all. */
  readonly compacted: boolean;
}

export const NO_USAGE: Usage = { after: null, before: null, compacted: false };

/** What a whole transcript says; messages and compactions are counts of records. */
export interface TranscriptFacts {
  /** The first record that parses, when it is a header; `startedMs` is null when its time is none. */
  readonly header: { readonly id: string; readonly startedMs: number | null } | null;
  readonly records: number;
  readonly messages: number;
  readonly compactions: number;
  /** Whole lines that do not parse. */
  readonly badLines: number;
  /** The file ends in bytes without a newline that do not parse. */
  readonly unfinished: boolean;
  readonly usage: Usage;
}

export const NO_FACTS: TranscriptFacts = {
  header: null,
  records: 0,
  messages: 0,
  compactions: 0,
  badLines: 0,
  unfinished: false,
  usage: NO_USAGE,
};

/** One line of a transcript. */
export type TranscriptRecord =
  | { readonly type: 'header'; readonly id: string; readonly startedMs: number | null }
  | { readonly type: 'message'; readonly usage: number | null }
  | { readonly type: 'compaction' | 'reset' | 'other' };

/** Names of fields, each with those of the object that stands there, or null where it is a value that counts. */
export interface Fields {
  readonly [name: string]: Fields | null;
}

/** All that `recordOf` looks at. */
export const RECORD_FIELDS: Fields = {
  type: null,
  id: null,
  timestamp: null,
  message: {
    role: null,
    provider: null,
    model: null,
    usage: { input: null, output: null, cacheRead: null, cacheWrite: null },
  },
};

/** Characters of an id or a time that are looked at: no file can be named by more. */
export const LONGEST_TEXT = 10_000;

/** Reads one line; null when it does not parse. */
export function parseRecord(line: string): TranscriptRecord | null {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return null;
  }
  return recordOf(value);
}

/**
 * What a line says. One that is JSON but no object, or of an unknown type, is no damage.
 * Every assistant message carries the usage of its own call; `usage.totalTokens` there includes the output, so the
 * prompt is summed from its parts.
 */
export function recordOf(value: unknown): TranscriptRecord {
  if (!isObject(value)) return { type: 'other' };
  if (value.type === 'message') return { type: 'message', usage: usageOf(value.message) };
  if (value.type === 'compaction' || value.type === 'reset') return { type: value.type };
  if (value.type === 'session' && typeof value.id === 'string' && value.id !== '') {
    return { type: 'header', id: value.id.slice(0, LONGEST_TEXT), startedMs: timeOf(value.timestamp) };
  }
  return { type: 'other' };
}

/** The facts with one more record. */
export function addRecord(facts: TranscriptFacts, record: TranscriptRecord): TranscriptFacts {
  const first = facts.records === 0;
  return {
    ...facts,
    header: first && record.type === 'header' ? { id: record.id, startedMs: record.startedMs } : facts.header,
    records: facts.records + 1,
    messages: facts.messages + (record.type === 'message' ? 1 : 0),
    compactions: facts.compactions + (record.type === 'compaction' ? 1 : 0),
    usage: addUsage(facts.usage, record),
  };
}

function addUsage(usage: Usage, record: TranscriptRecord): Usage {
  if (record.type === 'message') return record.usage === null ? usage : { ...usage, after: record.usage };
  if (record.type !== 'compaction' && record.type !== 'reset') return usage;
  return { after: null, before: usage.after ?? usage.before, compacted: true };
}

function usageOf(message: unknown): number | null {
  if (!isObject(message) || message.role !== 'assistant' || !isObject(message.usage)) return null;
  // A delivery mirror repeats a reply that was sent to a channel; no model was asked.
  if (message.provider === 'openclaw' && message.model === 'delivery-mirror') return null;
  const { input, output, cacheRead, cacheWrite } = message.usage;
  const prompt = count(input) + count(cacheRead) + count(cacheWrite);
  // All zero: the call failed, or its provider reports no usage.
  const all = prompt + count(output);
  return all === 0 || !Number.isFinite(all) ? null : prompt;
}

function count(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : 0;
}

function timeOf(value: unknown): number | null {
  const time = typeof value === 'string' && value.length < LONGEST_TEXT ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? null : time;
}
