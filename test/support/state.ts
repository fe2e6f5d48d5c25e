import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import {
  type DatabaseOptions,
  type StateDatabaseOptions,
  writeDatabase,
  writeStateDatabase,
} from '../../demo/database.ts';
import { closedDatabase } from './databases.ts';
import { keptFolder, putFile, setWritten } from './folder.ts';
import { madeOnce } from './made-once.ts';
import { entryOf, SETTLED, type SessionChanges, storedSession, transcriptLines } from './sessions.ts';

/** What an agent has: an index with transcripts (the file era), a database, both while it is migrated, or nothing yet. */
export interface Agent {
  /** Sessions by key, and what differs in their entries from a healthy one. */
  readonly index?: Readonly<Record<string, object>>;
  readonly database?: AgentDatabase;
}

export interface AgentDatabase extends Partial<Omit<DatabaseOptions, 'path' | 'sessions'>> {
  /** By key, and what differs in their rows from a healthy one. */
  readonly sessions?: Readonly<Record<string, SessionChanges>>;
  /** Statements that are run on it at last. */
  readonly damage?: readonly string[];
}

export interface StateOptions {
  /** By id; one without sessions in files when not given. */
  readonly agents?: Readonly<Record<string, Agent>>;
  /** OpenClaw's by the config, null for none; when not given, one that fits the era of the agents. */
  readonly version?: string | null;
  /** The config, or the text of its file; when not given, one that lists the agents and has the version. */
  readonly config?: object | string;
  /** The database that all agents share; there is none when not given. */
  readonly registry?: Omit<StateDatabaseOptions, 'path'>;
  /** Other files, by their path in the state directory. */
  readonly files?: Readonly<Record<string, string>>;
  /** Written at this moment, as by a gateway that runs; at SETTLED when not. */
  readonly live?: boolean;
  /** It outlives the test, and the caller removes it. */
  readonly kept?: boolean;
}

/** A state directory. A key stands for the agent that it names, and for `main` where it names none. */
export interface State {
  readonly dir: string;
  /** Where an agent has its index and its transcripts. */
  folder(agent: string): string;
  indexPath(agent: string): string;
  databasePath(agent: string): string;
  transcriptPath(key: string): string;
  /** Writes a session in files, new or again. */
  addSession(key: string, changes?: object): void;
  removeSession(key: string): void;
  /** Writes an index as OpenClaw does; `members` is JSON between its first entry and the others. */
  writeIndex(agent: string, members?: string): void;
  /** Replaces an index by a FIFO that nobody writes to. */
  blockIndex(agent: string): void;
  /** A look at anything of the agent blocks the scanning process of `blocking-child.ts`, or does not any more. */
  mountDead(agent: string): void;
  unmountDead(agent: string): void;
  remove(): void;
}

/**
 * The one builder of state directories. A session that it writes agrees with itself, entry, row and transcript, unless
 * the test says otherwise.
 */
export function createState(options: StateOptions = {}): State {
  const { agents = { main: { index: {} } }, registry, files = {}, live = false, kept = false } = options;
  const dir = keptFolder();
  const writtenMs = live ? null : SETTLED;
  const ids = new Map<string, Map<string, string>>();
  const indexes = new Map<string, Map<string, { readonly sessionId: string }>>();

  const folder = (agent: string) => join(dir, 'agents', agent, 'sessions');
  const indexPath = (agent: string) => join(folder(agent), 'sessions.json');
  const databasePath = (agent: string) => join(dir, 'agents', agent, 'agent', 'openclaw-agent.sqlite');

  /** The same in both eras. */
  function idOf(agent: string, key: string): string {
    const known = ids.get(agent) ?? new Map<string, string>();
    const id = known.get(key) ?? `${agent}-${known.size}`;
    ids.set(agent, known.set(key, id));
    return id;
  }

  function putSession(agent: string, key: string, changes: object): void {
    const index = indexes.get(agent) ?? new Map<string, { readonly sessionId: string }>();
    const origin = { accountId: 'default' };
    const entry = entryOf(idOf(agent, key), { origin, ...changes }, writtenMs ?? Date.now());
    indexes.set(agent, index.set(key, entry));
    const tokens = entry.totalTokensFresh && typeof entry.totalTokens === 'number' ? entry.totalTokens : undefined;
    const transcript = transcriptLines(entry.sessionId, tokens).join('');
    putFile(join(folder(agent), `${entry.sessionId}.jsonl`), transcript, writtenMs);
  }

  function writeIndex(agent: string, members = ''): void {
    const entries = [...(indexes.get(agent) ?? [])];
    const [first = '', ...rest] = entries.map(([key, entry]) => `${JSON.stringify(key)}:${JSON.stringify(entry)}`);
    const text = `{${[first, members, ...rest].filter((part) => part !== '').join(',\n')}}`;
    // Aside, then renamed.
    renameSync(putFile(`${indexPath(agent)}.tmp`, text, writtenMs), indexPath(agent));
  }

  function putDatabase(agent: string, { sessions = {}, damage = [], ...content }: AgentDatabase): void {
    const rows = Object.entries(sessions).map(([key, changes]) => storedSession(key, idOf(agent, key), changes));
    const options = { agent, ...content, sessions: rows };
    madeOnce(JSON.stringify(options), databasePath(agent), (path) => writeDatabase({ ...options, path }));
    if (damage.length > 0) closedDatabase(databasePath(agent), ...damage);
    if (writtenMs !== null) setWritten(databasePath(agent), writtenMs);
  }

  mkdirSync(join(dir, 'agents'));
  putFile(join(dir, 'openclaw.json'), configText(options, agents), writtenMs);
  for (const [agent, { index, database }] of Object.entries(agents)) {
    for (const [key, changes] of Object.entries(index ?? {})) putSession(agent, key, changes);
    if (index !== undefined) writeIndex(agent);
    if (database !== undefined) putDatabase(agent, database);
  }
  if (registry !== undefined) {
    const path = join(dir, 'state', 'openclaw.sqlite');
    madeOnce(JSON.stringify(registry), path, (at) => writeStateDatabase({ ...registry, path: at }));
    if (writtenMs !== null) setWritten(path, writtenMs);
  }
  for (const [path, text] of Object.entries(files)) putFile(join(dir, path), text, writtenMs);

  const remove = () => rmSync(dir, { recursive: true, force: true });
  if (!kept) onTestFinished(remove);
  return {
    dir,
    folder,
    indexPath,
    databasePath,
    transcriptPath: (key) => {
      const agent = agentOf(key);
      const id = indexes.get(agent)?.get(key)?.sessionId ?? idOf(agent, key);
      return join(folder(agent), `${id}.jsonl`);
    },
    addSession(key, changes = {}) {
      putSession(agentOf(key), key, changes);
      writeIndex(agentOf(key));
    },
    removeSession(key) {
      indexes.get(agentOf(key))?.delete(key);
      writeIndex(agentOf(key));
    },
    writeIndex,
    blockIndex(agent) {
      // In one step: a scan that fell between two would find no index.
      execFileSync('mkfifo', [`${indexPath(agent)}.fifo`]);
      renameSync(`${indexPath(agent)}.fifo`, indexPath(agent));
    },
    mountDead(agent) {
      execFileSync('mkfifo', [join(dir, 'agents', agent, DEAD_MOUNT)]);
    },
    unmountDead(agent) {
      rmSync(join(dir, 'agents', agent, DEAD_MOUNT));
    },
    remove,
  };
}

const DEAD_MOUNT = 'dead-mount';

function agentOf(key: string): string {
  return /^agent:([^:]+):/.exec(key)?.[1] ?? 'main';
}

function configText({ config, version }: StateOptions, agents: Readonly<Record<string, Agent>>): string {
  if (typeof config === 'string') return config;
  const newest = Object.values(agents).some(({ database }) => database !== undefined) ? '2026.9.6' : '2026.7.35';
  const lastTouchedVersion = version === undefined ? newest : (version ?? undefined);
  const list = Object.keys(agents).map((id) => ({ id }));
  return JSON.stringify(config ?? { meta: { lastTouchedVersion }, agents: { list } });
}
