import { basename, dirname, join } from 'node:path';
import type { Moment } from '../clock.ts';
import type { AgentDatabase } from '../discover/agent-database.ts';
import type { AgentStore } from '../discover/agent-stores.ts';
import { tablesInMainFile } from '../disk/database-main-file.ts';
import { isFileIn } from '../disk/files.ts';
import type { Problem } from '../model/problem.ts';
import type { ReadableStore, StoreReading, UnreadableStore } from '../model/reading.ts';
import { lastWriteMs } from '../model/session.ts';
import { newest } from '../newest.ts';
import type { OpenClawConfig } from '../openclaw/config/view.ts';
import { has, isSchemaOutdated } from '../openclaw/versions.ts';
import { unchanged } from '../unchanged.ts';
import type { LeftInIndex } from './file/kept-files.ts';
import { type FileStoreContext, leftInIndex, readFileStore } from './file/store.ts';
import type { KeptStores } from './kept-stores.ts';
import type { DatabaseReading, SessionsReading } from './sqlite/known-database.ts';
import { holdsSessions } from './sqlite/schema.ts';

export interface StoreContext extends FileStoreContext {
  readonly config: OpenClawConfig;
  readonly kept: KeptStores;
  readonly registryUnread: boolean;
  /** OpenClaw's version by its config, and by its database for all agents. */
  readonly gatewayVersions: readonly (string | null)[];
  readonly now: Moment;
}

/**
 * Reads one agent's store with the reader of its era; never throws for bad data. Session tables decide, not the files:
 * where there are any, OpenClaw reads nothing else, and an index beside them is what an upgrade left. The reading is the same
 * object while nothing changed.
 */
export async function readStore(store: AgentStore, context: StoreContext): Promise<StoreReading> {
  const { from, make } = await readEra(store, context);
  const { readings } = context.kept;
  const known = readings.get(store.agent);
  if (known !== undefined && from.every((each, at) => each === known.from[at])) return known.reading;
  return readings.set(store.agent, { from, reading: unchanged(known?.reading, make()) }).reading;
}

/** A reading that is made only where something of what it is made from is another than before. */
interface Recipe {
  readonly from: readonly unknown[];
  readonly make: () => StoreReading;
}

function just(reading: StoreReading): Recipe {
  return { from: [reading], make: () => reading };
}

async function readEra(store: AgentStore, context: StoreContext): Promise<Recipe> {
  const { agent, database } = store;
  if (store.problem !== null) return just(untouched(store, store.problem));
  if (database === null) {
    const reading = await readFileStore(store, context);
    // Its database may be where only the registry knows.
    return just(
      reading.layout === 'empty' && context.registryUnread
        ? unreadable(store, { schema: 0, version: null }, 'database_unreadable')
        : reading,
    );
  }
  if (database.problem !== null) return just(unreadable(store, { schema: 0, version: null }, database.problem));
  const { path, root, sharedBy } = database;
  const location = { agent, path, root, sharedBy };
  const reading = await context.kept.databases.look(location, context.needsLastUsage, context.now, context.pause);
  if (reading.found === 'sessions') {
    const [left, isSetAside] = [await leftInIndex(store, context), await hasSetAside(database, context)];
    const { gatewayVersions } = context;
    return {
      from: [reading, left, isSetAside, store, ...gatewayVersions],
      make: () => fromDatabase(store, reading, { left, isSetAside, gatewayVersions }),
    };
  }
  if (reading.found === 'nothing' || isOnlyLogBad(store, database, context))
    return just(await readFileStore(store, context));
  return just(unreadable(store, reading, reading.problem));
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
async function hasSetAside({ path, root }: AgentDatabase, { looks, pause }: StoreContext): Promise<boolean> {
  const folder = await looks.folderIn(dirname(path), root, pause);
  return typeof folder !== 'string' && folder.names.some((name) => name.startsWith(`${basename(path)}.corrupt-`));
}

interface BesideDatabase extends Pick<StoreContext, 'gatewayVersions'> {
  readonly left: LeftInIndex;
  readonly isSetAside: boolean;
}

function fromDatabase(
  store: AgentStore,
  { sessions, archived, schema, version, figures, staleSinceMs, rows }: SessionsReading,
  { left, isSetAside, gatewayVersions }: BesideDatabase,
): ReadableStore {
  const imported = new Set(rows.map(({ key }) => key));
  return {
    agent: store.agent,
    shared: store.database?.sharedBy != null,
    layout: imported.size > 0 && left.keys.length > 0 ? 'migrating' : 'sqlite',
    schema,
    version,
    readable: true,
    problems: [
      ...(left.problem === null ? [] : [left.problem]),
      ...(isSetAside ? (['database_unreadable'] as const) : []),
      // A gateway that was upgraded writes its version to the database for all agents at its start, to the config later.
      ...(gatewayVersions.some((each) => isSchemaOutdated(schema, each)) ? (['schema_outdated'] as const) : []),
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
    unimported: left.problem === null ? left.keys.filter((key) => !imported.has(key)).length : null,
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
