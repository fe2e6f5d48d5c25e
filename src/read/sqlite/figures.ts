import type { DatabaseSync } from 'node:sqlite';
import { ownerOf } from '../../discover/agent-stores.ts';
import type { DatabaseFigures } from '../../model/reading.ts';
import { parseKey } from '../../openclaw/keys.ts';
import type { DatabaseSchema } from './schema.ts';
import { small } from './values.ts';

/** What becomes of a message between its arrival and the run that takes it up. */
export const INPUT_STATES = ['queued', 'interrupted', 'cancelled'] as const;

interface PendingInputs {
  /** Of its session; null: the version does not say. */
  readonly key: string | null;
  readonly state: string;
  readonly inputs: number;
  /** When the oldest was accepted, in milliseconds since the epoch. */
  readonly oldestMs: number | null;
}

/** What a database says beside its sessions, of all agents that use it. */
export interface StoredFigures extends Omit<DatabaseFigures, 'pendingInputs'> {
  readonly pendingInputs: readonly PendingInputs[] | null;
}

/** No text of any message is read. */
export function readFigures(database: DatabaseSync, schema: DatabaseSchema): StoredFigures {
  const pragma = (name: string) => Number(Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0] ?? 0);
  return {
    freeBytes: pragma('freelist_count') * pragma('page_size'),
    pendingInputs: schema.has('session_pending_inputs', 'state') ? pendingInputs(database, schema) : null,
    unpublishedArchive:
      schema.has('session_transcript_archives', 'last_publish_error') &&
      database
        .prepare(
          'SELECT 1 FROM session_transcript_archives WHERE published_at IS NULL AND last_publish_error IS NOT NULL LIMIT 1',
        )
        .get() !== undefined,
  };
}

function pendingInputs(database: DatabaseSync, { has }: DatabaseSchema): PendingInputs[] {
  const key = has('session_pending_inputs', 'session_key') ? small('session_key') : 'NULL';
  const accepted = has('session_pending_inputs', 'accepted_at') ? 'MIN(accepted_at)' : 'NULL';
  return database
    .prepare(
      `SELECT ${key} AS key, ${small('state')} AS state, COUNT(*) AS inputs, CAST(${accepted} AS REAL) AS oldestMs
        FROM session_pending_inputs GROUP BY 1, 2`,
    )
    .all()
    .map(({ key: of, state, inputs, oldestMs }) => ({
      key: typeof of === 'string' ? of : null,
      state: String(state),
      inputs: Number(inputs),
      oldestMs: typeof oldestMs === 'number' ? oldestMs : null,
    }));
}

/** The part of one agent. What is of the file as a whole is the first agent's, as the file is. */
export function figuresOf(
  { freeBytes, pendingInputs: all, unpublishedArchive }: StoredFigures,
  agent: string,
  sharedBy: readonly string[] | null,
): DatabaseFigures {
  const isFirst = sharedBy === null || sharedBy[0] === agent;
  const isOwn = ({ key }: PendingInputs) =>
    sharedBy === null || ownerOf(key === null ? null : parseKey(key).agent, sharedBy) === agent;
  const own = all?.filter(isOwn) ?? [];
  const queued = own.flatMap(({ state, oldestMs }) => (state === 'queued' && oldestMs !== null ? [oldestMs] : []));
  return {
    freeBytes: isFirst ? freeBytes : null,
    pendingInputs:
      all === null
        ? null
        : {
            // A text of another version's making would be a label of its making.
            byState: INPUT_STATES.map((state) => ({ state, inputs: sum(own.filter((each) => each.state === state)) })),
            oldestQueuedMs: queued.length === 0 ? null : queued.reduce((a, b) => Math.min(a, b)),
          },
    unpublishedArchive: isFirst && unpublishedArchive,
  };
}

function sum(pending: readonly PendingInputs[]): number {
  return pending.reduce((total, { inputs }) => total + inputs, 0);
}
