/** The records of a transcript: lines of JSONL in a file, events in a database. Both eras write the same ones. */
import { hasMoreValues } from '../disk/json-budget.ts';
import { isObject } from '../is-object.ts';
import { type Usage, usageOf } from './usage.ts';

/** What is used of a record. */
export type TranscriptRecord =
  | { readonly type: 'header'; readonly id: string; readonly startedMs: number | null }
  | { readonly type: 'message'; readonly usage: Usage | null }
  | { readonly type: 'compaction' | 'reset' | 'other' };

/** What was read where a record stands. `bad`: it does not parse. `oversized`: larger than the largest record, or of more values; not judged. */
export type ReadRecord = TranscriptRecord | 'bad' | 'oversized';

/** A larger record, a line of JSONL or an event of a database, is neither parsed nor judged. */
export const LARGEST_RECORD_BYTES = 16 * 1024 * 1024;

/** A file with more bytes that were not validated yet is not validated: OpenClaw writes none such, and to read it takes hours. */
export const LARGEST_TRANSCRIPT_BYTES = 4 * 1024 * 1024 * 1024;

/** No record has a thousandth of it. A shorter line has no room for so many that they matter. */
const MOST_VALUES = 1_000_000;
const LONG_LINE = 1024 * 1024;

/** A longer id is taken for '': no session can have it, since no file can be named by it, and it would stay in memory. */
const LONGEST_ID = 10_000;

/** Whether a line, which may be of any length, holds so many values that it is not parsed. */
export function hasTooManyValues(line: string): boolean {
  return line.length > LONG_LINE && hasMoreValues(line, MOST_VALUES);
}

/** Reads one line; null when it does not parse. */
export function parseRecord(line: string): TranscriptRecord | 'oversized' | null {
  if (hasTooManyValues(line)) return 'oversized';
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return null;
  }
  return recordOf(value);
}

/** What a line says. One that is JSON but no object, or of an unknown type, is no damage. */
function recordOf(value: unknown): TranscriptRecord {
  if (!isObject(value)) return { type: 'other' };
  if (value.type === 'message') return { type: 'message', usage: usageOf(value.message) };
  if (value.type === 'compaction' || value.type === 'reset') return { type: value.type };
  if (value.type === 'session' && typeof value.id === 'string' && value.id !== '') {
    return { type: 'header', id: value.id.length > LONGEST_ID ? '' : value.id, startedMs: timeOf(value.timestamp) };
  }
  return { type: 'other' };
}

/** As every stored figure, of at least 0. */
function timeOf(value: unknown): number | null {
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return time >= 0 ? time : null;
}
