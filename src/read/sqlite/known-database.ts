import type { Moment } from '../../clock.ts';
import { ownerOf } from '../../discover/agent-stores.ts';
import type { databaseFiles } from '../../disk/database-file.ts';
import type { Problem } from '../../model/problem.ts';
import type { DatabaseFigures } from '../../model/reading.ts';
import type { NeedsLastUsage, StoredSession } from '../../model/session.ts';
import { parseKey } from '../../openclaw/keys.ts';
import type { ChosenModels } from '../../openclaw/model-override.ts';
import { unchanged } from '../../unchanged.ts';
import { figuresOf, type StoredFigures } from './figures.ts';
import type { SessionNode } from './nodes.ts';
import type { DatabaseSchema } from './schema.ts';
import { storedSession } from './session.ts';
import type { KnownTranscript, KnownTranscripts } from './transcripts.ts';

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
export interface KnownDatabase {
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
  /** The signature of the files when every row was read whole last. `isDue`: the next look reads them whole again. */
  readonly whole: { readonly signature: string; isDue: boolean };
  /** When its files were seen last, and were these. */
  readonly read: Moment;
  readonly made: Made;
}

/** What was made of it. `changes`: of the transcripts by then; it is made again after one more. */
interface Made {
  /** The search for the last usages that these need; null: there was none yet. */
  searched: { readonly needs: NeedsLastUsage; readonly changes: number } | null;
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

/** What a database holds of one agent: the same object while nothing changed. */
export function readingOf(known: KnownDatabase, agent: string, staleSinceMs: number | null): DatabaseReading {
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

function sessionsReading(
  { location, schema, figures, transcripts, ...known }: KnownDatabase,
  agent: string,
): SessionsReading {
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

/** The agent of a session. */
export function agentOf({ key }: SessionNode, { agent, sharedBy }: DatabaseLocation): string {
  return sharedBy === null ? agent : (ownerOf(parseKey(key).agent, sharedBy) ?? agent);
}
