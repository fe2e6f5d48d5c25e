import type { DatabaseSync } from 'node:sqlite';
import { type DatabaseEvent, insertEvents } from './database-events.ts';
import { insert } from './database-file.ts';
import type { Schema } from './database-schema.ts';
import { digest } from './ids.ts';

/** One transcript of a session. Times in milliseconds since the epoch. */
export interface DatabaseWindow {
  readonly previousSessionId?: string;
  readonly reason?: string;
  readonly scope?: string;
  readonly createdMs?: number;
  readonly updatedMs?: number;
  /** When not the newest event's time. */
  readonly transcriptUpdatedMs?: number | null;
  readonly startedMs?: number;
  readonly endedMs?: number;
  readonly status?: string | null;
  readonly chatType?: string;
  readonly channel?: string;
  readonly accountId?: string;
  /** With channel, account and chat type: the conversation, which gets rows of its own. */
  readonly peerId?: string;
  readonly threadId?: string;
  /** What OpenClaw routed by, as it records it with the conversation; a string is stored as it is. */
  readonly routeContext?: object | string;
  /** When that was recorded: OpenClaw believes it only while it is the time when the conversation was last seen. */
  readonly observedMs?: number;
  /** When the conversation was last seen, when not at the last update. */
  readonly seenMs?: number;
  readonly provider?: string;
  readonly model?: string;
}

export interface DatabaseSession {
  readonly key: string;
  /** Of the current transcript. */
  readonly sessionId: string;
  /** `entry_json`; a string is stored as it is. */
  readonly entry: object | string;
  /** When not 1 for an object and 0 for a string; -1 with the text `{}` is a tombstone. */
  readonly entryValid?: -1 | 0 | 1;
  /** null, as in imported rows, leaves `created_at` empty. */
  readonly createdMs: number | null;
  readonly updatedMs: number;
  readonly status?: string | null;
  readonly archivedMs?: number;
  readonly lastInteractionMs?: number;
  readonly lastActivityMs?: number;
  readonly spawnedBy?: string;
  /** null: there is no row of the current transcript. */
  readonly window?: DatabaseWindow | null;
  readonly events: readonly DatabaseEvent[];
  /** Earlier transcripts of the same key. */
  readonly otherWindows?: readonly (DatabaseWindow & { sessionId: string; events?: readonly DatabaseEvent[] })[];
}

/** A session's row, and its transcripts. */
export function insertSession(database: DatabaseSync, schema: Schema, session: DatabaseSession): void {
  const { entry, sessionId, window = {}, events, otherWindows = [] } = session;
  insert(database, 'session_nodes', {
    session_key: session.key,
    current_session_id: sessionId,
    entry_json: typeof entry === 'string' ? entry : JSON.stringify(entry),
    entry_valid: session.entryValid ?? (typeof entry === 'string' ? 0 : 1),
    updated_at: session.updatedMs,
    status: session.status,
    created_at: session.createdMs,
    spawned_by: session.spawnedBy,
    archived_at: session.archivedMs,
    last_interaction_at: session.lastInteractionMs,
    last_activity_at: session.lastActivityMs,
  });
  for (const { sessionId: id, events: its = [], ...other } of otherWindows) {
    insertWindow(database, schema, session, { id, window: other, events: its });
  }
  insertWindow(database, schema, session, { id: sessionId, window, events });
}

interface Transcript {
  readonly id: string;
  readonly window: DatabaseWindow | null;
  readonly events: readonly DatabaseEvent[];
}

function insertWindow(
  database: DatabaseSync,
  schema: Schema,
  session: DatabaseSession,
  { id, window, events }: Transcript,
): void {
  const createdMs = window?.createdMs ?? session.createdMs ?? session.updatedMs;
  const updatedMs = window?.updatedMs ?? session.updatedMs;
  const newest = insertEvents(database, schema, { sessionId: id, seq: 0, ms: createdMs }, events);
  if (events.length > 0) {
    const generation = digest(`generation ${id}`).slice(0, 32);
    insert(database, 'transcript_rewrite_watermarks', { session_id: id, generation, updated_at: createdMs });
  }
  if (window === null) return;
  const transcriptMs = window.transcriptUpdatedMs === undefined ? newest : window.transcriptUpdatedMs;
  insert(database, 'session_windows', {
    session_id: id,
    session_key: session.key,
    previous_session_id: window.previousSessionId,
    reason: window.reason,
    session_scope: window.scope ?? 'conversation',
    created_at: createdMs,
    updated_at: updatedMs,
    transcript_updated_at: transcriptMs,
    transcript_observed_at: transcriptMs,
    started_at: window.startedMs,
    ended_at: window.endedMs,
    status: window.status === undefined ? session.status : window.status,
    chat_type: window.chatType,
    channel: window.channel,
    account_id: window.accountId,
    primary_conversation_id: insertConversation(database, id, window, { createdMs, updatedMs }),
    model_provider: window.provider,
    model: window.model,
    spawned_by: session.spawnedBy,
  });
}

/** Whom the transcript is with; its id, null when nobody is known. Several transcripts can be with the same. */
function insertConversation(
  database: DatabaseSync,
  sessionId: string,
  window: DatabaseWindow,
  { createdMs, updatedMs }: { createdMs: number; updatedMs: number },
): string | null {
  const { channel, accountId = 'default', chatType = 'direct', peerId, threadId, seenMs = updatedMs } = window;
  if (channel === undefined || peerId === undefined) return null;
  const id = `conv_${digest(JSON.stringify([channel, accountId, chatType, peerId, threadId])).slice(0, 32)}`;
  database
    .prepare(
      `INSERT OR IGNORE INTO conversations
         (conversation_id, channel, account_id, kind, peer_id, delivery_target, thread_id, label, created_at, updated_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    .run(
      id,
      channel,
      accountId,
      chatType,
      peerId,
      `${channel}:${peerId}`,
      threadId ?? null,
      `Demo ${peerId}`,
      createdMs,
      updatedMs,
    );
  insert(database, 'session_conversations', {
    session_id: sessionId,
    conversation_id: id,
    role: 'primary',
    route_context_json: routeRecord(window, seenMs),
    first_seen_at: createdMs,
    last_seen_at: seenMs,
  });
  return id;
}

function routeRecord({ routeContext, observedMs }: DatabaseWindow, seenMs: number): string | undefined {
  if (routeContext === undefined || typeof routeContext === 'string') return routeContext;
  const writeId = '00000000-0000-4000-8000-000000000000';
  return JSON.stringify({ version: 1, writeId, observedAt: observedMs ?? seenMs, context: routeContext });
}
