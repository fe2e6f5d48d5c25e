import { PROVIDER } from './config.ts';
import type { DatabaseEvent, DatabaseSession, DatabaseWindow } from './database.ts';
import { RUN_MS, runFields } from './entries.ts';
import type { NamedSession } from './named-session.ts';
import { transcriptRecords } from './transcripts.ts';

/** A session as 2026.9.6 stores it, with its damage; `imported`: by the doctor, and never run since. */
export function databaseSession(session: NamedSession, imported: boolean): DatabaseSession {
  const { about, key, id, startedMs, lastMs, state, damage } = session;
  const entry = JSON.stringify(entryOf(session, imported));
  const { spawnedBy } = about.fields;
  return {
    key,
    sessionId: id,
    ...(damage === 'entry_invalid'
      ? { entry: entry.slice(0, entry.length / 2), entryValid: 0 }
      : { entry, entryValid: 1 }),
    createdMs: imported ? null : startedMs,
    updatedMs: lastMs,
    status: statusOf(session),
    lastInteractionMs: lastMs - RUN_MS,
    ...(state === 'archived' ? { archivedMs: lastMs } : {}),
    ...(typeof spawnedBy === 'string' ? { spawnedBy } : {}),
    window: damage === 'window_missing' ? null : windowOf(session),
    events: eventsOf(session, imported),
  };
}

function entryOf(session: NamedSession, imported: boolean): object {
  const { about, id, startedMs, lastMs, state } = session;
  // One record holds what older versions spread over the entry.
  const { origin, route, deliveryContext, lastChannel, lastTo, lastAccountId, lastThreadId, ...fields } = about.fields;
  return {
    sessionId: id,
    updatedAt: lastMs,
    sessionStartedAt: startedMs,
    ...(imported ? {} : { createdAt: startedMs }),
    ...fields,
    delivery:
      about.peer === undefined ? { kind: 'none' } : { kind: 'external', route, context: deliveryContext, origin },
    lastInteractionAt: lastMs - RUN_MS,
    ...(state === 'never_run' ? {} : runFields(session)),
    ...(state === 'never_run' || imported ? {} : { contextTokensSource: 'resolved', totalTokensVersion: 1 }),
    ...(state === 'archived' ? { archivedAt: lastMs, archiveReason: 'manual' } : {}),
  };
}

function windowOf({ about, modelId, startedMs, lastMs, state }: NamedSession): DatabaseWindow {
  const { chatType } = about.fields;
  const isGroup = chatType === 'group' || chatType === 'channel';
  return {
    scope: isGroup ? chatType : about.rest === 'main' ? 'shared-main' : 'conversation',
    createdMs: startedMs,
    ...(typeof chatType === 'string' ? { chatType } : {}),
    ...about.peer,
    ...(state === 'never_run'
      ? {}
      : {
          startedMs: state === 'running' ? lastMs : lastMs - RUN_MS,
          ...(state === 'running' ? {} : { endedMs: lastMs }),
          provider: PROVIDER,
          model: modelId,
        }),
  };
}

function statusOf({ about, state }: NamedSession): string | null {
  if (about.withoutStatus || state === 'never_run') return null;
  return state === 'running' ? 'running' : 'done';
}

function eventsOf(session: NamedSession, imported: boolean): readonly DatabaseEvent[] {
  if (session.damage === 'transcript_missing') return [];
  const records = transcriptRecords(session, imported ? 3 : 4);
  if (session.damage !== 'invalid_json') return records;
  return records.map((record, at) => (at === 5 ? { record, stored: '{"type":"message","id":' } : record));
}
