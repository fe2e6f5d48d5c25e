import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { DatabaseError, databaseSignature } from '../disk/database-file.ts';
import { readTables } from '../disk/database-guard.ts';
import { normalizeAgentId } from '../openclaw/agent-id.ts';

/** What OpenClaw's databases for all agents say (2026.8.1 and later). */
export interface Registry {
  /** OpenClaw's version that wrote it last; null when nothing says so. */
  readonly version: string | null;
  /** Where the agents' databases are, removed agents and other folders too; relative to the state directory, or absolute. */
  readonly databases: readonly { readonly agent: string; readonly path: string }[];
  /** Databases that OpenClaw found damaged and uses no more, as paths of its host. */
  readonly quarantined: readonly string[];
}

const TABLES = ['schema_meta', 'agent_databases', 'quarantined_databases'];

/** Agent databases have session tables from schema 4 on; 2026.7.x registers none. */
const FIRST_SESSION_SCHEMA = 4;

/** Keeps what the registry said, so that it is opened only when it was written to. */
export class RegistryCache {
  private readonly shared = new FileCache('openclaw.sqlite', readShared);
  private readonly quarantine = new FileCache('openclaw-quarantine.sqlite', readQuarantine);

  /**
   * `error` says why it could not be read, while the last reading is given; null when it could or there is none.
   * `unread`: where the databases are could not be read even once, so an agent without one may have one elsewhere.
   */
  read(stateDir: string): { registry: Registry; error: string | null; unread: boolean } {
    const shared = this.shared.read(stateDir);
    const quarantine = this.quarantine.read(stateDir);
    return {
      registry: { ...(shared.content ?? NONE_SHARED), quarantined: quarantine.content ?? [] },
      error: shared.error ?? quarantine.error,
      unread: shared.error !== null && shared.content === null,
    };
  }
}

const NONE_SHARED = { version: null, databases: [] };

/** One of OpenClaw's databases for all agents. */
class FileCache<T> {
  private readonly name: string;
  private readonly readContent: (database: DatabaseSync) => T;
  private known: { signature: string | null; content: T | null } | null = null;

  constructor(name: string, readContent: (database: DatabaseSync) => T) {
    this.name = name;
    this.readContent = readContent;
  }

  read(stateDir: string): { content: T | null; error: string | null } {
    const path = join(stateDir, 'state', this.name);
    try {
      const signature = orNull(() => databaseSignature(path, stateDir));
      if (this.known === null || this.known.signature !== signature) {
        const content = orNull(() => readTables(path, stateDir, TABLES, this.readContent));
        this.known = { signature, content };
      }
      return { content: this.known.content, error: null };
    } catch (error) {
      const isDatabases = error instanceof Error && 'code' in error && error.code === 'ERR_SQLITE_ERROR';
      if (!(error instanceof DatabaseError) && !isDatabases) throw error;
      return { content: this.known?.content ?? null, error: error.message };
    }
  }
}

/** null: there is no such database. */
function orNull<T>(look: () => T): T | null {
  try {
    return look();
  } catch (error) {
    if (error instanceof DatabaseError && error.problem === 'missing') return null;
    throw error;
  }
}

function readShared(database: DatabaseSync): Omit<Registry, 'quarantined'> {
  const meta = hasTable(database, 'schema_meta')
    ? database.prepare("SELECT app_version FROM schema_meta WHERE meta_key = 'primary'").get()
    : undefined;
  const rows = hasTable(database, 'agent_databases')
    ? database
        .prepare('SELECT agent_id, path FROM agent_databases WHERE schema_version >= ? ORDER BY last_seen_at DESC')
        .all(FIRST_SESSION_SCHEMA)
    : [];
  return {
    version: typeof meta?.app_version === 'string' ? meta.app_version : null,
    databases: rows.map(({ agent_id, path }) => ({ agent: normalizeAgentId(String(agent_id)), path: String(path) })),
  };
}

function readQuarantine(database: DatabaseSync): string[] {
  if (!hasTable(database, 'quarantined_databases')) return [];
  return database
    .prepare('SELECT path FROM quarantined_databases')
    .all()
    .map(({ path }) => String(path));
}

function hasTable(database: DatabaseSync, name: string): boolean {
  return database.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?").get(name) !== undefined;
}
