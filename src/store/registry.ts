import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { normalizeAgentId } from '../openclaw/agent-id.ts';
import { DatabaseError, databaseSignature, readDatabase } from './database-file.ts';
import { allowOnly } from './database-guard.ts';

/** What OpenClaw's databases for all agents say (2026.8.1 and later). */
export interface Registry {
  /** OpenClaw's version that wrote it last; null when nothing says so. */
  readonly version: string | null;
  /** Where the agents' databases are, removed agents and other folders too; relative to the state directory, or absolute. */
  readonly databases: readonly { readonly agent: string; readonly path: string }[];
  /** Databases that OpenClaw found damaged and uses no more, as paths of its host. */
  readonly quarantined: readonly string[];
}

const NO_REGISTRY: Registry = { version: null, databases: [], quarantined: [] };

const TABLES = ['schema_meta', 'agent_databases', 'quarantined_databases'];

/** Agent databases have session tables from schema 4 on; 2026.7.x registers none. */
const FIRST_SESSION_SCHEMA = 4;

/** Keeps what the registry said, so that it is opened only when it was written to. */
export class RegistryCache {
  private known: { signature: string; registry: Registry } | null = null;

  /** `error` says why it could not be read, while the last reading is given; null when it could or there is none. */
  read(stateDir: string): { registry: Registry; error: string | null } {
    const shared = join(stateDir, 'state', 'openclaw.sqlite');
    const quarantine = join(stateDir, 'state', 'openclaw-quarantine.sqlite');
    try {
      const signature = `${signatureOrNone(shared, stateDir)} ${signatureOrNone(quarantine, stateDir)}`;
      if (this.known?.signature === signature) return { registry: this.known.registry, error: null };
      const registry = {
        ...(readOr(shared, stateDir, readShared) ?? { version: null, databases: [] }),
        quarantined: readOr(quarantine, stateDir, readQuarantine) ?? [],
      };
      this.known = { signature, registry };
      return { registry, error: null };
    } catch (error) {
      const isDatabases = error instanceof Error && 'code' in error && error.code === 'ERR_SQLITE_ERROR';
      if (!(error instanceof DatabaseError) && !isDatabases) throw error;
      return { registry: this.known?.registry ?? NO_REGISTRY, error: error.message };
    }
  }
}

function signatureOrNone(path: string, root: string): string {
  try {
    return databaseSignature(path, root);
  } catch (error) {
    if (error instanceof DatabaseError && error.problem === 'missing') return 'none';
    throw error;
  }
}

/** null: there is none. */
function readOr<T>(path: string, root: string, read: (database: DatabaseSync) => T): T | null {
  try {
    return readDatabase(path, root, (database) => {
      allowOnly(database, TABLES);
      return read(database);
    });
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
