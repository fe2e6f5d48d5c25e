import type { DatabaseSync } from 'node:sqlite';
import type { IsEnough, UsageSearch } from '../../openclaw/last-usage.ts';
import {
  BEFORE_ALL,
  BEFORE_ALL_ROWS,
  countEvents,
  countRecords,
  countSlice,
  type EventCount,
  eventId,
  eventsOf,
  findLastUsage,
  NO_EVENTS,
  type RecordCount,
} from './events.ts';
import type { DatabaseSchema } from './schema.ts';

/** Where a transcript stands, by what is cheap to ask: its newest event, and the mark that a rewrite changes. */
export interface TranscriptMark {
  readonly sessionId: string;
  readonly lastSeq: number;
  readonly generation: string | null;
  /** When OpenClaw says that it was written last; not every version changes the generation at every rewrite. */
  readonly writtenMs: number | null;
}

/** A state of the files of a database. */
export interface FilesSeen {
  readonly signature: string;
  /** By the clock that nobody sets. */
  readonly steadyMs: number;
}

/** How far the validation came that was begun anew, and what it found. */
export interface Renewal {
  readonly seen: FilesSeen;
  readonly seq: number;
  readonly badEvents: number;
  readonly oversizedEvents: number;
}

/** What is known of the events of one transcript up to its mark. */
export interface KnownTranscript extends TranscriptMark, EventCount, RecordCount {
  /** The last usage, and the bytes that were looked at for it at most; null: not searched for. */
  readonly usage: (UsageSearch & { readonly budget: number }) | null;
  /** Every event up to here was parsed once. */
  readonly validatedSeq: number;
  readonly badEvents: number;
  readonly oversizedEvents: number;
  /** The files before its first event was validated. */
  readonly seen: FilesSeen;
  /** null: none is under way. What was found before stands until it has come as far. */
  readonly renewal: Renewal | null;
  /** The name of the event at `lastSeq`: where it is another, a backup was put back and went on. */
  readonly lastEventId: string | null;
}

/** What is known of the transcripts of one database, by session id, and how often that changed. */
export class KnownTranscripts extends Map<string, KnownTranscript> {
  changes = 0;

  override set(id: string, transcript: KnownTranscript): this {
    this.changes += 1;
    return super.set(id, transcript);
  }

  override delete(id: string): boolean {
    this.changes += 1;
    return super.delete(id);
  }
}

/** A slice of work in one short read transaction. */
export type Read = <T>(work: (database: DatabaseSync, schema: DatabaseSchema) => T) => T;

/** Of more transcripts that are new at once the events are read in the order of the file. */
export const BULK = 50;
const EVENTS_A_SLICE = 20_000;
const TRANSCRIPTS_A_SLICE = 100;
/** Searches for a last usage: most end with their first event. */
const SEARCHES_A_SLICE = 500;
const SEARCHED_BYTES_A_SLICE = 100 * 1024 * 1024;

/**
 * Counts what changed in the transcripts of one database: new events only, all of them where a transcript was rewritten
 * (another generation, fewer events, a lower end). Yields between slices, and no read transaction outlives one.
 */
export function* countTranscripts(
  read: Read,
  marks: readonly TranscriptMark[],
  known: Map<string, KnownTranscript>,
  seen: FilesSeen,
): Generator<void> {
  const changed = marks.filter((mark) => !isSame(known.get(mark.sessionId), mark));
  const anew = changed.filter((mark) => !mayHaveGrown(known.get(mark.sessionId), mark));
  const bulk = anew.length > BULK ? yield* countAll(read, idsOf(anew)) : new Map<string, EventCount>();
  for (let at = 0; at < changed.length; at += TRANSCRIPTS_A_SLICE) {
    const slice = read((database, schema) =>
      changed
        .slice(at, at + TRANSCRIPTS_A_SLICE)
        .map((mark) => recount(database, schema, mark, known.get(mark.sessionId), bulk.get(mark.sessionId), seen)),
    );
    for (const transcript of slice) {
      // Gone since its row was read.
      if (transcript.events === 0) known.delete(transcript.sessionId);
      else known.set(transcript.sessionId, transcript);
    }
    yield;
  }
}

/**
 * Counts every transcript anew, also where its mark says nothing of a change: whoever changes or deletes old events by hand
 * leaves it as it was. Where the events are as many and as large as before, what was validated stands.
 */
export function* recountTranscripts(read: Read, known: Map<string, KnownTranscript>, seen: FilesSeen): Generator<void> {
  const begun = new Map(known);
  const counts = yield* countAll(read, begun);
  for (const slice of slicesOf(begun.values())) {
    const counted = read((database, schema) =>
      slice.flatMap(({ sessionId }) => {
        const before = known.get(sessionId);
        if (before === undefined) return [];
        // Where a quick scan learned more of it meanwhile, what was counted on the way may be of before.
        const count = before === begun.get(sessionId) ? counts.get(sessionId) : undefined;
        return [{ before, after: recount(database, schema, before, undefined, count, seen) }];
      }),
    );
    for (const { before, after } of counted) {
      if (after.events === 0) known.delete(after.sessionId);
      else known.set(after.sessionId, withSameEvents(before, after) ?? after);
    }
    yield;
  }
}

/** So many that their counts take about as long as those of one slice of events. */
function* slicesOf(transcripts: Iterable<KnownTranscript>): Generator<KnownTranscript[]> {
  let slice: KnownTranscript[] = [];
  let events = 0;
  for (const transcript of transcripts) {
    slice.push(transcript);
    events += transcript.events;
    if (events < EVENTS_A_SLICE) continue;
    yield slice;
    slice = [];
    events = 0;
  }
  if (slice.length > 0) yield slice;
}

/** What is known with the new counts of its index; null where the events themselves are others. */
function withSameEvents(before: KnownTranscript, after: KnownTranscript): KnownTranscript | null {
  const { events, bytes, storedBytes, messages, compactions, cutSeq, lastEventId } = after;
  if (before.events !== events || before.bytes !== bytes || before.storedBytes !== storedBytes) return null;
  const isSameIndex =
    before.messages === messages &&
    before.compactions === compactions &&
    before.cutSeq === cutSeq &&
    before.lastEventId === lastEventId;
  return isSameIndex ? before : { ...before, messages, compactions, cutSeq, lastEventId, usage: null };
}

function idsOf(transcripts: Iterable<TranscriptMark>): Set<string> {
  return new Set([...transcripts].map(({ sessionId }) => sessionId));
}

/** Of these transcripts alone: a database can hold events of a million that no session has. */
function* countAll(read: Read, wanted: { has(sessionId: string): boolean }): Generator<void, Map<string, EventCount>> {
  const counts = new Map<string, EventCount>();
  for (let after: bigint | null = BEFORE_ALL_ROWS; after !== null; ) {
    const from: bigint = after;
    // Added here and not in the transaction: that is begun anew when the files change under it.
    const slice = read((database, schema) => countSlice(database, schema, from, EVENTS_A_SLICE, wanted));
    for (const { id, events, bytes, storedBytes } of slice.counts) {
      const known = counts.get(id) ?? NO_EVENTS;
      counts.set(id, {
        events: known.events + events,
        bytes: known.bytes + bytes,
        storedBytes: known.storedBytes + storedBytes,
      });
    }
    after = slice.next;
    yield;
  }
  return counts;
}

/** What is known of one transcript now. `before`: what it may have grown from. `counted`: on a way through the whole file. */
function recount(
  database: DatabaseSync,
  schema: DatabaseSchema,
  mark: TranscriptMark,
  before: KnownTranscript | undefined,
  counted: EventCount | undefined,
  seen: FilesSeen,
): KnownTranscript {
  const { sessionId, lastSeq, generation, writtenMs } = mark;
  const events = eventsOf(database, sessionId, lastSeq);
  const grown = grownCount(database, schema, mark, before, events);
  // What was counted on the way through the file stands, unless the transcript changed meanwhile.
  const onTheWay = counted?.events === events ? counted : null;
  const validation = grown === null || before === undefined ? { ...NOT_VALIDATED, seen } : validationOf(before);
  return {
    sessionId,
    lastSeq,
    generation,
    writtenMs,
    ...(grown ?? onTheWay ?? countEvents(database, schema, sessionId, BEFORE_ALL, lastSeq)),
    ...countRecords(database, sessionId),
    lastEventId: eventId(database, schema, sessionId, lastSeq),
    usage: null,
    ...validation,
  };
}

/** The count of before with what was added since; null: the transcript did not merely grow. */
function grownCount(
  database: DatabaseSync,
  schema: DatabaseSchema,
  mark: TranscriptMark,
  before: KnownTranscript | undefined,
  events: number,
): EventCount | null {
  if (!mayHaveGrown(before, mark)) return null;
  const { sessionId, lastSeq } = mark;
  if (eventId(database, schema, sessionId, before.lastSeq) !== before.lastEventId) return null;
  const added = countEvents(database, schema, sessionId, before.lastSeq, lastSeq);
  if (before.events + added.events !== events) return null;
  return { events, bytes: before.bytes + added.bytes, storedBytes: before.storedBytes + added.storedBytes };
}

const NOT_VALIDATED = { validatedSeq: BEFORE_ALL, badEvents: 0, oversizedEvents: 0, renewal: null } as const;

function validationOf({ validatedSeq, badEvents, oversizedEvents, seen, renewal }: KnownTranscript) {
  return { validatedSeq, badEvents, oversizedEvents, seen, renewal };
}

/** Whether more can be learned of the last usage than is known, with so many bytes. */
export function isUsageUnknown({ usage }: KnownTranscript, isEnough: IsEnough, budget: number): boolean {
  if (usage === null) return true;
  if (usage.ended === 'limit') return usage.budget < budget;
  return usage.ended === 'enough' && !isEnough(usage.lastUsage);
}

/** Looks for the last usage of transcripts, by session id, so many bytes back at most. */
export function* findLastUsages(
  read: Read,
  wanted: ReadonlyMap<string, IsEnough>,
  known: Map<string, KnownTranscript>,
  budget: number,
): Generator<void> {
  const ids = [...wanted.keys()];
  const aSlice = Math.min(SEARCHES_A_SLICE, Math.ceil(SEARCHED_BYTES_A_SLICE / budget));
  for (let at = 0; at < ids.length; at += aSlice) {
    const slice = ids.slice(at, at + aSlice).flatMap((id) => known.get(id) ?? []);
    const found = read((database, schema) =>
      slice.map((transcript) => {
        const isEnough = wanted.get(transcript.sessionId) ?? (() => true);
        return { transcript, usage: { ...findLastUsage(database, schema, transcript, isEnough, budget), budget } };
      }),
    );
    for (const { transcript, usage } of found) known.set(transcript.sessionId, { ...transcript, usage });
    yield;
  }
}

function isSame(known: KnownTranscript | undefined, { lastSeq, generation, writtenMs }: TranscriptMark): boolean {
  return known?.lastSeq === lastSeq && known.generation === generation && known.writtenMs === writtenMs;
}

function mayHaveGrown(known: KnownTranscript | undefined, mark: TranscriptMark): known is KnownTranscript {
  return known?.generation === mark.generation && known.lastSeq < mark.lastSeq;
}
