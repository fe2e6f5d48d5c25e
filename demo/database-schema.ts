/** Schemas of agent databases that were published in a stable version, with that version. */
export const SCHEMA_VERSIONS = { 19: '2026.8.1', 21: '2026.9.5', 23: '2026.9.6' } as const;

export type Schema = keyof typeof SCHEMA_VERSIONS;

const META = `
CREATE TABLE schema_meta (
  meta_key TEXT NOT NULL PRIMARY KEY, role TEXT NOT NULL, schema_version INTEGER NOT NULL, agent_id TEXT, app_version TEXT,
  created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL
) STRICT;
`;

const SESSIONS = `
CREATE TABLE session_nodes (
  session_key TEXT NOT NULL PRIMARY KEY, current_session_id TEXT NOT NULL, entry_json TEXT NOT NULL,
  entry_valid INTEGER NOT NULL DEFAULT 0, updated_at INTEGER NOT NULL, status TEXT, created_at INTEGER,
  spawned_by TEXT, archived_at INTEGER, last_interaction_at INTEGER, last_activity_at INTEGER
) STRICT;
CREATE INDEX idx_agent_session_nodes_updated_at ON session_nodes(updated_at DESC, session_key);
CREATE INDEX idx_agent_session_nodes_current_session_id ON session_nodes(current_session_id);

CREATE TABLE session_windows (
  session_id TEXT NOT NULL PRIMARY KEY, session_key TEXT NOT NULL, previous_session_id TEXT, reason TEXT,
  session_scope TEXT NOT NULL DEFAULT 'conversation', created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
  transcript_updated_at INTEGER DEFAULT NULL, transcript_observed_at INTEGER DEFAULT NULL,
  started_at INTEGER, ended_at INTEGER, status TEXT, chat_type TEXT, channel TEXT, account_id TEXT,
  primary_conversation_id TEXT, model_provider TEXT, model TEXT, spawned_by TEXT
) STRICT;
CREATE INDEX idx_agent_session_windows_session_key ON session_windows(session_key, updated_at DESC, session_id);

CREATE TABLE conversations (
  conversation_id TEXT NOT NULL PRIMARY KEY, channel TEXT NOT NULL, account_id TEXT NOT NULL, kind TEXT NOT NULL,
  peer_id TEXT NOT NULL, delivery_target TEXT NOT NULL, parent_conversation_id TEXT, thread_id TEXT,
  label TEXT, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX idx_agent_conversations_identity ON conversations(
  channel, account_id, kind, peer_id, IFNULL(parent_conversation_id, ''), IFNULL(thread_id, '')
);

CREATE TABLE session_conversations (
  session_id TEXT NOT NULL, conversation_id TEXT NOT NULL, role TEXT NOT NULL DEFAULT 'primary',
  route_context_json TEXT, first_seen_at INTEGER NOT NULL, last_seen_at INTEGER NOT NULL,
  PRIMARY KEY (session_id, conversation_id, role)
) STRICT;

CREATE TABLE session_pending_inputs (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, input_id TEXT NOT NULL UNIQUE, session_key TEXT NOT NULL,
  session_id TEXT NOT NULL, message_json TEXT NOT NULL, state TEXT NOT NULL, accepted_at INTEGER NOT NULL
) STRICT;

CREATE TABLE auth_profile_store (
  store_key TEXT NOT NULL PRIMARY KEY, store_json TEXT NOT NULL, updated_at INTEGER NOT NULL
) STRICT;
`;

const TRANSCRIPTS = `
CREATE TABLE transcript_event_identities (
  session_id TEXT NOT NULL, event_id TEXT NOT NULL, seq INTEGER NOT NULL, event_type TEXT, parent_id TEXT,
  created_at INTEGER NOT NULL, PRIMARY KEY (session_id, event_id)
) STRICT;
CREATE INDEX idx_agent_transcript_event_identity_sequence ON transcript_event_identities(session_id, seq);
CREATE INDEX idx_agent_transcript_event_sequence ON transcript_event_identities(session_id, event_type, seq DESC);

CREATE TABLE transcript_rewrite_watermarks (
  session_id TEXT NOT NULL PRIMARY KEY, generation TEXT NOT NULL, updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE session_transcript_archives (
  session_id TEXT NOT NULL, generation TEXT NOT NULL, session_key TEXT NOT NULL, reason TEXT NOT NULL,
  encoding TEXT NOT NULL, archive_blob BLOB NOT NULL, archive_name TEXT NOT NULL UNIQUE, created_at INTEGER NOT NULL,
  published_at INTEGER, publish_attempts INTEGER NOT NULL DEFAULT 0, last_publish_error TEXT,
  PRIMARY KEY (session_id, generation)
) STRICT;
CREATE INDEX idx_agent_session_transcript_archives_pending
  ON session_transcript_archives(created_at, session_id, generation) WHERE published_at IS NULL;
`;

const PLAIN_EVENTS = `
CREATE TABLE transcript_events (
  session_id TEXT NOT NULL, seq INTEGER NOT NULL, event_json TEXT NOT NULL, created_at INTEGER NOT NULL,
  PRIMARY KEY (session_id, seq)
) STRICT;
`;

const PACKED_EVENTS = `
CREATE TABLE transcript_events (
  session_id TEXT NOT NULL, seq INTEGER NOT NULL, event_json TEXT, created_at INTEGER NOT NULL,
  event_zstd BLOB, event_utf8_bytes INTEGER, navigation_json TEXT,
  PRIMARY KEY (session_id, seq)
) STRICT;
`;

const COLD_ARCHIVES = `
CREATE TABLE session_transcript_cold_archives (
  session_id TEXT NOT NULL PRIMARY KEY, generation TEXT NOT NULL, archive_name TEXT NOT NULL UNIQUE,
  event_count INTEGER NOT NULL, raw_bytes INTEGER NOT NULL, archive_bytes INTEGER NOT NULL, last_seq INTEGER NOT NULL,
  archived_at INTEGER NOT NULL, storage TEXT NOT NULL
) STRICT;
`;

/**
 * What a reader of sessions looks at in an agent's database. OpenClaw's CHECKs, foreign keys and triggers are left out:
 * damage is what they would refuse.
 */
export function agentTables(schema: Schema): string {
  const events = schema >= 23 ? PACKED_EVENTS : PLAIN_EVENTS;
  return [META, SESSIONS, TRANSCRIPTS, events, schema >= 20 ? COLD_ARCHIVES : ''].join('');
}

/** The list of agent databases in the database that all agents share. */
export const STATE_TABLES = `${META}
CREATE TABLE agent_databases (
  agent_id TEXT NOT NULL, path TEXT NOT NULL, schema_version INTEGER NOT NULL, last_seen_at INTEGER NOT NULL,
  size_bytes INTEGER, PRIMARY KEY (agent_id, path)
) STRICT;
`;
