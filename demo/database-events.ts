import type { DatabaseSync } from 'node:sqlite';
import { constants, zstdCompressSync } from 'node:zlib';
import { insert } from './database-file.ts';

/** Text of a record; bytes where it need not be UTF-8. */
type RawEvent = string | Uint8Array;

/** An event that was damaged after it was written: its identity is still that of `record`. */
interface SpoiltEvent {
  readonly record: object;
  readonly stored: RawEvent;
}

/** A record as it stands in a JSONL transcript, or what is stored in its place; raw ones have no identity. */
export type DatabaseEvent = object | RawEvent | SpoiltEvent;

interface Place {
  readonly sessionId: string;
  /** Of the first event. */
  readonly seq: number;
  /** Time of events that have none. */
  readonly ms: number;
}

const PACKED_FROM_BYTES = 1024;
const PACKED_TO_BYTES = 4 * 1024 * 1024;

/** Writes events and their identities; the newest time among them, null when there are none. */
export function insertEvents(
  database: DatabaseSync,
  schema: number,
  { sessionId, seq, ms }: Place,
  events: readonly DatabaseEvent[],
): number | null {
  // A cast keeps bytes that are no UTF-8, which a bound string cannot hold.
  const put = database.prepare(
    schema >= 23
      ? `INSERT INTO transcript_events
           (session_id, seq, event_json, created_at, event_zstd, event_utf8_bytes, navigation_json)
         VALUES (?, ?, CAST(? AS TEXT), ?, ?, ?, ?)`
      : 'INSERT INTO transcript_events (session_id, seq, event_json, created_at) VALUES (?, ?, CAST(? AS TEXT), ?)',
  );
  let newest: number | null = null;
  for (const [at, event] of events.entries()) {
    const { record, bytes } = parts(event);
    const time = timeOf(record) ?? ms;
    const own = [sessionId, seq + at];
    if (schema < 23) put.run(...own, bytes, time);
    else if (isPacked(bytes)) put.run(...own, null, time, packed(bytes), bytes.length, navigation(record));
    else put.run(...own, bytes, time, null, bytes.length, null);
    insertIdentity(database, sessionId, seq + at, record, time);
    newest = Math.max(newest ?? time, time);
  }
  return newest;
}

function insertIdentity(database: DatabaseSync, sessionId: string, seq: number, record: Fields, ms: number): void {
  if (typeof record.id !== 'string') return;
  insert(database, 'transcript_event_identities', {
    session_id: sessionId,
    event_id: record.id,
    seq,
    event_type: textOrNull(record.type),
    parent_id: textOrNull(record.parentId),
    created_at: ms,
  });
}

type Fields = Readonly<Record<string, unknown>>;

function parts(event: DatabaseEvent): { record: Fields; bytes: Buffer } {
  if (typeof event === 'string' || event instanceof Uint8Array) return { record: {}, bytes: Buffer.from(event) };
  if ('stored' in event) return { record: { ...event.record }, bytes: Buffer.from(event.stored) };
  return { record: { ...event }, bytes: Buffer.from(JSON.stringify(event)) };
}

function isPacked({ length }: Buffer): boolean {
  return length >= PACKED_FROM_BYTES && length <= PACKED_TO_BYTES;
}

/** With a checksum as OpenClaw's frames have one, so that a changed byte is noticed. */
function packed(bytes: Buffer): Buffer {
  return zstdCompressSync(bytes, { params: { [constants.ZSTD_c_checksumFlag]: 1 } });
}

/** What OpenClaw can say of a packed event without unpacking it; the real one is about a kilobyte. */
function navigation({ type, id, parentId }: Fields): string {
  return JSON.stringify({ version: 1, navigation: { type, id, parentId } });
}

function timeOf({ timestamp }: Fields): number | null {
  const ms = typeof timestamp === 'string' ? Date.parse(timestamp) : Number.NaN;
  return Number.isNaN(ms) ? null : ms;
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
