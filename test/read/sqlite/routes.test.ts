import { describe, expect, it } from 'vitest';
import type { DatabaseSession, DatabaseWindow } from '../../../demo/database.ts';
import { readNodes, type SessionNode } from '../../../src/read/sqlite/nodes.ts';
import { databaseSchema } from '../../../src/read/sqlite/schema.ts';
import { agentDatabase } from '../../support/agent-database.ts';

const KEY = 'agent:ops:discord:channel:7100';
const CREATED = 1_000_000;
const SEEN = 2_000_000;
const CONTEXT = { peerId: '7100', guildId: '900', teamId: 'T1', parentPeerId: '7001', memberRoleIds: ['r1', 'r2'] };
const RECORD = { guild: '900', team: 'T1', parent: '7001', roles: ['r1', 'r2'] };
/** A conversation as the columns tell of it. */
const IN_ROWS: DatabaseWindow = {
  channel: 'discord',
  accountId: 'work',
  chatType: 'channel',
  peerId: '7100',
  threadId: '7100',
};

interface Stored extends Partial<DatabaseSession> {
  readonly damage?: readonly string[];
  readonly schema?: 19 | 21 | 23;
}

function nodeOf({ damage = [], schema = 23, ...changes }: Stored = {}): SessionNode {
  const session: DatabaseSession = {
    key: KEY,
    sessionId: 'x',
    entry: { sessionId: 'x' },
    createdMs: CREATED,
    updatedMs: SEEN,
    window: IN_ROWS,
    events: [],
    ...changes,
  };
  const database = agentDatabase({ sessions: [session], schema }, ...damage);
  const [node] = readNodes(database, databaseSchema(database, 'ops'), 0n, 10);
  return node ?? expect.unreachable('the session is gone');
}

describe('the conversation of a row', () => {
  it.each([19, 21, 23] as const)('is that of its window: schema %d', (schema) => {
    expect(nodeOf({ schema }).route).toEqual({
      channel: 'discord',
      addresses: ['7100'],
      threadId: '7100',
      nativeChannel: null,
      space: null,
      record: null,
    });
  });

  const ENTRY = {
    sessionId: 'x',
    groupId: 'G9',
    space: 'T9',
    delivery: {
      kind: 'external',
      origin: { provider: 'slack', accountId: 'a', from: 'slack:channel:C9', to: 'channel:C9', threadId: 17.5 },
      context: { channel: 'slack', to: 'channel:C9', threadId: '18' },
      route: { accountId: 'b' },
    },
  };

  it('is that of its entry where there is none, as in rows that were imported', () => {
    expect(nodeOf({ entry: ENTRY, window: {} }).route).toEqual({
      channel: 'slack',
      addresses: ['slack:channel:C9', 'channel:C9', 'channel:C9', 'G9'],
      threadId: '17.5',
      nativeChannel: null,
      space: 'T9',
      record: null,
    });
    expect(nodeOf({ entry: ENTRY, window: null }).route.channel).toBe('slack');
  });

  it('is that of its window first', () => {
    expect(nodeOf({ entry: ENTRY }).route).toMatchObject({ channel: 'discord', threadId: '7100' });
    expect(nodeOf({ entry: ENTRY }).route.addresses[0]).toBe('7100');
  });

  it.each<[string, object, object]>([
    ['the delivery alone', { context: ENTRY.delivery.context }, { channel: 'slack', threadId: '18' }],
    ['a delivery that is none', { origin: 'slack', context: ['slack'] }, { channel: null, addresses: [] }],
    [
      'fields of wrong types',
      { origin: { provider: 5, from: {}, to: null, threadId: [] } },
      { channel: null, addresses: [] },
    ],
  ])('is what the entry says: %s', (_, delivery, expected) => {
    expect(nodeOf({ entry: { sessionId: 'x', delivery }, window: {} }).route).toMatchObject(expected);
  });

  it('is what the rows say where the entry is no object', () => {
    const window = { ...IN_ROWS, routeContext: CONTEXT };
    expect(nodeOf({ entry: '{broken', window }).route).toEqual({
      channel: 'discord',
      addresses: ['7100'],
      threadId: '7100',
      nativeChannel: null,
      space: null,
      record: RECORD,
    });
  });

  it.each([19, 21, 23] as const)("has the channel's own id of the row, else of the entry: schema %d", (schema) => {
    const entry = { sessionId: 'x', delivery: { origin: { provider: 'matrix', nativeChannelId: '!Old:x' } } };
    expect(nodeOf({ schema, entry }).route.nativeChannel).toBe('!Old:x');
    const damage = ["ALTER TABLE conversations ADD COLUMN native_channel_id TEXT DEFAULT '!Room:x'"];
    expect(nodeOf({ schema, entry, damage }).route.nativeChannel).toBe('!Room:x');
  });

  it('has the letter case of the row', () => {
    const window = { channel: 'slack', chatType: 'channel', peerId: 'C0AbC' };
    expect(nodeOf({ window }).route.addresses).toEqual(['C0AbC']);
  });

  it.each([
    ['no conversations', ['DROP TABLE conversations'], null],
    ['no column of windows', ['ALTER TABLE session_windows DROP COLUMN primary_conversation_id'], null],
    ['no record', ['ALTER TABLE session_conversations DROP COLUMN route_context_json'], 'discord'],
    ['no conversations of sessions', ['DROP TABLE session_conversations'], 'discord'],
    ['the conversation gone', ['DELETE FROM conversations'], null],
  ])('is read of a version with %s', (_, damage, channel) => {
    const window = { ...IN_ROWS, routeContext: CONTEXT };
    const { route } = nodeOf({ window, damage });
    expect(route).toMatchObject({ channel });
    if (channel === 'discord') expect(route.record).toBeNull();
  });
});

describe("OpenClaw's own record", () => {
  it.each<[string, DatabaseWindow, object | null]>([
    ['of the row as it stands', { routeContext: CONTEXT }, RECORD],
    ['of a row that was seen at another time', { routeContext: CONTEXT, seenMs: 5, observedMs: 5 }, RECORD],
    ['that is outdated', { routeContext: CONTEXT, observedMs: SEEN - 1 }, null],
    ['that is of later', { routeContext: CONTEXT, observedMs: SEEN + 1 }, null],
    ['with nothing in it', { routeContext: {} }, { guild: null, team: null, parent: null, roles: null }],
    ['without roles', { routeContext: { guildId: '900' } }, { guild: '900', team: null, parent: null, roles: null }],
    [
      'of wrong types',
      { routeContext: { guildId: 900, teamId: null, parentPeerId: {}, memberRoleIds: ['r1', 2, null] } },
      { guild: null, team: null, parent: null, roles: ['r1'] },
    ],
    ['that is none', {}, null],
    ['that is empty', { routeContext: '' }, null],
    ['that is cut off', { routeContext: '{"version":1,"observedAt":2000000,"context":{"gui' }, null],
    ['that is a list', { routeContext: '[{"observedAt":2000000}]' }, null],
    ['that is null', { routeContext: 'null' }, null],
    ['without its time', { routeContext: '{"context":{"guildId":"900"}}' }, null],
    ['whose time is a text', { routeContext: '{"observedAt":"2000000","context":{"guildId":"900"}}' }, null],
    ['without a context', { routeContext: '{"observedAt":2000000}' }, null],
    ['whose context is a list', { routeContext: '{"observedAt":2000000,"context":["900"]}' }, null],
    ['nested without an end', { routeContext: '['.repeat(5000) }, null],
  ])('%s', (_, window, record) => {
    expect(nodeOf({ window: { ...IN_ROWS, ...window } }).route.record).toEqual(record);
  });

  it.each([
    ['of another role', "UPDATE session_conversations SET role = 'related'"],
    ['of another conversation', "UPDATE session_conversations SET conversation_id = 'other'"],
    ['of another transcript', "UPDATE session_conversations SET session_id = 'other'"],
  ])('%s is none of this session', (_, damage) => {
    expect(nodeOf({ window: { ...IN_ROWS, routeContext: CONTEXT }, damage: [damage] }).route.record).toBeNull();
  });
});

describe('two transcripts of one key', () => {
  const SECOND = 1000;
  const twin = (of: { previous?: string; older?: string; apart: number }): Stored => ({
    window: { createdMs: CREATED + of.apart, ...(of.previous === undefined ? {} : { previousSessionId: of.previous }) },
    otherWindows: [
      {
        sessionId: 'o',
        createdMs: CREATED,
        ...(of.older === undefined ? {} : { previousSessionId: of.older }),
      },
    ],
  });

  /** OpenClaw makes it; a database that was made otherwise may lack it. */
  const WITHOUT_INDEX = 'DROP INDEX idx_agent_session_windows_session_key';
  const ways = [[], [WITHOUT_INDEX]];
  const starts = (stored: Stored) => ways.map((damage) => nodeOf({ ...stored, damage }).simultaneousStartMs);

  it.each<[string, Stored, number | null]>([
    ['that began at once', twin({ apart: 0 }), CREATED],
    ['that began within seconds', twin({ apart: 3 * SECOND }), CREATED + 3 * SECOND],
    ['where the current one is the older', twin({ apart: -3 * SECOND }), CREATED],
    ['that began ten seconds apart', twin({ apart: 10 * SECOND }), CREATED + 10 * SECOND],
    ['that began later than that', twin({ apart: 10 * SECOND + 1 }), null],
    ['of which one names the other', twin({ apart: SECOND, previous: 'o' }), null],
    ['of which one names another', twin({ apart: SECOND, previous: 'gone' }), null],
    ['of which the older one names one', twin({ apart: SECOND, older: 'gone' }), null],
    ['that is one', {}, null],
    ['that have no window row', { ...twin({ apart: 0 }), window: null }, null],
  ])('%s', (_, stored, simultaneousStartMs) => {
    expect(starts(stored)).toEqual([simultaneousStartMs, simultaneousStartMs]);
  });

  it('that began together are found though the current one came later', () => {
    const otherWindows = [
      { sessionId: 'o', createdMs: CREATED },
      { sessionId: 'p', createdMs: CREATED + 4 * SECOND },
    ];
    const window = { createdMs: CREATED + 3_600_000, previousSessionId: 'p' };
    expect(starts({ window, otherWindows })).toEqual([CREATED + 4 * SECOND, CREATED + 4 * SECOND]);
  });

  it('are told by the youngest pair', () => {
    const otherWindows = [0, 1, 100, 101].map((at) => ({ sessionId: `o${at}`, createdMs: CREATED + at * SECOND }));
    const window = { createdMs: CREATED + 500 * SECOND };
    expect(starts({ window, otherWindows })).toEqual([CREATED + 101 * SECOND, CREATED + 101 * SECOND]);
  });

  it.each(ways)('of other keys that began together are nothing (%s)', (...damage) => {
    const other = (sessionId: string): DatabaseSession => ({
      key: `agent:ops:${sessionId}`,
      sessionId,
      entry: { sessionId },
      createdMs: CREATED,
      updatedMs: SEEN,
      events: [],
    });
    const otherWindows = [{ sessionId: 'o', createdMs: CREATED - SECOND }];
    const database = agentDatabase({ sessions: [other('a'), { ...other('b'), otherWindows }, other('c')] }, ...damage);
    const nodes = readNodes(database, databaseSchema(database, 'ops'), 0n, 10);
    expect(nodes.map(({ key, simultaneousStartMs }) => [key, simultaneousStartMs])).toEqual([
      ['agent:ops:a', null],
      ['agent:ops:b', CREATED],
      ['agent:ops:c', null],
    ]);
  });

  it.each([
    'ALTER TABLE session_windows DROP COLUMN previous_session_id',
    'ALTER TABLE session_windows DROP COLUMN created_at',
  ])('are not looked for after %s', (damage) => {
    expect(nodeOf({ ...twin({ apart: 0 }), damage: [damage] }).simultaneousStartMs).toBeNull();
  });
});
