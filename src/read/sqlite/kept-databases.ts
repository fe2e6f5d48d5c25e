import { type Moment, msBetween, timeOf } from '../../clock.ts';
import { ownerOf } from '../../discover/agent-stores.ts';
import { DatabaseError, databaseFiles, isDatabaseError } from '../../disk/database-file.ts';
import { readTables } from '../../disk/database-guard.ts';
import { Kept } from '../../disk/kept.ts';
import type { Problem } from '../../model/problem.ts';
import type { DatabaseFigures } from '../../model/reading.ts';
import type { NeedsLastUsage, StoredSession } from '../../model/session.ts';
import type { Validation } from '../../model/validation.ts';
import { parseKey } from '../../openclaw/keys.ts';
import type { IsEnough, LastUsage } from '../../openclaw/last-usage.ts';
import { type ChosenModels, chosenModels } from '../../openclaw/model-override.ts';
import { isDecided, type StoredTotal } from '../../openclaw/tokens.ts';
import { AGE_SECONDS } from '../../thresholds.ts';
import { unchanged } from '../../unchanged.ts';
import { BEFORE_ALL_ROWS, forgetStatements } from './events.ts';
import { figuresOf, readFigures, type StoredFigures } from './figures.ts';
import { type SessionNode, TooManySessions } from './nodes.ts';
import { BELIEVED_MS, renewValidation } from './renewal.ts';
import { allRows, areKnown, changedRows, type KnownRows, wholeRows } from './rows.ts';
import { type DatabaseSchema, databaseSchema, TABLES, userVersion } from './schema.ts';
import { storedSession } from './session.ts';
import {
  countTranscripts,
  findLastUsages,
  isUsageUnknown,
  type KnownTranscript,
  KnownTranscripts,
  type Read,
  recountTranscripts,
  unvalidated,
  validateEach,
  validateTranscripts,
} from './transcripts.ts';

/** Where an agent's database lies. */
export interface DatabaseLocation {
  readonly agent: string;
  readonly path: string;
  /** What it must lie in, as a real path. */
  readonly root: string;
  /** The agents whose sessions lie in it; null: it is this agent's alone. */
  readonly sharedBy: readonly string[] | null;
}

/** What a database said the last time that it was read. */
interface Known {
  readonly location: DatabaseLocation;
  /** Of its files before it was read. */
  readonly files: ReturnType<typeof databaseFiles>;
  readonly schema: DatabaseSchema;
  readonly nodes: readonly SessionNode[];
  readonly chosenModels: ChosenModels;
  readonly figures: StoredFigures | null;
  /** By session id. */
  readonly transcripts: KnownTranscripts;
  /** The signature of the files when all transcripts were counted last. */
  readonly counted: { signature: string };
  /** The signature of the files when every row was read whole last, and whether the next look reads them so again. */
  readonly whole: { readonly signature: string; isDue: boolean };
  /** When it was seen last to be so. */
  readonly read: Moment;
  readonly made: Made;
}

/** What was made of it, and of what: it is made again only where something changed. */
interface Made {
  /** The transcripts were asked for their last usage as far as these need it, when they had changed so often. */
  asked: { readonly needs: NeedsLastUsage; readonly changes: number } | null;
  /** By agent. */
  readonly readings: Map<string, { readonly changes: number; readonly reading: SessionsReading }>;
}

interface DatabaseVersion {
  /** PRAGMA user_version; 0 when it could not be asked. */
  readonly schema: number;
  /** OpenClaw's version that wrote it last; null when it does not say. */
  readonly version: string | null;
}

/** A database whose sessions were read. */
export interface SessionsReading extends DatabaseVersion {
  readonly found: 'sessions';
  readonly sessions: readonly StoredSession[];
  readonly archived: number;
  /** Every session with its current transcript, archived ones too. */
  readonly rows: readonly { readonly key: string; readonly sessionId: string }[];
  readonly figures: DatabaseFigures | null;
  /** When its figures were read, in milliseconds since the epoch, while it is locked and they cannot be read anew. */
  readonly staleSinceMs: number | null;
}

/** What a look at a database gave. `nothing`: it has no session tables, so it says nothing of where the sessions are. */
export type DatabaseReading =
  | SessionsReading
  | (DatabaseVersion & { readonly found: 'nothing' })
  | (DatabaseVersion & { readonly found: 'problem'; readonly problem: Problem });

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

  private readonly known = new Kept<Known>();
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
        if (made.asked?.needs !== needs || made.asked.changes !== transcripts.changes) {
          for (const _slice of this.lastUsages(known, needs, QUICK_USAGE_BYTES)) await pause();
          made.asked = { needs, changes: transcripts.changes };
        }
        for (const _slice of this.validateNew(known)) await pause();
      }
      return reading(known, location.agent, null);
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

  private async current(location: DatabaseLocation, now: Moment, pause: () => Promise<void>): Promise<Known> {
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
    files: Known['files'],
    before: Known | undefined,
    now: Moment,
    pause: () => Promise<void>,
  ): Promise<Known> {
    const same = before !== undefined && isSameFile(before, files) ? before : null;
    const rows: KnownRows = new Map(same?.nodes.map((node) => [node.rowid, node]));
    this.counts.reads += 1;
    const first = readTables(location.path, location.root, TABLES, (database) => {
      const schema = databaseSchema(database, location.sharedBy === null ? location.agent : null);
      const isComparable = same !== null && !same.whole.isDue && same.schema.version === schema.version;
      const reader = isComparable ? changedRows(rows) : wholeRows(rows);
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
    const isUnseen = first.isComparable && areKnown(nodes, rows);
    if (isUnseen) nodes = await allRows(read, wholeRows(rows), pause);
    const isWhole = isUnseen || !first.isComparable;
    this.counts.rows += nodes.filter((node) => rows.get(node.rowid) !== node).length;
    const chosen = chosenModels(nodes.map(({ key, entry }) => [key, entry]));
    const known: Known = {
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
      made: { asked: null, readings: new Map() },
    };
    const marks = new Map(
      nodes.flatMap(({ sessionId, lastSeq, generation, window }) =>
        lastSeq === null
          ? []
          : [[sessionId, { sessionId, lastSeq, generation, writtenMs: window?.transcriptMs ?? null }] as const],
      ),
    );
    const seen = { signature: files.signature, steadyMs: now.steadyMs };
    for (const _slice of countTranscripts(read, [...marks.values()], known.transcripts, seen)) await pause();
    for (const id of known.transcripts.keys()) if (!marks.has(id)) known.transcripts.delete(id);
    return this.known.set(keyOf(location), known);
  }

  /** Asks the transcripts for their last usage, so many bytes back at most, and more where these say too little. */
  private *lastUsages(known: Known, needs: NeedsLastUsage, budgets: readonly number[]): Generator<void> {
    for (const budget of budgets) {
      yield* findLastUsages(this.reader(known), wantedUsages(known, needs, budget), known.transcripts, budget);
    }
  }

  /** Once everything was parsed, what is new is parsed at once while it is little. */
  private *validateNew(known: Known): Generator<void> {
    if (this.quickBytes === null || unvalidated(known.transcripts).length === 0) return;
    for (const bytes of validateEach(this.reader(known), known.transcripts)) {
      this.counts.eventBytes += bytes;
      this.quickBytes -= bytes;
      if (this.quickBytes <= 0) return;
      yield;
    }
  }

  private reader({ location, schema }: Pick<Known, 'location' | 'schema'>): Read {
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
      return reading(known, location.agent, timeOf(known.read, now));
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

/** The agent of a session. */
function agentOf({ key }: SessionNode, { agent, sharedBy }: DatabaseLocation): string {
  return sharedBy === null ? agent : (ownerOf(parseKey(key).agent, sharedBy) ?? agent);
}

/** Another file at its path, or a shrunken one, has nothing that was known. */
function isSameFile({ files }: Known, { inode, bytes }: Known['files']): boolean {
  return files.inode === inode && files.bytes <= bytes;
}

/** What it holds of one agent: the same object while nothing changed. */
function reading(known: Known, agent: string, staleSinceMs: number | null): DatabaseReading {
  const { schema, transcripts, made } = known;
  const version = { schema: schema.version, version: schema.appVersion };
  if (schema.sessions === 'absent') return { ...version, found: 'nothing' };
  if (schema.sessions === 'mismatch') return { ...version, found: 'problem', problem: 'database_mismatch' };
  if (schema.sessions === 'unsupported') return { ...version, found: 'problem', problem: 'schema_unsupported' };
  const before = made.readings.get(agent);
  const isSame = before?.changes === transcripts.changes;
  const read = isSame ? before.reading : sessionsReading(known, agent);
  made.readings.set(agent, { changes: transcripts.changes, reading: read });
  return staleSinceMs === null ? read : { ...read, staleSinceMs };
}

function sessionsReading({ location, schema, figures, transcripts, ...known }: Known, agent: string): SessionsReading {
  const nodes = known.nodes.filter((node) => agentOf(node, location) === agent);
  const current = nodes.filter(({ archived }) => !archived);
  return {
    schema: schema.version,
    version: schema.appVersion,
    found: 'sessions',
    sessions: current.map((node) => sessionOf(agent, node, transcripts.get(node.sessionId), known.chosenModels)),
    archived: nodes.length - current.length,
    rows: nodes,
    figures: figures === null ? null : figuresOf(figures, agent, location.sharedBy),
    staleSinceMs: null,
  };
}

/** Sessions by their rows, and what they were made with besides. */
const SESSIONS = new WeakMap<SessionNode, MadeSession>();

interface MadeSession {
  readonly transcript: KnownTranscript | undefined;
  readonly chosen: ChosenModels;
  readonly session: StoredSession;
}

/** The same record while nothing that it is made from changed. */
function sessionOf(
  agent: string,
  node: SessionNode,
  transcript: KnownTranscript | undefined,
  chosen: ChosenModels,
): StoredSession {
  const known = SESSIONS.get(node);
  const isSame = known?.transcript === transcript && known?.chosen === chosen && known.session.agent === agent;
  if (isSame) return known.session;
  const session = unchanged(known?.session, storedSession(agent, node, transcript, chosen));
  SESSIONS.set(node, { transcript, chosen, session });
  return session;
}

/** By session id. Several keys can have one transcript. */
function wantedUsages(known: Known, needs: NeedsLastUsage, budget: number) {
  const { location, schema, nodes, transcripts } = known;
  const wanted = new Map<string, IsEnough>();
  for (const node of nodes) {
    const transcript = transcripts.get(node.sessionId);
    if (node.archived || transcript === undefined) continue;
    const isEnough = (found: LastUsage) => isDecided(found, totalOf(node));
    if (!isUsageUnknown(transcript, isEnough, budget)) continue;
    if (!needs(storedSession(agentOf(node, location), node, transcript, known.chosenModels), schema.appVersion))
      continue;
    const others = wanted.get(node.sessionId) ?? (() => true);
    wanted.set(node.sessionId, (found) => isEnough(found) && others(found));
  }
  return wanted;
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
