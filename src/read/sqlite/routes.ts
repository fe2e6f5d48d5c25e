import { isObject } from '../../is-object.ts';
import type { StoredRoute } from '../../model/session.ts';
import type { IndexEntry } from '../../openclaw/index-entry.ts';
import { AGE_SECONDS } from '../../thresholds.ts';
import type { DatabaseSchema } from './schema.ts';
import { parseOrNull, small, smallId, text } from './values.ts';

const CONVERSATION = small('w.primary_conversation_id');
/** Two windows of one key that began so close to each other were begun by two writers. */
const SIMULTANEOUS_MS = AGE_SECONDS.collisionGap * 1000;

/**
 * Columns that tell of the conversation of a row `n` of `session_nodes` and its window `w`: the peer with its letter case,
 * and OpenClaw's own record of what it routed by; and when the younger of two windows began that began together.
 */
export function routeColumns(schema: DatabaseSchema): string {
  const { has } = schema;
  const conversation = (column: string) =>
    has('conversations', column) && has('session_windows', 'primary_conversation_id')
      ? `(SELECT ${small(`v.${column}`)} FROM conversations v WHERE v.conversation_id = ${CONVERSATION})`
      : 'NULL';
  return `${conversation('channel')} AS conversationChannel, ${conversation('peer_id')} AS peerId,
    ${conversation('thread_id')} AS threadId, ${conversation('native_channel_id')} AS nativeChannelId,
    ${record(schema, 'route_context_json')} AS routeRecord,
    CAST(${record(schema, 'last_seen_at')} AS REAL) AS recordSeenMs,
    ${hasChains(schema) ? `CAST(${schema.hasIndexOfKeys ? SIMULTANEOUS_START : 'y.startMs'} AS REAL)` : 'NULL'} AS simultaneousStartMs`;
}

/** What is cheap to ask of these. A conversation keeps what it is. */
export function routeMarks(schema: DatabaseSchema): string[] {
  return [
    ...(schema.has('session_windows', 'primary_conversation_id') ? [CONVERSATION] : []),
    record(schema, 'last_seen_at'),
    `octet_length(${record(schema, 'route_context_json')})`,
    ...(hasChains(schema) ? [schema.hasIndexOfKeys ? WINDOWS : 'y.windows'] : []),
  ];
}

/** Of the windows of one key. A day, after which nobody asks for them, has no hundredth of it. */
const MOST_WINDOWS = 1000;
const KEY = small('n.session_key');
/** As the index has it, also where the column is compared otherwise. */
const OF_KEY = `session_key = ${KEY} COLLATE BINARY`;
/** Of a window: it names no previous one. */
const IS_FIRST = "previous_session_id IS NULL AND typeof(created_at) IN ('integer', 'real')";

/** Beside each window of the key the one that began before it, as far as neither names a previous one. */
const SIMULTANEOUS_START = `(SELECT MAX(CASE WHEN startMs - beforeMs <= ${SIMULTANEOUS_MS} THEN startMs END) FROM (
    SELECT startMs, LAG(startMs) OVER (ORDER BY startMs) AS beforeMs FROM (
      SELECT created_at AS startMs FROM session_windows
        WHERE ${OF_KEY} AND ${IS_FIRST}
        ORDER BY created_at DESC LIMIT ${MOST_WINDOWS})))`;
const WINDOWS = `(SELECT COUNT(*) FROM session_windows WHERE ${OF_KEY})`;

/**
 * The same of all keys, in one pass over all windows, as `y` for the rows `n`: without an index of their keys each row would read
 * all windows. OpenClaw makes one; a database that was made otherwise may lack it. Empty where it is not needed.
 */
export function routeJoin(schema: DatabaseSchema): string {
  if (schema.hasIndexOfKeys || !hasChains(schema)) return '';
  return `LEFT JOIN (
      SELECT session_key, COUNT(*) AS windows, MAX(CASE WHEN startMs - beforeMs <= ${SIMULTANEOUS_MS} THEN startMs END) AS startMs FROM (
        SELECT session_key, CASE WHEN isFirst THEN created_at END AS startMs,
            CASE WHEN isFirst THEN LAG(created_at) OVER (PARTITION BY session_key, isFirst ORDER BY created_at) END AS beforeMs
          FROM (SELECT ${small('session_key')} AS session_key, created_at, ${IS_FIRST} AS isFirst FROM session_windows)
      ) GROUP BY session_key
    ) y ON y.session_key = ${KEY}`;
}

function hasChains({ has }: DatabaseSchema): boolean {
  return ['session_key', 'previous_session_id', 'created_at'].every((column) => has('session_windows', column));
}

function record({ has }: DatabaseSchema, column: string): string {
  return has('session_conversations', 'route_context_json') && has('session_windows', 'primary_conversation_id')
    ? `(SELECT ${small(`s.${column}`)} FROM session_conversations s WHERE s.session_id = ${smallId('n.current_session_id')}
        AND s.conversation_id = ${CONVERSATION} AND s.role = 'primary')`
    : 'NULL';
}

export function routeOf(entry: IndexEntry | null, row: Record<string, unknown>): StoredRoute {
  const { origin = null, deliveryContext = null, groupId = null, space = null } = entry ?? {};
  const addresses = [row.peerId, origin?.from, origin?.to, deliveryContext?.to, groupId];
  return {
    channel: text(row.conversationChannel) ?? origin?.provider ?? deliveryContext?.channel ?? null,
    addresses: addresses.filter((address) => typeof address === 'string'),
    threadId: text(row.threadId) ?? origin?.threadId ?? deliveryContext?.threadId ?? null,
    nativeChannel: text(row.nativeChannelId) ?? origin?.nativeChannelId ?? null,
    space,
    record: recordOf(row),
  };
}

/** OpenClaw's own rule: the record is of the row as it stands only while their times are the same. */
function recordOf({ routeRecord, recordSeenMs }: Record<string, unknown>): StoredRoute['record'] {
  const record = typeof routeRecord === 'string' ? parseOrNull(routeRecord) : null;
  if (!isObject(record) || record.observedAt !== recordSeenMs || !isObject(record.context)) return null;
  const { parentPeerId, guildId, teamId, memberRoleIds } = record.context;
  return {
    parent: text(parentPeerId),
    guild: text(guildId),
    team: text(teamId),
    roles: Array.isArray(memberRoleIds) ? memberRoleIds.filter((role) => typeof role === 'string') : null,
  };
}
