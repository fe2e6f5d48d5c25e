import type { DatabaseSync } from 'node:sqlite';
import type { DatabaseFigures } from '../../model/reading.ts';
import type { DatabaseSchema } from './schema.ts';

/** What a database says beside its sessions. No text of any message is read. */
export function readFigures(database: DatabaseSync, { has }: DatabaseSchema): DatabaseFigures {
  const pragma = (name: string) => Number(Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0] ?? 0);
  return {
    freeBytes: pragma('freelist_count') * pragma('page_size'),
    pendingInputs: has('session_pending_inputs', 'state') ? pendingInputs(database) : null,
    unpublishedArchive:
      has('session_transcript_archives', 'last_publish_error') &&
      database
        .prepare(
          'SELECT 1 FROM session_transcript_archives WHERE published_at IS NULL AND last_publish_error IS NOT NULL LIMIT 1',
        )
        .get() !== undefined,
  };
}

function pendingInputs(database: DatabaseSync): DatabaseFigures['pendingInputs'] {
  const rows = database
    .prepare(
      'SELECT state, COUNT(*) AS inputs, CAST(MIN(accepted_at) AS REAL) AS oldestMs FROM session_pending_inputs GROUP BY state',
    )
    .all();
  const queued = rows.find(({ state }) => state === 'queued')?.oldestMs;
  return {
    // A text of another version's making would be a label of its making.
    byState: STATES.map((state) => ({ state, inputs: Number(rows.find((row) => row.state === state)?.inputs ?? 0) })),
    oldestQueuedMs: typeof queued === 'number' ? queued : null,
  };
}

const STATES = ['queued', 'interrupted', 'cancelled'] as const;
