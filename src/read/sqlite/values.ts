import { hasMoreValues } from '../../disk/json-budget.ts';

/** Of an id, a name, a path. What is larger is none, and is not even read: SQLite knows the size of a text unread. */
const LARGEST_TEXT_BYTES = 1024 * 1024;
/** Of an id of a session. Thousands of them stand in memory at once. */
const LARGEST_ID_BYTES = 4096;

/** SQL: the column where it is no larger than a text of its kind can be, else NULL. */
export function small(column: string): string {
  return `CASE WHEN octet_length(${column}) <= ${LARGEST_TEXT_BYTES} THEN ${column} END`;
}

/** The same of an id. */
export function smallId(column: string): string {
  return `CASE WHEN octet_length(${column}) <= ${LARGEST_ID_BYTES} THEN ${column} END`;
}

/** Of an entry; none has a hundredth of it. */
const MOST_VALUES = 100_000;
/** A shorter text has no room for so many that they matter. */
const LONG_TEXT = 1024 * 1024;

/**
 * SQLite refuses what is nested more than a thousand times; JSON.parse, and so OpenClaw, does not. null: no JSON, or of so many
 * values that they would fill the memory.
 */
export function parseOrNull(json: string): unknown {
  if (json.length > LONG_TEXT && hasMoreValues(json, MOST_VALUES)) return null;
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}

/** A column of text: a column of SQLite holds a value of any type. */
export function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
