import { constants, DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { CREDENTIAL_CANARY } from '../../../demo/database.ts';
import { createLog } from '../../../src/log.ts';
import { reportJson } from '../../../src/publish/report/json.ts';
import { WITHOUT_COLOURS } from '../../../src/publish/report/paint.ts';
import { reportTable } from '../../../src/publish/report/table.ts';
import { verdicts } from '../../../src/publish/verdicts.ts';
import { eventOf } from '../../support/live-database.ts';
import { testScanner } from '../../support/scan.ts';
import { NOW } from '../../support/sessions.ts';
import { type AgentDatabase, createState, type State } from '../../support/state.ts';
import { STORES, storeFacts, unpackStore } from '../../support/stores.ts';

type Authorizer = NonNullable<Parameters<DatabaseSync['setAuthorizer']>[0]>;

/** What SQLite itself says that statements do, of every connection that is used while `isOn`. */
const watched = { isOn: false, connections: new Set<DatabaseSync>(), actions: new Set<string>() };

const { exec, prepare, setAuthorizer } = DatabaseSync.prototype;

/** Nothing is read from a database without one of these two. */
function watchEveryConnection(): void {
  vi.spyOn(DatabaseSync.prototype, 'exec').mockImplementation(function (this: DatabaseSync, ...statement) {
    watch(this);
    exec.apply(this, statement);
  });
  vi.spyOn(DatabaseSync.prototype, 'prepare').mockImplementation(function (this: DatabaseSync, ...statement) {
    watch(this);
    return prepare.apply(this, statement);
  });
  // The product may have an authorizer of its own: it decides, and is listened to.
  vi.spyOn(DatabaseSync.prototype, 'setAuthorizer').mockImplementation(function (this: DatabaseSync, own) {
    listen(this, own);
  });
}

function watch(database: DatabaseSync): void {
  if (!watched.isOn || watched.connections.has(database)) return;
  watched.connections.add(database);
  listen(database, null);
}

function listen(database: DatabaseSync, own: Authorizer | null): void {
  setAuthorizer.call(database, (action, first, second, ...context) => {
    watched.actions.add(described(action, first, second));
    return own === null ? constants.SQLITE_OK : own(action, first, second, ...context);
  });
}

function described(action: number, first: string | null, second: string | null): string {
  switch (action) {
    case constants.SQLITE_READ:
      return `${first}.${second}`;
    case constants.SQLITE_PRAGMA:
      return `PRAGMA ${first}${second === null ? '' : ` ${second}`}`;
    case constants.SQLITE_SELECT:
    case constants.SQLITE_FUNCTION:
    case constants.SQLITE_RECURSIVE:
      return 'a calculation';
    case constants.SQLITE_TRANSACTION:
      return `transaction ${first}`;
    default:
      return `action ${action} ${first} ${second}`;
  }
}

interface Output {
  readonly metrics: string;
  readonly page: string;
  readonly report: string;
  readonly table: string;
  readonly log: string;
}

/** Everything that is said of a state directory, after one scan of each kind. */
async function scanned(stateDir: string, now: number): Promise<Output> {
  const lines: string[] = [];
  const log = createLog({ level: 'debug', format: 'json', write: (line) => lines.push(line) });
  const scanner = testScanner(stateDir, { log, now: () => now });
  watched.isOn = true;
  const quick = await scanner.quick();
  const deep = await scanner.deep();
  watched.isOn = false;
  const both = [quick, deep];
  const table = {
    agent: null,
    kind: null,
    'findings-only': false,
    all: true,
    'show-keys': true,
    stateDir: '/s',
    whyStateDir: 'so',
    deep: true,
    nowMs: 0,
    width: 80,
    paint: WITHOUT_COLOURS,
  };
  return {
    metrics: both.map(({ rendered }) => rendered?.metrics ?? '').join(),
    page: both.map(({ rendered }) => `${rendered?.page.headline}${rendered?.page.html}`).join(),
    report: both
      .map(({ snapshot, checks }) => reportJson(snapshot, checks, verdicts(snapshot, { nowMs: Date.now(), checks })))
      .join(),
    table: both.map(({ snapshot, labelOf }) => reportTable(snapshot, { ...table, labelOf })).join(),
    log: lines.join(''),
  };
}

beforeEach(() => {
  watchEveryConnection();
  watched.isOn = false;
  watched.connections.clear();
  watched.actions.clear();
});
afterEach(() => vi.restoreAllMocks());

/** A state with a database of each schema, and one that lists them. */
function builtState(): State {
  const schemas = [19, 21, 23] as const;
  const agents = schemas.map((schema) => {
    const agent = `schema-${schema}`;
    const main = `agent:${agent}:main`;
    const database: AgentDatabase = {
      schema,
      ending: 'stopped',
      sessions: {
        [main]: {
          // No total: its events are asked.
          entry: { sessionId: 'session', contextTokens: 100_000 },
          sessionId: 'session',
          window: { channel: 'telegram', chatType: 'direct', peerId: '5550000001' },
          events: (['user', 'answer', 'compaction', 'long', 'answer', 'damaged'] as const).map(eventOf),
        },
      },
      pendingInputs: [{ key: main, sessionId: 'session', state: 'queued', acceptedMs: NOW }],
      archives: [{ key: `agent:${agent}:old`, sessionId: 'old', createdMs: NOW, publishedMs: null, error: 'EACCES' }],
      ...(schema === 19 ? {} : { coldArchives: [{ sessionId: 'cold', events: 1, rawBytes: 1, archivedMs: NOW }] }),
    };
    return [agent, { database }] as const;
  });
  const registered = schemas.map((schema) => ({
    agent: `schema-${schema}`,
    path: `agents/schema-${schema}/agent/openclaw-agent.sqlite`,
    schema,
  }));
  const registry = { version: '2026.9.6', agents: registered };
  return createState({ agents: Object.fromEntries(agents), registry, live: true });
}

async function realState(name: string): Promise<Output> {
  const store = unpackStore(name);
  onTestFinished(() => store.cleanup());
  return scanned(store.stateDir, store.now);
}

const SQLITE_STORES = STORES.filter((name) => storeFacts(name).era !== 'file');

/** Columns that are read, by table. */
const READ = {
  agent_databases: ['agent_id', 'path', 'schema_version'],
  conversations: ['channel', 'conversation_id', 'native_channel_id', 'peer_id', 'thread_id'],
  pragma_index_list: ['name', 'origin', 'partial'],
  pragma_index_xinfo: ['cid', 'coll', 'name', 'seqno'],
  pragma_table_info: ['cid', 'name', 'pk', 'type'],
  quarantined_databases: ['path'],
  schema_meta: ['agent_id', 'app_version', 'meta_key', 'role'],
  session_conversations: ['conversation_id', 'last_seen_at', 'role', 'route_context_json', 'session_id'],
  session_nodes: [
    ...['ROWID', 'archived_at', 'created_at', 'current_session_id', 'entry_json', 'entry_valid', 'last_activity_at'],
    ...['last_interaction_at', 'session_key', 'status', 'updated_at'],
  ],
  session_pending_inputs: ['accepted_at', 'state'],
  session_transcript_archives: ['last_publish_error', 'published_at'],
  session_transcript_cold_archives: ['archived_at', 'raw_bytes', 'session_id'],
  session_windows: [
    ...['account_id', 'chat_type', 'created_at', 'model', 'model_provider', 'previous_session_id'],
    ...['primary_conversation_id', 'session_id', 'session_key', 'transcript_updated_at'],
  ],
  // The names of tables, as which SQLite counts its own list.
  sqlite_master: ['name', 'rootpage', 'sql', 'type'],
  sqlite_schema: [''],
  transcript_event_identities: ['event_id', 'event_type', 'seq', 'session_id'],
  transcript_events: ['ROWID', 'event_json', 'event_utf8_bytes', 'event_zstd', 'seq', 'session_id'],
  transcript_rewrite_watermarks: ['generation', 'session_id'],
};
/** Tables whose columns are asked for. */
const ASKED = [
  ...['conversations', 'schema_meta', 'session_conversations', 'session_nodes', 'session_pending_inputs'],
  ...['session_transcript_archives', 'session_transcript_cold_archives', 'session_windows'],
  ...['transcript_event_identities', 'transcript_events', 'transcript_rewrite_watermarks'],
];
const SETTINGS = ['cache_size -4096', 'mmap_size 0', 'query_only 1', 'temp_store memory', 'trusted_schema 0'];
const FIGURES = ['freelist_count', 'page_size', 'user_version'];
/** How the columns of primary keys are compared, and whether an index finds the windows of a key. */
const INDEXES = [
  ...ASKED.map((table) => `index_list ${table}`),
  ...['created_at', 'session_key', 'updated_at'].map((name) => `index_xinfo idx_agent_session_windows_${name}`),
  ...ASKED.filter((table) => table !== 'session_pending_inputs').map(
    (table) => `index_xinfo sqlite_autoindex_${table}_${table === 'session_transcript_archives' ? 2 : 1}`,
  ),
];
const ALLOWED = [
  ...Object.entries(READ).flatMap(([table, columns]) => columns.map((column) => `${table}.${column}`)),
  ...[...SETTINGS, ...FIGURES, ...INDEXES, ...ASKED.map((table) => `table_info ${table}`)].map(
    (pragma) => `PRAGMA ${pragma}`,
  ),
  'a calculation',
  'transaction BEGIN',
];

it('sees what statements read, also of the credentials', async () => {
  const state = builtState();
  watched.actions.clear();
  watched.isOn = true;
  using database = new DatabaseSync(state.databasePath('schema-23'), { readOnly: true });
  expect(JSON.stringify(database.prepare('SELECT * FROM auth_profile_store').all())).toContain(CREDENTIAL_CANARY);
  expect(watched.actions).toContain('auth_profile_store.store_json');
});

it('reads these columns of these tables in all scans of all stores, and no others', async () => {
  const outputs = [await scanned(builtState().dir, NOW)];
  for (const name of SQLITE_STORES) outputs.push(await realState(name));
  for (const { metrics } of outputs) expect(metrics).toContain('layout="sqlite"');
  expect(watched.connections.size).toBeGreaterThan(3 * outputs.length);
  expect([...watched.actions].toSorted()).toEqual(ALLOWED.toSorted());
  expect(ALLOWED.filter((action) => /auth|credential|secret/.test(action))).toEqual([]);
});

it('has nothing of a credential in metrics, page, reports and log', async () => {
  const output = await scanned(builtState().dir, NOW);
  for (const [name, text] of Object.entries(output)) {
    expect(text, name).not.toContain(CREDENTIAL_CANARY);
    // That of what may be said there is something, so that the text is what it is taken for.
    expect(text, name).toContain('schema-23');
  }
});
