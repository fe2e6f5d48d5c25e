import type { DatabaseSync } from 'node:sqlite';
import {
  countEvents,
  countRecords,
  countSlice,
  type EventCount,
  eventsOf,
  findUsage,
  NO_EVENTS,
  type RecordCount,
  readEvents,
} from './sqlite-events.ts';
import type { DatabaseSchema } from './sqlite-schema.ts';
import type { Usage } from './transcript-facts.ts';

/** Where a transcript stands, by what is cheap to ask: its newest event, and the mark that a rewrite changes. */
export interface TranscriptMark {
  readonly sessionId: string;
  readonly lastSeq: number;
  readonly generation: string;
}

/** What is known of the events of one transcript up to its mark. */
export interface KnownTranscript extends TranscriptMark, EventCount, RecordCount {
  /** null: not asked for. */
  readonly usage: { readonly usage: Usage; readonly whole: boolean } | null;
  /** Every event up to here was parsed once. */
  readonly validatedSeq: number;
  readonly badEvents: number;
}

/** A slice of work in one short read transaction. */
export type Read = <T>(work: (database: DatabaseSync, schema: DatabaseSchema) => T) => T;

/** Transcripts that are new at once above which their events are read in the order of the file. */
const BULK = 50;
const EVENTS_A_SLICE = 20_000;
const TRANSCRIPTS_A_SLICE = 100;
const BYTES_A_SLICE = 8 * 1024 * 1024;

/**
 * Counts what changed in the transcripts of one database: new events only, all of them where a transcript was rewritten
 * (another generation, fewer events, a lower end). Yields between slices, and no read transaction outlives one.
 */
export function* countTranscripts(
  read: Read,
  marks: readonly TranscriptMark[],
  known: Map<string, KnownTranscript>,
): Generator<void> {
  const changed = marks.filter((mark) => !isSame(known.get(mark.sessionId), mark));
  const bulk = changed.length > BULK ? yield* countAll(read) : new Map<string, EventCount>();
  for (let at = 0; at < changed.length; at += TRANSCRIPTS_A_SLICE) {
    const slice = read((database, schema) =>
      changed
        .slice(at, at + TRANSCRIPTS_A_SLICE)
        .map((mark) => recount(database, schema, mark, known.get(mark.sessionId), bulk.get(mark.sessionId))),
    );
    for (const transcript of slice) known.set(transcript.sessionId, transcript);
    yield;
  }
}

function* countAll(read: Read): Generator<void, Map<string, EventCount>> {
  const counts = new Map<string, EventCount>();
  for (let after: number | null = 0; after !== null; ) {
    const from: number = after;
    // Added here and not in the transaction: that is begun anew when the files change under it.
    const { sizes, next } = read((database, schema) => countSlice(database, schema, from, EVENTS_A_SLICE));
    for (const { id, bytes } of sizes) {
      const known = counts.get(id) ?? NO_EVENTS;
      counts.set(id, { events: known.events + 1, bytes: known.bytes + bytes });
    }
    after = next;
    yield;
  }
  return counts;
}

function recount(
  database: DatabaseSync,
  schema: DatabaseSchema,
  mark: TranscriptMark,
  before: KnownTranscript | undefined,
  counted: EventCount | undefined,
): KnownTranscript {
  const events = eventsOf(database, mark.sessionId);
  const grew = before !== undefined && before.generation === mark.generation && before.lastSeq < mark.lastSeq;
  const added = grew ? countEvents(database, schema, mark.sessionId, before.lastSeq) : NO_EVENTS;
  const continues = grew && before.events + added.events === events;
  const total = continues
    ? { events, bytes: before.bytes + added.bytes }
    : // What was counted on the way through the file stands, unless the transcript changed meanwhile.
      counted?.events === events
      ? counted
      : countEvents(database, schema, mark.sessionId, -1);
  return {
    ...mark,
    ...total,
    ...countRecords(database, mark.sessionId),
    usage: null,
    validatedSeq: continues ? before.validatedSeq : -1,
    badEvents: continues ? before.badEvents : 0,
  };
}

/** Looks for the usage of transcripts whose stored total needs it, so many bytes back on each side of the last cut. */
export function* findUsages(
  read: Read,
  sessionIds: readonly string[],
  known: Map<string, KnownTranscript>,
  budget: number,
): Generator<void> {
  for (let at = 0; at < sessionIds.length; at += TRANSCRIPTS_A_SLICE) {
    const wanted = sessionIds.slice(at, at + TRANSCRIPTS_A_SLICE).flatMap((id) => known.get(id) ?? []);
    const found = read((database, schema) =>
      wanted.map((transcript) => ({
        transcript,
        usage: findUsage(database, schema, transcript.sessionId, transcript.cutSeq, budget),
      })),
    );
    for (const { transcript, usage } of found) known.set(transcript.sessionId, { ...transcript, usage });
    yield;
  }
}

/** Parses every event that was not parsed before. Yields the bytes of each slice. */
export function* validateTranscripts(read: Read, known: Map<string, KnownTranscript>): Generator<number> {
  if (unvalidated(known).length > BULK) yield* validateAll(read, known);
  for (const { sessionId } of unvalidated(known)) yield* validateOne(read, sessionId, known);
}

export function unvalidated(known: ReadonlyMap<string, KnownTranscript>): KnownTranscript[] {
  return [...known.values()].filter(({ validatedSeq, lastSeq }) => validatedSeq < lastSeq);
}

/** In the order of the file; what grew or was rewritten meanwhile is left for `validateOne`. */
function* validateAll(read: Read, known: Map<string, KnownTranscript>): Generator<number> {
  const wanted = new Map(unvalidated(known).map((each) => [each.sessionId, { transcript: each, events: 0, bad: 0 }]));
  for (let after: number | null = 0; after !== null; ) {
    const from: number = after;
    const slice = read((database, schema) => [
      ...summaries(readEvents(database, schema, { rowid: from }, BYTES_A_SLICE)),
    ]);
    for (const { sessionId, seq, isBad } of slice) {
      const each = wanted.get(sessionId);
      if (each === undefined || seq > each.transcript.lastSeq) continue;
      each.events += 1;
      each.bad += Number(isBad);
    }
    after = slice.at(-1)?.rowid ?? null;
    yield slice.reduce((sum, { bytes }) => sum + bytes, 0);
  }
  for (const { transcript, events, bad } of wanted.values()) {
    const now = known.get(transcript.sessionId);
    if (now?.generation !== transcript.generation || events !== transcript.events) continue;
    known.set(now.sessionId, { ...now, validatedSeq: transcript.lastSeq, badEvents: bad });
  }
}

function* validateOne(read: Read, sessionId: string, known: Map<string, KnownTranscript>): Generator<number> {
  for (;;) {
    const before = known.get(sessionId);
    if (before === undefined || before.validatedSeq >= before.lastSeq) return;
    const from = { sessionId, after: before.validatedSeq };
    const slice = read((database, schema) => [...summaries(readEvents(database, schema, from, BYTES_A_SLICE))]);
    // Nothing there any more: the next look at the database says how it stands.
    known.set(sessionId, {
      ...before,
      validatedSeq: slice.at(-1)?.seq ?? before.lastSeq,
      badEvents: before.badEvents + slice.filter(({ isBad }) => isBad).length,
    });
    yield slice.reduce((sum, { bytes }) => sum + bytes, 0);
  }
}

/** Without the records: a slice of them would stand in memory. */
function* summaries(events: ReturnType<typeof readEvents>) {
  for (const { rowid, sessionId, seq, bytes, record } of events)
    yield { rowid, sessionId, seq, bytes, isBad: record === null };
}

function isSame(known: KnownTranscript | undefined, { lastSeq, generation }: TranscriptMark): boolean {
  return known?.lastSeq === lastSeq && known.generation === generation;
}
