import type { DatabaseSync } from 'node:sqlite';
import { ownerOf } from '../../discover/agent-stores.ts';
import type { DatabaseFigures } from '../../model/reading.ts';
import { parseKey } from '../../openclaw/keys.ts';
import type { DatabaseSchema } from './schema.ts';
import { smallId } from './values.ts';

/** What becomes of a message between its arrival and the run that takes it up. */
export const INPUT_STATES = ['queued', 'interrupted', 'cancelled'] as const;

interface PendingInputs {
  /** Whose they are, of the agents that share the database; null: it is one agent's. */
  readonly owner: string | null;
  readonly state: string;
  readonly inputs: number;
  /** When the oldest was accepted, in milliseconds since the epoch. */
  readonly oldestMs: number | null;
}

/** What a database says beside its sessions, of all agents that use it. */
export interface StoredFigures extends Omit<DatabaseFigures, 'pendingInputs'> {
  readonly pendingInputs: readonly PendingInputs[] | null;
}

/** No text of any message is read. `sharedBy`: the agents whose sessions lie in it; null: it is one agent's. */
export function readFigures(
  database: DatabaseSync,
  schema: DatabaseSchema,
  sharedBy: readonly string[] | null,
): StoredFigures {
  const pragma = (name: string) => Number(Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0] ?? 0);
  return {
    freeBytes: pragma('freelist_count') * pragma('page_size'),
    pendingInputs: schema.has('session_pending_inputs', 'state') ? pendingInputs(database, schema, sharedBy) : null,
    unpublishedArchive:
      schema.has('session_transcript_archives', 'last_publish_error') &&
      database
        .prepare(
          'SELECT 1 FROM session_transcript_archives WHERE published_at IS NULL AND last_publish_error IS NOT NULL LIMIT 1',
        )
        .get() !== undefined,
  };
}

/** One row at a time stands in memory: to group them SQLite would sort all, with keys of any length. */
function pendingInputs(
  database: DatabaseSync,
  { has }: DatabaseSchema,
  sharedBy: readonly string[] | null,
): PendingInputs[] {
  const key = sharedBy !== null && has('session_pending_inputs', 'session_key') ? smallId('session_key') : 'NULL';
  const accepted = has('session_pending_inputs', 'accepted_at')
    ? "CASE WHEN typeof(accepted_at) IN ('integer', 'real') AND accepted_at >= 0 THEN CAST(accepted_at AS REAL) END"
    : 'NULL';
  // A text of another version's making would be a label of its making.
  const states = INPUT_STATES.map((state) => `'${state}'`).join(', ');
  const rows = database
    .prepare(
      `SELECT ${key} AS key, state, ${accepted} AS acceptedMs FROM session_pending_inputs WHERE state IN (${states})`,
    )
    .iterate();
  const pending = new Map<string, PendingInputs>();
  for (const row of rows) {
    const state = String(row.state);
    const owner = sharedBy === null ? null : ownerOf(parseKey(String(row.key ?? '')).agent, sharedBy);
    const group = JSON.stringify([owner, state]);
    const { inputs, oldestMs } = pending.get(group) ?? { inputs: 0, oldestMs: null };
    const acceptedMs = typeof row.acceptedMs === 'number' ? row.acceptedMs : null;
    pending.set(group, { owner, state, inputs: inputs + 1, oldestMs: oldest(oldestMs, acceptedMs) });
  }
  return [...pending.values()];
}

function oldest(one: number | null, other: number | null): number | null {
  return one === null || other === null ? (one ?? other) : Math.min(one, other);
}

/** The part of one agent. What is of the file as a whole is the first agent's, as the file is. */
export function figuresOf(
  { freeBytes, pendingInputs: all, unpublishedArchive }: StoredFigures,
  agent: string,
  sharedBy: readonly string[] | null,
): DatabaseFigures {
  const isFirst = sharedBy === null || sharedBy[0] === agent;
  const own = all?.filter(({ owner }) => sharedBy === null || owner === agent) ?? [];
  const queued = own.flatMap(({ state, oldestMs }) => (state === 'queued' && oldestMs !== null ? [oldestMs] : []));
  return {
    freeBytes: isFirst ? freeBytes : null,
    pendingInputs:
      all === null
        ? null
        : {
            byState: INPUT_STATES.map((state) => ({ state, inputs: sum(own.filter((each) => each.state === state)) })),
            oldestQueuedMs: queued.length === 0 ? null : queued.reduce((a, b) => Math.min(a, b)),
          },
    unpublishedArchive: isFirst && unpublishedArchive,
  };
}

function sum(pending: readonly PendingInputs[]): number {
  return pending.reduce((total, { inputs }) => total + inputs, 0);
}
