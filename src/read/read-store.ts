import { basename, dirname, join } from 'node:path';
import type { AgentDatabase } from '../discover/agent-database.ts';
import type { AgentStore } from '../discover/agent-stores.ts';
import { tablesInMainFile } from '../disk/database-main-file.ts';
import { diskError, isFileIn, namesIn } from '../disk/files.ts';
import type { Problem } from '../model/problem.ts';
import type { ReadableStore, StoreReading, UnreadableStore } from '../model/reading.ts';
import { lastWriteMs } from '../model/session.ts';
import { newest } from '../newest.ts';
import type { OpenClawConfig } from '../openclaw/config/view.ts';
import { has, isSchemaOutdated } from '../openclaw/versions.ts';
import { type FileStoreContext, leftInIndex, readFileStore } from './file/store.ts';
import type { KeptStores } from './kept-stores.ts';
import type { DatabaseReading, SessionsReading } from './sqlite/kept-databases.ts';
import { holdsSessions } from './sqlite/schema.ts';

export interface StoreContext extends FileStoreContext {
  readonly config: OpenClawConfig;
  readonly kept: KeptStores;
  readonly registryUnread: boolean;
  /** OpenClaw's version by its config, and by its database for all agents. */
  readonly gatewayVersions: readonly (string | null)[];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * Reads one agent's store with the reader of its era; never throws for bad data. Session tables decide, not the files:
 * where there are any, OpenClaw reads nothing else, and an index beside them is what an upgrade left.
 */
export async function readStore(store: AgentStore, context: StoreContext): Promise<StoreReading> {
  const { agent, database } = store;
  if (store.problem !== null) return untouched(store, store.problem);
  if (database === null) {
    const reading = await readFileStore(store, context);
    // Its database may be where only the registry knows.
    return reading.layout === 'empty' && context.registryUnread
      ? unreadable(store, { schema: 0, version: null }, 'database_unreadable')
      : reading;
  }
  if (database.problem !== null) return unreadable(store, { schema: 0, version: null }, database.problem);
  const { path, root, sharedBy } = database;
  const location = { agent, path, root, sharedBy };
  const reading = await context.kept.databases.look(location, context.needsLastUsage, context.now, context.pause);
  if (reading.found === 'sessions') return fromDatabase(store, reading, hasSetAside(database), context);
  if (reading.found === 'nothing' || isOnlyLogBad(store, database, context)) return readFileStore(store, context);
  return unreadable(store, reading, reading.problem);
}

/**
 * A -wal that was left beside a database of 2026.7.x, or does not belong to it: the sessions are in files, and the database
 * itself says that it never had any.
 */
function isOnlyLogBad(store: AgentStore, { path, root }: AgentDatabase, { config }: StoreContext): boolean {
  const isOfFiles = has(config.version, 'sqliteSessions') === false || isFileIn(store.indexPath, store.root);
  if (store.isRegistered || !isOfFiles) return false;
  const tables = tablesInMainFile(path, root) ?? [];
  return tables.length > 0 && !holdsSessions(new Set(tables));
}

/** OpenClaw renames a database that it finds damaged, and goes on with an empty one: its sessions are gone from every list. */
function hasSetAside({ path, root }: AgentDatabase): boolean {
  try {
    return namesIn(dirname(path), root).some((name) => name.startsWith(`${basename(path)}.corrupt-`));
  } catch (error) {
    diskError(error);
    return false;
  }
}

function fromDatabase(
  store: AgentStore,
  reading: SessionsReading,
  isSetAside: boolean,
  context: StoreContext,
): ReadableStore {
  const { sessions, archived, schema, version, figures, staleSinceMs, rows } = reading;
  const left = leftInIndex(store, context);
  const imported = new Set(rows.map(({ key }) => key));
  return {
    agent: store.agent,
    shared: store.database?.sharedBy != null,
    layout: imported.size > 0 && left.keys.length > 0 ? 'migrating' : 'sqlite',
    schema,
    version,
    readable: true,
    problems: [
      ...(isSetAside ? (['database_unreadable'] as const) : []),
      // A gateway that was upgraded writes its version to the database for all agents at its start, to the config later.
      ...(context.gatewayVersions.some((each) => isSchemaOutdated(schema, each)) ? (['schema_outdated'] as const) : []),
      ...(figures?.unpublishedArchive ? (['archive_unpublished'] as const) : []),
    ],
    sessions,
    archived,
    lastWriteMs: newest(sessions.map(lastWriteMs)),
    // A transcript that was imported, or is written out again, has the id of its session as its name.
    transcriptPaths: [
      ...left.transcriptPaths,
      ...rows.map(({ sessionId }) => join(store.folder.sessions.path, `${sessionId}.jsonl`)),
    ],
    database: figures,
    unimported: left.keys.filter((key) => !imported.has(key)).length,
    staleSinceMs,
  };
}

/** Whose folders are not looked at: what is registered of it says where its sessions are. */
function untouched({ agent, isRegistered }: AgentStore, problem: Problem): UnreadableStore {
  const layout = isRegistered ? 'sqlite' : 'file';
  return { readable: false, agent, layout, schema: 0, version: null, problems: [problem] };
}

function unreadable(
  { agent }: AgentStore,
  { schema, version }: Pick<DatabaseReading, 'schema' | 'version'>,
  problem: Problem,
): UnreadableStore {
  return { readable: false, agent, layout: 'sqlite', schema, version, problems: [problem] };
}
