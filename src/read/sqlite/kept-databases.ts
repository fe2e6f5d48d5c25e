import { type Moment, msBetween, timeOf } from '../../clock.ts';
import { DatabaseError, databaseFiles, isDatabaseError } from '../../disk/database-file.ts';
import { readTables } from '../../disk/database-guard.ts';
import { Kept } from '../../disk/kept.ts';
import type { NeedsLastUsage } from '../../model/session.ts';
import type { Validation } from '../../model/validation.ts';
import type { IsEnough } from '../../openclaw/last-usage.ts';
import { chosenModels } from '../../openclaw/model-override.ts';
import { isDecided, type StoredTotal } from '../../openclaw/tokens.ts';
import { AGE_SECONDS } from '../../thresholds.ts';
import { unchanged } from '../../unchanged.ts';
import { BEFORE_ALL_ROWS, forgetStatements } from './events.ts';
import { readFigures } from './figures.ts';
import {
  agentOf,
  type DatabaseLocation,
  type DatabaseReading,
  type KnownDatabase,
  readingOf,
} from './known-database.ts';
import { type SessionNode, TooManySessions } from './nodes.ts';
import { BELIEVED_MS, renewValidation } from './renewal.ts';
import { allRows, areKnown, changedRows, type KnownRows, wholeRows } from './rows.ts';
import { databaseSchema, TABLES, userVersion } from './schema.ts';
import { storedSession } from './session.ts';
import {
  countTranscripts,
  findLastUsages,
  isUsageUnknown,
  KnownTranscripts,
  type Read,
  recountTranscripts,
} from './transcripts.ts';
import { unvalidated, validateEach, validateTranscripts } from './validation.ts';

/** Bytes of events that a quick scan looks at for the last usage: nearly always it stands in the first of them. */
const QUICK_USAGE_BYTES = [16 * 1024, 1024 * 1024] as const;
/** And a deep one: what says nothing of its usage for so long is not worth more. */
const DEEP_USAGE_BYTES = [...QUICK_USAGE_BYTES, 64 * 1024 * 1024] as const;
const ALWAYS: NeedsLastUsage = () => true;
/** How long the figures of a locked database are shown. */
const LONGEST_STALE_MS = AGE_SECONDS.lockedDatabase * 1000;

/**
 * What was learned of the databases in earlier scans, so that each event is counted once and parsed once. Where the
 * signature of the files is the same nothing was written, and nothing is opened.
 */
export class KeptDatabases {
  /** Read transactions so far, rows of which a session was made, and bytes of events that were parsed by validation. */
  readonly counts = { reads: 0, rows: 0, eventBytes: 0 };

  private readonly known = new Kept<KnownDatabase>();
  /** Signatures of databases that hold too many sessions: what was refused is not read again either. */
  private readonly refusals = new Kept<string>();
  /** Bytes of events that this quick scan may still validate; null: none. */
  private quickBytes: number | null = null;
  /** When the last deep scan began. */
  private lastDeep: Moment | null = null;

  startScan(quickBytes: number | null): void {
    this.known.startScan();
    this.refusals.startScan();
    this.quickBytes = quickBytes;
  }

  /** Forgets the databases that no agent had in this scan. */
  endScan(): void {
    this.known.endScan();
    this.refusals.endScan();
  }

  /** Never throws for what is bad in a database or about its files. Pauses between slices. */
  async look(
    location: DatabaseLocation,
    needsLastUsage: NeedsLastUsage,
    now: Moment,
    pause: () => Promise<void>,
  ): Promise<DatabaseReading> {
    try {
      const known = await this.current(location, now, pause);
      if (known.schema.sessions === 'readable') {
        // Once everything was validated, what is new is asked at once, as it is validated.
        const needs = this.quickBytes === null ? needsLastUsage : ALWAYS;
        const { transcripts, made } = known;
        if (made.searched?.needs !== needs || made.searched.changes !== transcripts.changes) {
          for (const _slice of this.lastUsages(known, needs, QUICK_USAGE_BYTES)) await pause();
          made.searched = { needs, changes: transcripts.changes };
        }
        for (const _slice of this.validateNew(known)) await pause();
      }
      return readingOf(known, location.agent, null);
    } catch (error) {
      return this.refused(location, databaseError(error), now);
    }
  }

  /** Bytes of events that were not parsed yet; a transcript that was parsed in part counts whole. */
  unvalidatedBytes(): number {
    return [...this.known.all()]
      .flatMap(({ transcripts }) => unvalidated(transcripts))
      .reduce((sum, { bytes }) => sum + (bytes ?? 0), 0);
  }

  /**
   * Parses every event that was not parsed before. Where the database was written to, counts all transcripts anew, and
   * parses anew what was parsed: all of it in a day. Asks every transcript for its last usage. Each database stands by itself.
   */
  *validate(now: Moment): Validation {
    const share = Math.min(1, msBetween(this.lastDeep ?? now, now) / BELIEVED_MS);
    this.lastDeep = now;
    for (const known of this.known.all()) {
      const { transcripts, counted, whole, location } = known;
      if (known.schema.sessions !== 'readable') continue;
      const { path } = location;
      yield { path };
      try {
        const { signature } = databaseFiles(path, location.root);
        const seen = { signature, steadyMs: now.steadyMs };
        whole.isDue = whole.signature !== signature;
        if (counted.signature !== signature) {
          for (const _slice of recountTranscripts(this.reader(known), transcripts, seen)) yield;
          counted.signature = signature;
        }
        for (const bytes of validateTranscripts(this.reader(known), transcripts)) {
          this.counts.eventBytes += bytes;
          yield;
        }
        for (const bytes of renewValidation(this.reader(known), transcripts, seen, share)) {
          this.counts.eventBytes += bytes;
          yield;
        }
        for (const _slice of this.lastUsages(known, () => true, DEEP_USAGE_BYTES)) yield;
      } catch (error) {
        // It vanished, is locked or was damaged since the quick scan: the next one says so.
        if (!isDatabaseError(error)) yield { path, error };
      }
    }
  }

  private async current(location: DatabaseLocation, now: Moment, pause: () => Promise<void>): Promise<KnownDatabase> {
    const files = databaseFiles(location.path, location.root);
    if (this.refusals.get(location.path) === files.signature) throw new DatabaseError('database_unreadable');
    const before = this.known.get(keyOf(location));
    if (before?.files.signature === files.signature && !before.whole.isDue)
      return this.known.set(keyOf(location), { ...before, read: now });
    try {
      return await this.readAnew(location, files, before, now, pause);
    } catch (error) {
      if (error instanceof TooManySessions) this.refusals.set(location.path, files.signature);
      throw error;
    }
  }

  private async readAnew(
    location: DatabaseLocation,
    files: KnownDatabase['files'],
    before: KnownDatabase | undefined,
    now: Moment,
    pause: () => Promise<void>,
  ): Promise<KnownDatabase> {
    const same = before !== undefined && isSameFile(before, files) ? before : null;
    const { schema, figures, nodes, isWhole } = await this.readRows(location, same, pause);
    const chosen = chosenModels(nodes.map(({ key, entry }) => [key, entry]));
    const known: KnownDatabase = {
      location,
      files,
      schema,
      figures,
      nodes,
      chosenModels: unchanged(same?.chosenModels, chosen),
      transcripts: same?.transcripts ?? new KnownTranscripts(),
      counted: same?.counted ?? { signature: files.signature },
      whole: isWhole || same === null ? { signature: files.signature, isDue: false } : same.whole,
      read: now,
      made: { searched: null, readings: new Map() },
    };
    const marks = new Map(
      nodes.flatMap(({ sessionId, lastSeq, generation, window }) =>
        lastSeq === null
          ? []
          : [[sessionId, { sessionId, lastSeq, generation, writtenMs: window?.transcriptMs ?? null }] as const],
      ),
    );
    const seen = { signature: files.signature, steadyMs: now.steadyMs };
    for (const _slice of countTranscripts(this.reader(known), [...marks.values()], known.transcripts, seen))
      await pause();
    for (const id of known.transcripts.keys()) if (!marks.has(id)) known.transcripts.delete(id);
    return this.known.set(keyOf(location), known);
  }

  /** All rows. A row of `same` is not read again while its mark is the same. `isWhole`: each was read. */
  private async readRows(location: DatabaseLocation, same: KnownDatabase | null, pause: () => Promise<void>) {
    const known: KnownRows = new Map(same?.nodes.map((node) => [node.rowid, node]));
    this.counts.reads += 1;
    const first = readTables(location.path, location.root, TABLES, (database) => {
      const schema = databaseSchema(database, location.sharedBy === null ? location.agent : null);
      const isComparable = same !== null && !same.whole.isDue && same.schema.version === schema.version;
      const reader = isComparable ? changedRows(known) : wholeRows(known);
      if (schema.sessions !== 'readable') return { schema, figures: null, reader, isComparable: false, rows: [] };
      return {
        schema,
        figures: readFigures(database, schema, location.sharedBy),
        reader,
        isComparable,
        rows: reader.next(database, schema, BEFORE_ALL_ROWS),
      };
    });
    const { schema, figures } = first;
    const read = this.reader({ location, schema });
    let nodes = await allRows(read, first.reader, pause, first.rows);
    // What was written is not of its sessions, or somebody changed a row by hand.
    const isUnseen = first.isComparable && areKnown(nodes, known);
    if (isUnseen) nodes = await allRows(read, wholeRows(known), pause);
    this.counts.rows += nodes.filter((node) => known.get(node.rowid) !== node).length;
    return { schema, figures, nodes, isWhole: isUnseen || !first.isComparable };
  }

  /** Asks the transcripts for their last usage, so many bytes back at most, and more where these say too little. */
  private *lastUsages(known: KnownDatabase, needs: NeedsLastUsage, budgets: readonly number[]): Generator<void> {
    for (const budget of budgets) {
      yield* findLastUsages(this.reader(known), wantedUsages(known, needs, budget), known.transcripts, budget);
    }
  }

  /** Once everything was parsed, what is new is parsed at once while it is little. */
  private *validateNew(known: KnownDatabase): Generator<void> {
    if (this.quickBytes === null || unvalidated(known.transcripts).length === 0) return;
    for (const bytes of validateEach(this.reader(known), known.transcripts)) {
      this.counts.eventBytes += bytes;
      this.quickBytes -= bytes;
      if (this.quickBytes <= 0) return;
      yield;
    }
  }

  private reader({ location, schema }: Pick<KnownDatabase, 'location' | 'schema'>): Read {
    return (work) => {
      this.counts.reads += 1;
      return readTables(location.path, location.root, TABLES, (database) => {
        // OpenClaw changed the tables since they were looked at: the next scan looks again.
        if (userVersion(database) !== schema.version) throw new DatabaseError('busy');
        try {
          return work(database, schema);
        } finally {
          forgetStatements(database);
        }
      });
    };
  }

  private refused(location: DatabaseLocation, { problem }: DatabaseError, now: Moment): DatabaseReading {
    const known = this.known.get(keyOf(location));
    if (problem === 'busy' && known !== undefined && msBetween(known.read, now) <= LONGEST_STALE_MS) {
      return readingOf(known, location.agent, timeOf(known.read, now));
    }
    const reason = problem === 'busy' ? 'database_unreadable' : problem === 'missing' ? 'database_missing' : problem;
    const schema = known?.schema ?? { version: 0, appVersion: null };
    return { found: 'problem', schema: schema.version, version: schema.appVersion, problem: reason };
  }
}

/** Two agents may name the same file: unless they share it, it is of one of them at most, and the other must hear so. */
function keyOf({ agent, path, sharedBy }: DatabaseLocation): string {
  return JSON.stringify([sharedBy ?? agent, path]);
}

/** Another file at its path, or a shrunken one, has nothing that was known. */
function isSameFile({ files }: KnownDatabase, { inode, bytes }: KnownDatabase['files']): boolean {
  return files.inode === inode && files.bytes <= bytes;
}

/** By session id. Several keys can have one transcript, and so many that functions which call each other would fill the stack. */
function wantedUsages(known: KnownDatabase, needs: NeedsLastUsage, budget: number): Map<string, IsEnough> {
  const { location, schema, nodes, transcripts } = known;
  const totals = new Map<string, StoredTotal[]>();
  for (const node of nodes) {
    const transcript = transcripts.get(node.sessionId);
    if (node.archived || transcript === undefined) continue;
    const total = totalOf(node);
    if (!isUsageUnknown(transcript, (found) => isDecided(found, total), budget)) continue;
    if (!needs(storedSession(agentOf(node, location), node, transcript, known.chosenModels), schema.appVersion))
      continue;
    const others = totals.get(node.sessionId);
    if (others === undefined) totals.set(node.sessionId, [total]);
    else others.push(total);
  }
  return new Map([...totals].map(([id, all]) => [id, (found) => all.every((total) => isDecided(found, total))]));
}

function totalOf({ entry }: SessionNode): StoredTotal {
  return { totalTokens: entry?.totalTokens ?? null, totalTokensFresh: entry?.totalTokensFresh ?? null };
}

/** SQLite's other errors, as of a table that vanished between two slices, are the database's too. */
function databaseError(error: unknown): DatabaseError {
  if (error instanceof DatabaseError) return error;
  if (isDatabaseError(error)) return new DatabaseError('database_unreadable', { cause: error });
  throw error;
}
