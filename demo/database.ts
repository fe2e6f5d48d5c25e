import { DatabaseSync } from 'node:sqlite';
import { type DatabaseEvent, insertEvents } from './database-events.ts';
import { createDatabase, type DatabaseFile, insert, inTransaction } from './database-file.ts';
import { agentTables, SCHEMA_VERSIONS, type Schema, STATE_TABLES } from './database-schema.ts';
import { type DatabaseSession, insertSession } from './database-sessions.ts';
import { digest } from './ids.ts';

export type { DatabaseEvent } from './database-events.ts';
export type { DatabaseSession, DatabaseWindow } from './database-sessions.ts';

/** Text in the only row of the credentials' table: whoever publishes it has read what is nobody's business. */
export const CREDENTIAL_CANARY = 'synthetic-credential-that-nobody-reads';

/** A message that was accepted; `queued` waits for its turn. */
interface PendingInput {
  readonly key: string;
  readonly sessionId: string;
  readonly state: 'queued' | 'interrupted' | 'cancelled';
  readonly acceptedMs: number;
}

/** The transcript of a session that was moved out of the event table. */
interface ColdArchive {
  readonly sessionId: string;
  readonly events: number;
  readonly rawBytes: number;
  readonly archivedMs: number;
}

/** The transcript of a deleted or reset session, kept until it stands in a file of its own. */
interface Archive {
  readonly key: string;
  readonly sessionId: string;
  readonly createdMs: number;
  readonly publishedMs: number | null;
  readonly error?: string;
}

export interface DatabaseOptions extends Omit<DatabaseFile, 'schema'> {
  readonly agent: string;
  /** 23 when not given. */
  readonly schema?: Schema;
  /** When not the one that has the schema. */
  readonly version?: string;
  /** When not `agent`. */
  readonly role?: string;
  readonly sessions: readonly DatabaseSession[];
  readonly pendingInputs?: readonly PendingInput[];
  readonly coldArchives?: readonly ColdArchive[];
  readonly archives?: readonly Archive[];
}

/** Writes the database of one agent as OpenClaw would; the path must be free. */
export function writeDatabase(options: DatabaseOptions): void {
  const { agent, schema = 23, sessions, pendingInputs = [], coldArchives = [], archives = [] } = options;
  const { version = SCHEMA_VERSIONS[schema], role = 'agent' } = options;
  createDatabase({ ...options, schema }, agentTables(schema), (database) => {
    const ms = Math.max(0, ...sessions.map(({ updatedMs }) => updatedMs));
    insertMeta(database, { role, schema, agent, version, ms });
    insert(database, 'auth_profile_store', {
      store_key: 'primary',
      store_json: JSON.stringify({ profiles: { demo: { type: 'api_key', key: CREDENTIAL_CANARY } } }),
      updated_at: ms,
    });
    for (const session of sessions) insertSession(database, schema, session);
    for (const [at, input] of pendingInputs.entries()) insertPendingInput(database, input, at);
    for (const archive of coldArchives) insertColdArchive(database, archive);
    for (const archive of archives) insertArchive(database, archive);
  });
}

export interface StateDatabaseOptions extends Omit<DatabaseFile, 'schema'> {
  readonly version: string;
  /** 18, that of 2026.9.6, when not given. */
  readonly schema?: number;
  /** The paths as OpenClaw writes them: relative to the state directory where they lie in it. */
  readonly agents: readonly { agent: string; path: string; schema?: number; seenMs?: number; sizeBytes?: number }[];
}

/** Writes the database that all agents share, `state/openclaw.sqlite`. */
export function writeStateDatabase(options: StateDatabaseOptions): void {
  const { version, schema = 18, agents } = options;
  createDatabase({ ...options, schema }, STATE_TABLES, (database) => {
    const ms = Math.max(0, ...agents.map(({ seenMs = 0 }) => seenMs));
    insertMeta(database, { role: 'global', schema, agent: null, version, ms });
    for (const { agent, path, schema: agentSchema = 23, seenMs = 0, sizeBytes } of agents) {
      insert(database, 'agent_databases', {
        agent_id: agent,
        path,
        schema_version: agentSchema,
        last_seen_at: seenMs,
        size_bytes: sizeBytes,
      });
    }
  });
}

/**
 * Writes more events behind those of a transcript. A session that has no row gets events all the same: orphans. Closes
 * the database after, so WAL and shm stay only while somebody else has it open for writing.
 */
export function appendEvents(
  path: string,
  sessionId: string,
  events: readonly DatabaseEvent[],
  ms: number = Date.now(),
): void {
  if (events.length === 0) return;
  const database = new DatabaseSync(path);
  try {
    database.exec('PRAGMA synchronous = OFF');
    const { user_version: schema } = database.prepare('PRAGMA user_version').get() ?? {};
    const { seq } =
      database
        .prepare('SELECT COALESCE(MAX(seq) + 1, 0) AS seq FROM transcript_events WHERE session_id = ?')
        .get(sessionId) ?? {};
    inTransaction(database, () => {
      const newest = insertEvents(database, Number(schema), { sessionId, seq: Number(seq), ms }, events);
      database
        .prepare(
          'UPDATE session_windows SET transcript_updated_at = ?, transcript_observed_at = ? WHERE session_id = ?',
        )
        .run(newest, newest, sessionId);
    });
  } finally {
    database.close();
  }
}

function insertMeta(
  database: DatabaseSync,
  meta: { role: string; schema: number; agent: string | null; version: string; ms: number },
): void {
  insert(database, 'schema_meta', {
    meta_key: 'primary',
    role: meta.role,
    schema_version: meta.schema,
    agent_id: meta.agent,
    app_version: meta.version,
    created_at: meta.ms,
    updated_at: meta.ms,
  });
}

function insertPendingInput(database: DatabaseSync, input: PendingInput, at: number): void {
  insert(database, 'session_pending_inputs', {
    input_id: `input-${at + 1}`,
    session_key: input.key,
    session_id: input.sessionId,
    message_json: JSON.stringify({ role: 'user', content: 'Synthetic message that waits.' }),
    state: input.state,
    accepted_at: input.acceptedMs,
  });
}

function insertColdArchive(database: DatabaseSync, { sessionId, events, rawBytes, archivedMs }: ColdArchive): void {
  insert(database, 'session_transcript_cold_archives', {
    session_id: sessionId,
    generation: digest(`generation ${sessionId}`).slice(0, 32),
    archive_name: `${digest(`cold ${sessionId}`)}.jsonl.zst`,
    event_count: events,
    raw_bytes: rawBytes,
    archive_bytes: Math.ceil(rawBytes / 4),
    last_seq: events - 1,
    archived_at: archivedMs,
    storage: 'file',
  });
}

function insertArchive(database: DatabaseSync, archive: Archive): void {
  const { key, sessionId, createdMs, publishedMs, error } = archive;
  const generation = digest(`generation ${sessionId}`).slice(0, 32);
  insert(database, 'session_transcript_archives', {
    session_id: sessionId,
    generation,
    session_key: key,
    reason: 'deleted',
    encoding: 'identity',
    archive_blob: Buffer.from('{"type":"session"}\n'),
    archive_name: `${sessionId}.jsonl.deleted.${generation}`,
    created_at: createdMs,
    published_at: publishedMs,
    publish_attempts: publishedMs === null && error === undefined ? 0 : 1,
    last_publish_error: error,
  });
}
