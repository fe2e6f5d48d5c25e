import type { DatabaseSync } from 'node:sqlite';
import { DatabaseError, databaseSignature, isDatabaseError } from '../disk/database-file.ts';
import { readTables } from '../disk/database-guard.ts';
import type { Kept } from '../disk/kept.ts';
import { MOST_SESSIONS } from '../model/reading.ts';
import { normalizeAgentId } from '../openclaw/agent-id.ts';
import type { Place } from './folder-link.ts';

/** What a database says of itself, without its sessions. */
export interface DatabaseHead {
  readonly signature: string;
  /** The agent that it was made for; null: it does not say. */
  readonly owner: string | null;
  /** Tombstones left out; of very many so many as are counted. */
  readonly sessions: number;
}

const TABLES = ['schema_meta', 'session_nodes'];

/** Opens the database only when it was written to. null: it is not there, or cannot be read. */
export function databaseHead({ path, root }: Place, kept: Kept<DatabaseHead>): DatabaseHead | null {
  const known = kept.get(path);
  try {
    const signature = databaseSignature(path, root);
    if (known?.signature === signature) return known;
    return kept.set(
      path,
      readTables(path, root, TABLES, (database) => ({ signature, ...headOf(database) })),
    );
  } catch (error) {
    if (!isDatabaseError(error)) throw error;
    // Its owner stays while it is locked.
    return error instanceof DatabaseError && error.problem === 'busy' ? (known ?? null) : null;
  }
}

function headOf(database: DatabaseSync): Omit<DatabaseHead, 'signature'> {
  const columns = new Set(
    database
      .prepare(
        `SELECT t.name || '.' || c.name AS name FROM sqlite_schema t, pragma_table_info(t.name) c
          WHERE t.type = 'table' AND t.name IN ('schema_meta', 'session_nodes')`,
      )
      .all()
      .map(({ name }) => String(name)),
  );
  const meta = columns.has('schema_meta.agent_id')
    ? database.prepare("SELECT agent_id FROM schema_meta WHERE meta_key = 'primary'").get()
    : undefined;
  const isTombstone = columns.has('session_nodes.entry_valid') ? "entry_valid = -1 AND entry_json = '{}'" : '0';
  const count = columns.has('session_nodes.entry_json')
    ? database
        .prepare(`SELECT COUNT(*) AS sessions FROM (SELECT 1 FROM session_nodes WHERE NOT (${isTombstone}) LIMIT ?)`)
        .get(MOST_SESSIONS)
    : undefined;
  return {
    owner: typeof meta?.agent_id === 'string' ? normalizeAgentId(meta.agent_id) : null,
    sessions: Number(count?.sessions ?? 0),
  };
}
