import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { DatabaseError, databaseSignature, isDatabaseError } from '../disk/database-file.ts';
import { readTables } from '../disk/database-guard.ts';
import type { Kept } from '../disk/kept.ts';
import { normalizeAgentId } from '../openclaw/agent-id.ts';
import { LEFT_ALONE } from './visits.ts';

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

/** Far more agents than a gateway has; each row is a look at the disk. */
const MOST_ROWS = 1000;
/** Of an id or a path; what is longer is none, and a thousand of 16 MB would not fit into the memory. */
const LONGEST_TEXT = 4096;

/** What one of the files said, and its signature then; both null: there was none. */
export interface RegistryFile {
  readonly signature: string | null;
  /** Where it has too many rows, of before. */
  readonly registry: Registry | null;
  /** null: it has not too many. */
  readonly error: string | null;
}

class TooManyRows extends Error {
  constructor(table: string) {
    super(`${table} has more than ${MOST_ROWS} rows`);
  }
}

const NOTHING: Registry = { version: null, databases: [], quarantined: [] };

/** In the place of one that nobody reads now. */
export const UNREAD_REGISTRY: RegistryReading = { registry: NOTHING, error: LEFT_ALONE, unread: true };

export interface RegistryReading {
  readonly registry: Registry;
  /** Why it could not be read, while the last reading is given; null: it could, or there is none. */
  readonly error: string | null;
  /** Where the agents' databases are could not be read even once, so an agent without one may have one elsewhere. */
  readonly unread: boolean;
}

/** Opens the databases for all agents only when they were written to. */
export function readRegistry(stateDir: string, kept: Kept<RegistryFile>): RegistryReading {
  const shared = readFile(stateDir, 'openclaw.sqlite', readShared, kept);
  const quarantine = readFile(stateDir, 'openclaw-quarantine.sqlite', readQuarantine, kept);
  const { quarantined } = quarantine.registry ?? NOTHING;
  return {
    registry: { ...(shared.registry ?? NOTHING), quarantined },
    error: shared.error ?? quarantine.error,
    unread: shared.error !== null && shared.registry === null,
  };
}

function readFile(
  stateDir: string,
  name: string,
  read: (database: DatabaseSync) => Registry,
  kept: Kept<RegistryFile>,
): { registry: Registry | null; error: string | null } {
  const path = join(stateDir, 'state', name);
  const known = kept.get(path);
  try {
    const signature = orNull(() => databaseSignature(path, stateDir));
    if (known?.signature === signature) return known;
    return kept.set(path, { signature, ...registryIn(() => readTables(path, stateDir, TABLES, read), known) });
  } catch (error) {
    if (!isDatabaseError(error)) throw error;
    return { registry: known?.registry ?? null, error: error.message };
  }
}

/** It is not counted again before it is written to. */
function registryIn(read: () => Registry, known: RegistryFile | undefined): Pick<RegistryFile, 'registry' | 'error'> {
  try {
    return { registry: orNull(read), error: null };
  } catch (error) {
    if (!(error instanceof TooManyRows)) throw error;
    return { registry: known?.registry ?? null, error: error.message };
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

function readShared(database: DatabaseSync): Registry {
  const rows = hasTable(database, 'agent_databases')
    ? database
        .prepare(
          `SELECT agent_id, path FROM agent_databases WHERE schema_version >= ? AND ${isShort('agent_id')} AND ${isShort('path')}
            ORDER BY agent_id, path LIMIT ?`,
        )
        .all(FIRST_SESSION_SCHEMA, MOST_ROWS + 1)
    : [];
  if (rows.length > MOST_ROWS) throw new TooManyRows('agent_databases');
  return {
    version: hasTable(database, 'schema_meta') ? readVersion(database) : null,
    databases: rows.map(({ agent_id, path }) => ({ agent: normalizeAgentId(String(agent_id)), path: String(path) })),
    quarantined: [],
  };
}

/**
 * 2026.7.35 leaves the version of its own row empty. Its start notes it in a second row, where later versions append
 * more lines.
 */
function readVersion(database: DatabaseSync): string | null {
  const noted = database
    .prepare(
      `SELECT substr(app_version, 1, ${LONGEST_TEXT}) AS app_version FROM schema_meta
        WHERE meta_key IN ('primary', 'startup-migrations') AND app_version <> '' ORDER BY meta_key LIMIT 1`,
    )
    .get()?.app_version;
  return typeof noted === 'string' ? (noted.split('\n')[0] ?? null) : null;
}

function readQuarantine(database: DatabaseSync): Registry {
  if (!hasTable(database, 'quarantined_databases')) return NOTHING;
  const rows = database
    .prepare(`SELECT path FROM quarantined_databases WHERE ${isShort('path')} LIMIT ?`)
    .all(MOST_ROWS + 1);
  if (rows.length > MOST_ROWS) throw new TooManyRows('quarantined_databases');
  return { ...NOTHING, quarantined: rows.map(({ path }) => String(path)) };
}

function isShort(column: string): string {
  return `octet_length(${column}) <= ${LONGEST_TEXT}`;
}

function hasTable(database: DatabaseSync, name: string): boolean {
  return database.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?").get(name) !== undefined;
}
