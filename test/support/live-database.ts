import { randomUUID } from 'node:crypto';
import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { type DatabaseEvent, insertEvents } from '../../demo/database-events.ts';
import { insert } from '../../demo/database-file.ts';
import { setWritten } from './folder.ts';
import { entryOf, NOW, type SessionChanges } from './sessions.ts';
import { createState, type State } from './state.ts';

/** What an event of a test is; each gets an id of its own when it is written. */
export type EventKind = 'user' | 'answer' | 'long' | 'compaction' | 'reset' | 'custom' | 'damaged' | 'bad_frame';

/** When what is there from the beginning was written. */
const BEGUN = NOW - 86_400_000;
const LONG_TEXT = 2000;
const EVENT_TABLES = ['transcript_events', 'transcript_event_identities'] as const;

/** A transcript that a session has or had. */
interface Place {
  readonly key: string;
  readonly id: string;
}

/** A database that a gateway has open, and what a gateway does to it. */
export class LiveDatabase {
  readonly stateDir: string;
  readonly path: string;
  private readonly state: State;
  private database: DatabaseSync;
  private events = 0;
  private settled = 0;
  private ms = BEGUN;

  /** The database of the agent `ops`. */
  constructor(state: State) {
    this.state = state;
    this.stateDir = state.dir;
    this.path = state.databasePath('ops');
    this.database = this.opened();
  }

  close(): void {
    if (this.database.isOpen) this.database.close();
    this.state.remove();
  }

  append(at: number, kinds: readonly EventKind[]): void {
    this.onEvents(at, (id) => this.write(id, this.nextSeq(id), kinds));
  }

  /** More than are read one by one. */
  appendToAll(kinds: readonly EventKind[]): void {
    this.transaction(() => {
      for (const at of this.places().keys()) this.append(at, kinds);
    });
  }

  /** As an edit or a repair: every event anew, as many as before where `kinds` is null. */
  rewrite(at: number, kinds: readonly EventKind[] | null): void {
    this.onEvents(at, (id) => {
      const seqs = this.all('SELECT seq FROM transcript_events WHERE session_id = ? ORDER BY seq', id);
      this.removeFrom(id, 0);
      if (kinds !== null) this.write(id, 0, kinds);
      else for (const { seq } of seqs) this.write(id, Number(seq), ['answer']);
      this.rotate(id);
    });
  }

  rewriteAll(): void {
    for (const at of this.places().keys()) this.rewrite(at, null);
  }

  /** The rowids of what is removed go to what comes next. */
  replaceNewest(at: number, count: number, kinds: readonly EventKind[]): void {
    this.onEvents(at, (id) => {
      this.removeFrom(id, this.nextSeq(id) - count);
      this.write(id, this.nextSeq(id), kinds);
      this.rotate(id);
    });
  }

  removeFromMiddle(at: number): void {
    this.onEvents(at, (id) => {
      const seq = Math.floor(this.nextSeq(id) / 2);
      this.run('DELETE FROM transcript_events WHERE session_id = ? AND seq = ?', id, seq);
      this.run('DELETE FROM transcript_event_identities WHERE session_id = ? AND seq = ?', id, seq);
      this.rotate(id);
    });
  }

  addSession(kinds: readonly EventKind[]): void {
    const id = randomUUID();
    this.transaction(() => this.addNode(`agent:ops:hook:${id.slice(0, 8)}`, id, kinds));
  }

  /** Another key with the transcript of a session. */
  addKey(at: number): void {
    this.onTranscript(at, ({ id }) => this.putNode(`agent:ops:hook:${randomUUID().slice(0, 8)}`, id));
  }

  removeSession(at: number): void {
    this.onTranscript(at, ({ key, id }) => {
      this.run('DELETE FROM session_nodes WHERE session_key = ?', key);
      if (this.places().some((place) => place.id === id)) return;
      this.removeFrom(id, 0);
      this.run('DELETE FROM session_windows WHERE session_id = ?', id);
      this.run('DELETE FROM transcript_rewrite_watermarks WHERE session_id = ?', id);
    });
  }

  /** As every write of OpenClaw's, with its time: what a hand writes without one is seen by the next deep scan (changed-by-hand.test.ts). */
  setNode(at: number, column: 'archived_at' | 'entry_json' | 'status', value: SQLInputValue): void {
    this.onTranscript(at, ({ key }) => {
      const statement = `UPDATE session_nodes SET ${column} = ?, entry_valid = 0, updated_at = ? WHERE session_key = ?`;
      this.run(statement, value, this.tick(), key);
    });
  }

  setEntry(at: number, total: number | null, fresh: boolean | null): void {
    this.onTranscript(at, ({ key, id }) => {
      const entry = JSON.stringify(liveEntry(id, total, fresh));
      const statement =
        'UPDATE session_nodes SET entry_json = ?, entry_valid = 1, updated_at = ? WHERE session_key = ?';
      this.run(statement, entry, this.tick(), key);
    });
  }

  bury(at: number): void {
    this.setNode(at, 'entry_json', '{}');
    this.onTranscript(at, ({ key }) =>
      this.run('UPDATE session_nodes SET entry_valid = -1 WHERE session_key = ?', key),
    );
  }

  /** A new transcript for the key; the old one stays. */
  beginWindow(at: number, kinds: readonly EventKind[]): void {
    this.onTranscript(at, ({ key }) => {
      const id = randomUUID();
      this.addWindow(key, id, kinds);
      this.run('UPDATE session_nodes SET current_session_id = ? WHERE session_key = ?', id, key);
    });
  }

  /** Back to the oldest transcript of the key. */
  switchBack(at: number): void {
    this.onTranscript(at, ({ key }) => {
      const oldest = 'SELECT session_id FROM session_windows WHERE session_key = ? ORDER BY rowid LIMIT 1';
      const [window] = this.all(oldest, key);
      if (window === undefined) return;
      this.run('UPDATE session_nodes SET current_session_id = ? WHERE session_key = ?', String(window.session_id), key);
    });
  }

  /** Its events go to a file; here to a table that nobody knows, so that they come back with a backup. */
  makeCold(at: number): void {
    this.onTranscript(at, ({ id }) => {
      const [row] = this.all('SELECT COUNT(*) AS n, MAX(seq) AS last FROM transcript_events WHERE session_id = ?', id);
      if (Number(row?.n) === 0) return;
      for (const table of EVENT_TABLES) {
        this.run(`CREATE TABLE IF NOT EXISTS cold_${table} AS SELECT * FROM ${table} WHERE 0`);
        this.run(`INSERT INTO cold_${table} SELECT * FROM ${table} WHERE session_id = ?`, id);
        this.run(`DELETE FROM ${table} WHERE session_id = ?`, id);
      }
      insert(this.database, 'session_transcript_cold_archives', {
        session_id: id,
        generation: 'cold',
        archive_name: randomUUID(),
        event_count: Number(row?.n),
        raw_bytes: 100 * Number(row?.n),
        archive_bytes: 10,
        last_seq: Number(row?.last),
        archived_at: this.tick(),
        storage: 'file',
      });
    });
  }

  /** Back as they were; nothing is written to a cold transcript. */
  makeHot(at: number): void {
    this.onTranscript(at, ({ id }) => this.thaw(id));
  }

  checkpoint(mode: 'PASSIVE' | 'TRUNCATE'): void {
    this.database.exec(`PRAGMA wal_checkpoint(${mode})`);
  }

  vacuum(): void {
    this.database.exec('VACUUM');
  }

  reopen(): void {
    this.database.close();
    this.database = this.opened();
  }

  backUp(): void {
    rmSync(this.backup, { force: true });
    this.database.exec(`VACUUM INTO '${this.backup}'`);
  }

  /** Puts the last backup in the place of the database, and writes on: another file with the same ids. */
  restore(kinds: readonly EventKind[]): void {
    if (!existsSync(this.backup)) return;
    this.database.close();
    renameSync(this.backup, this.path);
    this.database = this.opened();
    this.append(0, kinds);
  }

  /** As a long time without a write, so that nothing makes the next scan look again. */
  settle(): void {
    this.settled += 1;
    for (const file of [this.path, `${this.path}-wal`].filter((name) => existsSync(name))) {
      setWritten(file, 1_700_000_000_000 + this.settled * 1000);
    }
  }

  private get backup(): string {
    return join(this.stateDir, 'backup');
  }

  private opened(): DatabaseSync {
    const database = new DatabaseSync(this.path);
    database.exec('PRAGMA synchronous = OFF; PRAGMA journal_mode = WAL');
    return database;
  }

  private places(): Place[] {
    const rows = this.all(
      'SELECT session_key AS key, current_session_id AS id FROM session_nodes ORDER BY session_key',
    );
    return rows.map(({ key, id }) => ({ key: String(key), id: String(id) }));
  }

  private onTranscript(at: number, change: (place: Place) => void): void {
    const places = this.places();
    const place = places[at % places.length];
    if (place !== undefined) this.transaction(() => change(place));
  }

  private onEvents(at: number, change: (id: string) => void): void {
    this.onTranscript(at, ({ id }) => {
      this.thaw(id);
      change(id);
    });
  }

  private transaction(change: () => void): void {
    if (this.database.isTransaction) {
      change();
      return;
    }
    this.database.exec('BEGIN IMMEDIATE');
    change();
    this.database.exec('COMMIT');
  }

  private addNode(key: string, id: string, kinds: readonly EventKind[]): void {
    this.putNode(key, id);
    this.addWindow(key, id, kinds);
  }

  private putNode(key: string, id: string): void {
    insert(this.database, 'session_nodes', {
      session_key: key,
      current_session_id: id,
      entry_json: JSON.stringify(liveEntry(id)),
      entry_valid: 1,
      updated_at: this.tick(),
    });
  }

  private addWindow(key: string, id: string, kinds: readonly EventKind[]): void {
    const ms = this.tick();
    insert(this.database, 'session_windows', { session_id: id, session_key: key, created_at: ms, updated_at: ms });
    this.write(id, 0, kinds);
  }

  private write(id: string, from: number, kinds: readonly EventKind[]): void {
    if (kinds.length === 0) return;
    this.run('INSERT OR IGNORE INTO transcript_rewrite_watermarks VALUES (?, ?, 0)', id, randomUUID());
    const ms = this.tick();
    for (const [at, kind] of kinds.entries()) {
      this.events += 1;
      insertEvents(this.database, 23, { sessionId: id, seq: from + at, ms }, [eventOf(kind, this.events)]);
      if (kind !== 'bad_frame') continue;
      const frame = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, this.events % 256]);
      this.run('UPDATE transcript_events SET event_zstd = ? WHERE session_id = ? AND seq = ?', frame, id, from + at);
    }
    this.touch(id, ms);
  }

  private thaw(id: string): void {
    const [cold] = this.all('SELECT 1 FROM session_transcript_cold_archives WHERE session_id = ?', id);
    if (cold === undefined) return;
    for (const table of EVENT_TABLES) {
      this.run(`INSERT INTO ${table} SELECT * FROM cold_${table} WHERE session_id = ?`, id);
      this.run(`DELETE FROM cold_${table} WHERE session_id = ?`, id);
    }
    this.run('DELETE FROM session_transcript_cold_archives WHERE session_id = ?', id);
  }

  private removeFrom(id: string, seq: number): void {
    this.run('DELETE FROM transcript_events WHERE session_id = ? AND seq >= ?', id, seq);
    this.run('DELETE FROM transcript_event_identities WHERE session_id = ? AND seq >= ?', id, seq);
    this.touch(id, this.tick());
  }

  private rotate(id: string): void {
    this.run('UPDATE transcript_rewrite_watermarks SET generation = ? WHERE session_id = ?', randomUUID(), id);
  }

  private touch(id: string, ms: number): void {
    this.run('UPDATE session_windows SET transcript_updated_at = ? WHERE session_id = ?', ms, id);
  }

  private nextSeq(id: string): number {
    const [row] = this.all('SELECT COALESCE(MAX(seq) + 1, 0) AS seq FROM transcript_events WHERE session_id = ?', id);
    return Number(row?.seq);
  }

  private tick(): number {
    this.ms += 1000;
    return this.ms;
  }

  private all(statement: string, ...parameters: readonly SQLInputValue[]) {
    return this.database.prepare(statement).all(...parameters);
  }

  private run(statement: string, ...parameters: readonly SQLInputValue[]): void {
    this.database.prepare(statement).run(...parameters);
  }
}

/** A gateway's database of the agent `ops`: so many sessions, each with so many events, for the length of a test. */
export function liveDatabase(
  sessions: number,
  events: number,
  eventAt: (number: number) => DatabaseEvent = (number) => eventOf('answer', number),
): LiveDatabase {
  const rows = Array.from({ length: sessions }, (_, at): [string, SessionChanges] => {
    const sessionId = `session-${at}`;
    const changes = {
      sessionId,
      entry: liveEntry(sessionId),
      createdMs: BEGUN,
      updatedMs: BEGUN,
      // Behind those that are written later.
      events: Array.from({ length: events }, (__, n) => eventAt(10_000_000 + at * events + n)),
    };
    return [`agent:ops:hook:${at}`, changes];
  });
  const database = new LiveDatabase(
    createState({ agents: { ops: { database: { sessions: Object.fromEntries(rows) } } } }),
  );
  onTestFinished(() => database.close());
  return database;
}

const COMMITS_A_SECOND = 50;
/** One session is replaced by a new one after so many commits, so that transcripts come and go. */
const REPLACED_EVERY = 100;
const EMPTIED_EVERY = 1000;

/** Commits at the pace of a busy gateway until it is told to stop; resolves to how many there were. */
export async function commitSteadily(live: LiveDatabase, isOver: () => boolean): Promise<number> {
  const begun = performance.now();
  let commits = 0;
  while (!isOver()) {
    if (commits % REPLACED_EVERY === 0) {
      live.removeSession(commits);
      live.addSession(['user', 'answer']);
    } else if (commits % EMPTIED_EVERY === 1) live.checkpoint('TRUNCATE');
    else live.append(commits * 7, commits % 40 === 3 ? ['compaction'] : ['user', 'answer']);
    commits += 1;
    await sleep(Math.max(0, begun + (commits * 1000) / COMMITS_A_SECOND - performance.now()));
  }
  return commits;
}

function liveEntry(sessionId: string, total: number | null = 1000, fresh: boolean | null = true): object {
  return entryOf(sessionId, { totalTokens: total ?? undefined, totalTokensFresh: fresh ?? undefined });
}

/** No two are of the same text or size for long, so that nobody can take one for another. */
export function eventOf(kind: EventKind, number: number): DatabaseEvent {
  const record = { id: `event-${number}`, padding: 'x'.repeat(number % 97) };
  const usage = { input: number, output: 1, cacheRead: 0, cacheWrite: 0 };
  switch (kind) {
    case 'user':
      return { ...record, type: 'message', message: { role: 'user', content: 'synthetic' } };
    case 'answer':
      return { ...record, type: 'message', message: { role: 'assistant', content: [], usage } };
    case 'long':
    case 'bad_frame':
      return { ...record, type: 'message', message: { role: 'user', content: 'x'.repeat(LONG_TEXT + number) } };
    case 'damaged':
      return { record: { ...record, type: 'message' }, stored: `{"type":"message",${number}` };
    default:
      return { ...record, type: kind };
  }
}
