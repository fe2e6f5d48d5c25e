import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { zstdDecompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { generateSample } from '../../demo/generate.ts';
import { configView } from '../../src/openclaw/config/view.ts';
import { TRANSCRIPT_BYTES_THRESHOLD } from '../../src/thresholds.ts';

const NOW = Date.parse('2026-11-24T12:00:00Z');
const open: DatabaseSync[] = [];
let stateDir: string;
let desk: DatabaseSync;
let moving: DatabaseSync;

beforeAll(() => {
  stateDir = mkdtempSync(join(tmpdir(), 'databases-test-'));
  generateSample(stateDir, NOW);
  desk = openAt('agents/demo-desk/agent/openclaw-agent.sqlite');
  moving = openAt('agents/demo-moving/agent/openclaw-agent.sqlite');
});
afterAll(() => {
  for (const database of open) database.close();
  rmSync(stateDir, { recursive: true, force: true });
});

/** Nothing here has a WAL with content. */
function openAt(path: string): DatabaseSync {
  const url = pathToFileURL(join(stateDir, path));
  url.search = 'immutable=1';
  const database = new DatabaseSync(url, { readOnly: true });
  open.push(database);
  return database;
}

/** The rows of a statement as arrays. */
function rows(database: DatabaseSync, sql: string, ...values: string[]): unknown[][] {
  const statement = database.prepare(sql);
  statement.setReturnArrays(true);
  // A statement that returns arrays is still typed as one that returns objects.
  return statement.all(...values) as unknown as unknown[][];
}

/** The only value of a statement. */
function value(database: DatabaseSync, sql: string, ...values: string[]): unknown {
  return rows(database, sql, ...values)[0]?.[0];
}

describe('the shared database', () => {
  test('lists the agents in databases, as of the version of the config', () => {
    const state = openAt('state/openclaw.sqlite');
    const { version } = configView(JSON.parse(readFileSync(join(stateDir, 'openclaw.json'), 'utf8')));
    expect(version).toBe('2026.9.6');
    expect(rows(state, 'SELECT role, app_version FROM schema_meta')).toEqual([['global', version]]);
    const listed = rows(state, 'SELECT agent_id, path, schema_version, size_bytes FROM agent_databases ORDER BY 1');
    expect(listed).toEqual(
      ['demo-desk', 'demo-moving'].map((agent) => {
        const path = `agents/${agent}/agent/openclaw-agent.sqlite`;
        return [agent, path, 23, statSync(join(stateDir, path)).size];
      }),
    );
    expect(value(desk, 'SELECT app_version FROM schema_meta')).toBe(version);
  });
});

describe('the agent in a database', () => {
  const DAMAGED = {
    entry_invalid: '5550000071',
    window_missing: '5550000072',
    transcript_missing: '5550000073',
    invalid_json: '5550000074',
  };
  const keyOf = (reason: keyof typeof DAMAGED) => `agent:demo-desk:telegram:direct:${DAMAGED[reason]}`;

  test('has no file-era store beside it', () => {
    expect(existsSync(join(stateDir, 'agents/demo-desk/sessions'))).toBe(false);
    expect(readdirSync(join(stateDir, 'agents/demo-desk/agent')).sort()).toEqual([
      'openclaw-agent.sqlite',
      'openclaw-agent.sqlite-shm',
      'openclaw-agent.sqlite-wal',
    ]);
  });

  test('has one session with half an entry', () => {
    expect(rows(desk, 'SELECT session_key, entry_valid FROM session_nodes WHERE NOT json_valid(entry_json)')).toEqual([
      [keyOf('entry_invalid'), 0],
    ]);
  });

  test('has one session without a window, whose events are there', () => {
    const sql = `SELECT session_key, (SELECT count(*) FROM transcript_events WHERE session_id = current_session_id) > 5
      FROM session_nodes WHERE current_session_id NOT IN (SELECT session_id FROM session_windows)`;
    expect(rows(desk, sql)).toEqual([[keyOf('window_missing'), 1]]);
  });

  test('has one session that ran and has no events', () => {
    const sql = `SELECT session_key, json_extract(entry_json, '$.totalTokens') > 0
      FROM session_nodes WHERE current_session_id NOT IN (SELECT session_id FROM transcript_events)`;
    expect(rows(desk, sql)).toEqual([[keyOf('transcript_missing'), 1]]);
  });

  test('has one event that does not parse, with the identity of the message that it was', () => {
    const sql = `SELECT session_key, event_type
      FROM transcript_events JOIN transcript_event_identities USING (session_id, seq) JOIN session_windows USING (session_id)
      WHERE NOT json_valid(event_json)`;
    expect(rows(desk, sql)).toEqual([[keyOf('invalid_json'), 'message']]);
  });

  test('has one large transcript, packed and readable', () => {
    const large = rows(
      desk,
      `SELECT session_id, sum(event_utf8_bytes) FROM transcript_events
       GROUP BY session_id HAVING sum(event_utf8_bytes) > ${TRANSCRIPT_BYTES_THRESHOLD.warning}`,
    );
    expect(large).toHaveLength(1);
    const [id, bytes] = large[0] ?? [];
    const stored = rows(
      desk,
      'SELECT event_json, event_zstd FROM transcript_events WHERE session_id = ? ORDER BY seq',
      String(id),
    );
    const texts = stored.map(([json, zstd]) =>
      zstd instanceof Uint8Array ? zstdDecompressSync(zstd).toString() : String(json),
    );
    expect(texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0)).toBe(bytes);
    expect(JSON.parse(texts[0] ?? '')).toMatchObject({ type: 'session', version: 4, id });
    expect(stored.filter(([, zstd]) => zstd !== null).length).toBeGreaterThan(50);
  });

  test('has a stuck, an archived and a never-run session', () => {
    expect(rows(desk, "SELECT session_key FROM session_nodes WHERE status = 'running'")).toEqual([
      ['agent:demo-desk:hook:demo-delivery'],
    ]);
    expect(rows(desk, 'SELECT session_key FROM session_nodes WHERE archived_at IS NOT NULL')).toEqual([
      ['agent:demo-desk:demo-old-shelf'],
    ]);
    const one = `SELECT session_key FROM session_nodes JOIN transcript_events ON session_id = current_session_id
      GROUP BY session_key HAVING count(*) = 1`;
    expect(rows(desk, one)).toEqual([['agent:demo-desk:demo-blank']]);
  });

  test('has two messages that wait for one conversation', () => {
    expect(rows(desk, 'SELECT session_key, state, accepted_at FROM session_pending_inputs ORDER BY seq')).toEqual([
      ['agent:demo-desk:telegram:direct:5550000061', 'queued', NOW - 12 * 60_000],
      ['agent:demo-desk:telegram:direct:5550000061', 'queued', NOW - 2 * 60_000],
    ]);
  });

  test('knows with whom a topic is', () => {
    const sql = `SELECT c.channel, c.account_id, c.kind, c.peer_id, c.thread_id, w.session_scope
      FROM session_windows w JOIN conversations c ON conversation_id = primary_conversation_id
      WHERE session_key LIKE '%:topic:%'`;
    expect(rows(desk, sql)).toEqual([['telegram', 'demo-desk-bot', 'group', '-1005550000062:topic:3', '3', 'group']]);
  });
});

describe('the agent between both layouts', () => {
  test('holds the same sessions in both, and its main session went on in the database', () => {
    const folder = join(stateDir, 'agents/demo-moving');
    const index: Record<string, { sessionId: string; totalTokens: number }> = JSON.parse(
      readFileSync(join(folder, 'sessions/sessions.json'), 'utf8'),
    );
    const sql = `SELECT session_key, current_session_id, json_extract(entry_json, '$.totalTokens') FROM session_nodes`;
    const stored = rows(moving, sql);
    expect(stored.map(([key, id]) => [key, id])).toEqual(
      Object.entries(index).map(([key, { sessionId }]) => [key, sessionId]),
    );
    const differing = stored.filter(([key, , tokens]) => index[String(key)]?.totalTokens !== tokens);
    expect(differing).toEqual([['agent:demo-moving:main', expect.any(String), 92_000]]);
    const transcripts = Object.values(index).map(({ sessionId }) => `${sessionId}.jsonl`);
    expect(readdirSync(join(folder, 'sessions'))).toEqual(expect.arrayContaining(transcripts));
    expect(readdirSync(join(folder, 'session-sqlite-import-archive'))).toHaveLength(transcripts.length);
  });
});
