import type { DatabaseSync } from 'node:sqlite';
import { BEFORE_ALL, BEFORE_ALL_ROWS, ROW_BYTES, readEvents, type StoredEvent } from './events.ts';
import type { DatabaseSchema } from './schema.ts';
import { BULK, type KnownTranscript, type Read, type TranscriptMark } from './transcripts.ts';

export const BYTES_A_SLICE = 8 * 1024 * 1024;

/** Parses every event that was not parsed before. Yields the bytes of each slice. */
export function* validateTranscripts(read: Read, known: Map<string, KnownTranscript>): Generator<number> {
  if (unvalidated(known).filter(({ validatedSeq }) => validatedSeq === BEFORE_ALL).length > BULK) {
    yield* validateAll(read, known);
  }
  yield* validateEach(read, known);
}

/**
 * One transcript after the other, so that what was done stands when the caller ends it. Several small ones in one slice: to
 * open the database takes longer than to parse what is new in most of them.
 */
export function* validateEach(read: Read, known: Map<string, KnownTranscript>): Generator<number> {
  for (
    let left = unvalidated(known);
    left.length > 0;
    left = left.flatMap(({ sessionId }) => stillLeft(known, sessionId))
  ) {
    const parsed = read((database, schema) => parseNext(database, schema, left));
    for (const { before, tally } of parsed) known.set(before.sessionId, validated(before, tally));
    yield parsed.reduce((sum, { tally }) => sum + tally.bytes, 0);
  }
}

/** As it is by now: a quick scan may have learned more of it, or found it gone. */
function stillLeft(known: ReadonlyMap<string, KnownTranscript>, sessionId: string): KnownTranscript[] {
  const now = known.get(sessionId);
  return now !== undefined && now.validatedSeq < now.lastSeq ? [now] : [];
}

interface Parsed {
  readonly before: KnownTranscript;
  readonly tally: Tally;
}

/** What comes next in these transcripts, until a slice is full. */
function parseNext(database: DatabaseSync, schema: DatabaseSchema, transcripts: readonly KnownTranscript[]): Parsed[] {
  const parsed: Parsed[] = [];
  let left = BYTES_A_SLICE;
  for (const before of transcripts) {
    const from = { sessionId: before.sessionId, after: before.validatedSeq };
    const tally = tallyOf(readEvents(database, schema, from, left));
    parsed.push({ before, tally });
    left -= tally.bytes + tally.events * ROW_BYTES + 1;
    if (left <= 0) break;
  }
  return parsed;
}

/** No generation of OpenClaw's. */
const OUTDATED = '\0';

function validated(before: KnownTranscript, { lastSeq, badEvents, oversizedEvents }: Tally): KnownTranscript {
  return {
    ...before,
    // Nothing there any more: the next look at the database counts it anew, as nothing that it was.
    ...(lastSeq === null ? { generation: OUTDATED } : {}),
    validatedSeq: lastSeq ?? before.lastSeq,
    badEvents: before.badEvents + badEvents,
    oversizedEvents: before.oversizedEvents + oversizedEvents,
  };
}

export function unvalidated(known: ReadonlyMap<string, KnownTranscript>): KnownTranscript[] {
  return [...known.values()].filter(({ validatedSeq, lastSeq }) => validatedSeq < lastSeq);
}

/** In the order of the file; what grew or was rewritten meanwhile is left for `validateEach`. */
function* validateAll(read: Read, known: Map<string, KnownTranscript>): Generator<number> {
  const wanted = new Map(unvalidated(known).map((transcript) => [transcript.sessionId, transcript]));
  const tallies = new Map<string, Tally>();
  for (let after: bigint | null = BEFORE_ALL_ROWS; after !== null; ) {
    const from: bigint = after;
    const slice = read((database, schema) =>
      talliesOf(readEvents(database, schema, { rowid: from }, BYTES_A_SLICE), wanted),
    );
    for (const [id, tally] of slice.tallies) tallies.set(id, sumOf(tallies.get(id) ?? NOTHING, tally));
    after = slice.lastRow;
    yield slice.bytes;
  }
  for (const [id, { events, badEvents, oversizedEvents }] of tallies) {
    const [transcript, now] = [wanted.get(id), known.get(id)];
    if (now === undefined || now.generation !== transcript?.generation || events !== transcript.events) continue;
    known.set(id, { ...now, validatedSeq: transcript.lastSeq, badEvents, oversizedEvents });
  }
}

/** What some events of one transcript are: of each by itself nothing is kept. */
interface Tally {
  readonly events: number;
  readonly bytes: number;
  readonly badEvents: number;
  readonly oversizedEvents: number;
  /** null: there were none. */
  readonly lastSeq: number | null;
}

const NOTHING: Tally = { events: 0, bytes: 0, badEvents: 0, oversizedEvents: 0, lastSeq: null };

function sumOf(one: Tally, other: Tally): Tally {
  return {
    events: one.events + other.events,
    bytes: one.bytes + other.bytes,
    badEvents: one.badEvents + other.badEvents,
    oversizedEvents: one.oversizedEvents + other.oversizedEvents,
    lastSeq: other.lastSeq ?? one.lastSeq,
  };
}

export function tallyOf(stored: Iterable<StoredEvent>): Tally {
  let [events, bytes, badEvents, oversizedEvents] = [0, 0, 0, 0];
  let lastSeq: number | null = null;
  for (const event of stored) {
    events += 1;
    bytes += event.bytes;
    badEvents += Number(event.record === 'bad');
    oversizedEvents += Number(event.record === 'oversized');
    lastSeq = event.seq;
  }
  return { events, bytes, badEvents, oversizedEvents, lastSeq };
}

/** The same by transcript, of the wanted ones up to their mark; and how far and how much of all was read. */
function talliesOf(stored: Iterable<StoredEvent>, wanted: ReadonlyMap<string, TranscriptMark>) {
  const tallies = new Map<string, Tally>();
  let lastRow: bigint | null = null;
  let bytes = 0;
  for (const event of stored) {
    lastRow = event.rowid;
    bytes += event.bytes;
    const transcript = wanted.get(event.sessionId);
    if (transcript === undefined || event.seq > transcript.lastSeq) continue;
    tallies.set(event.sessionId, sumOf(tallies.get(event.sessionId) ?? NOTHING, tallyOf([event])));
  }
  return { tallies, lastRow, bytes };
}
