import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type Agent, PROGRAM } from '../config.ts';
import { writeDatabase } from '../database.ts';
import { databaseSession } from '../database-entries.ts';
import { insertEvents } from '../database-events.ts';
import { inTransaction } from '../database-file.ts';
import { insertSession } from '../database-sessions.ts';
import type { NamedSession } from '../named-session.ts';
import type { LiveAgent } from './live-agent.ts';
import { LiveTranscript } from './transcript.ts';

const SCHEMA = 23;

interface Living {
  session: NamedSession;
  readonly transcript: LiveTranscript;
}

/** An agent of the SQLite era, whose database is open as a running gateway has it: with its WAL and shm beside it. */
export class DatabaseAgent implements LiveAgent {
  /** Relative to the state directory. */
  readonly path: string;
  private readonly database: DatabaseSync;
  /** By key. */
  private readonly sessions = new Map<string, Living>();

  constructor(stateDir: string, agent: Agent, sessions: readonly NamedSession[]) {
    this.path = `agents/${agent}/agent/openclaw-agent.sqlite`;
    const path = join(stateDir, this.path);
    writeDatabase({
      path,
      agent,
      version: PROGRAM,
      sessions: sessions.map((session) => databaseSession(session, false)),
    });
    for (const session of sessions) this.know(session);
    this.database = new DatabaseSync(path);
    this.database.exec('PRAGMA synchronous = OFF');
  }

  add(session: NamedSession): void {
    this.know(session);
    inTransaction(this.database, () => insertSession(this.database, SCHEMA, databaseSession(session, false)));
  }

  run(key: string, tokens: number, ms: number): void {
    const { session, transcript } = this.of(key);
    this.write(key, { tokens, lastMs: ms }, transcript.turn(session.modelId, tokens, ms));
  }

  compact(key: string, tokens: number, ms: number): void {
    const { session, transcript } = this.of(key);
    const records = transcript.compaction(session.modelId, session.tokens, tokens, ms);
    this.write(key, { tokens, lastMs: ms, compacted: true }, records);
  }

  damage(key: string): void {
    this.database
      .prepare(
        `UPDATE transcript_events SET event_json = '{"type":"message","id":', event_zstd = NULL, navigation_json = NULL
         WHERE session_id = ? AND seq = 4`,
      )
      .run(this.of(key).session.id);
  }

  close(): void {
    this.database.close();
  }

  private write(key: string, changes: Partial<NamedSession>, records: readonly object[]): void {
    const living = this.of(key);
    living.session = { ...living.session, ...changes };
    const { id, lastMs } = living.session;
    const { entry, status = null, lastInteractionMs = lastMs } = databaseSession(living.session, false);
    inTransaction(this.database, () => {
      const { seq } =
        this.database
          .prepare('SELECT COALESCE(MAX(seq) + 1, 0) AS seq FROM transcript_events WHERE session_id = ?')
          .get(id) ?? {};
      insertEvents(this.database, SCHEMA, { sessionId: id, seq: Number(seq), ms: lastMs }, records);
      this.database
        .prepare(
          `UPDATE session_nodes SET entry_json = ?, updated_at = ?, status = ?, last_interaction_at = ?
           WHERE session_key = ?`,
        )
        .run(typeof entry === 'string' ? entry : JSON.stringify(entry), lastMs, status, lastInteractionMs, key);
      this.database
        .prepare(
          `UPDATE session_windows
           SET updated_at = ?, ended_at = ?, status = ?, transcript_updated_at = ?, transcript_observed_at = ?
           WHERE session_id = ?`,
        )
        .run(lastMs, lastMs, status, lastMs, lastMs, id);
    });
  }

  private know(session: NamedSession): void {
    this.sessions.set(session.key, { session, transcript: new LiveTranscript(session) });
  }

  private of(key: string): Living {
    const living = this.sessions.get(key);
    if (living === undefined) throw new Error(`the demo has no session ${key}`);
    return living;
  }
}
