import { describe, expect, it } from 'vitest';
import { UNKNOWN } from '../../src/model/conversation.ts';
import type { StoredRoute } from '../../src/model/session.ts';
import { parseKey } from '../../src/openclaw/keys.ts';
import { sessionConversation } from '../../src/routing/session-conversation.ts';
import { routingOf } from '../support/openclaw-config.ts';
import { NO_ROUTE } from '../support/snapshot.ts';

const OLD = '2026.2.6-3';
const MIDDLE = '2026.4.15';
const FILES = '2026.7.35';
const NEW = '2026.9.6';

interface Stored extends Partial<StoredRoute> {
  readonly account?: string | null;
  readonly chatType?: string;
}

function conversationOf(key: string, stored: Stored = {}, version: string | null = FILES, config: object = {}) {
  const { account = 'default', chatType = null, ...route } = stored;
  const input = { key: parseKey(key), chatType, account, route: { ...NO_ROUTE, ...route }, version };
  return sessionConversation(input, routingOf(config));
}

function record(changes: Partial<NonNullable<StoredRoute['record']>> = {}): Pick<StoredRoute, 'record'> {
  return { record: { parent: null, guild: null, team: null, roles: null, ...changes } };
}

const DIRECT = { kind: 'direct', id: '111' } as const;
const NONE = { parent: null, guild: null, team: null, roles: null };
const DISCORD_ROOM = 'agent:ops:discord:channel:7001';
const MATRIX = 'agent:ops:matrix:direct:@ada:x';
const MATRIX_ROOM = { kind: 'channel', id: '!Room:x' } as const;
const TOPIC = 'agent:ops:telegram:group:-1001:topic:7';
const TOPIC_PEER = { kind: 'group', id: '-1001:topic:7' } as const;
const TOPIC_PARENT = { kind: 'group', id: '-1001' } as const;

describe('the facts of a file', () => {
  it.each<[string, string, string | null, Stored, object]>([
    ['Telegram', 'agent:ops:telegram:dm:111', OLD, {}, { ...NONE, channel: 'telegram', peer: DIRECT }],
    ['Telegram, version unknown', 'agent:ops:telegram:direct:111', null, {}, { ...NONE, peer: DIRECT }],
    ['a topic', TOPIC, FILES, {}, { ...NONE, peer: TOPIC_PEER, parent: TOPIC_PARENT, thread: '7' }],
    [
      'a thread of a direct chat, which is none of the peer',
      'agent:ops:telegram:direct:111:thread:111:9',
      FILES,
      {},
      { ...NONE, peer: DIRECT, thread: '111:9' },
    ],
    ['WhatsApp', 'agent:ops:whatsapp:direct:+4917', OLD, {}, { ...NONE, peer: { kind: 'direct', id: '+4917' } }],
    [
      'a WhatsApp group',
      'agent:ops:whatsapp:group:1@g.us',
      FILES,
      {},
      { ...NONE, peer: { kind: 'group', id: '1@g.us' } },
    ],
    ['Signal', 'agent:ops:signal:direct:+4917', FILES, {}, { ...NONE, peer: { kind: 'direct', id: '+4917' } }],
    ['a direct chat of Discord', 'agent:ops:discord:direct:42', OLD, { space: 'guild' }, { ...NONE }],
    // Discord: a thread is marked from 2026.4.15 on.
    ['Discord before', DISCORD_ROOM, OLD, {}, { parent: UNKNOWN, guild: UNKNOWN, team: null, roles: UNKNOWN }],
    ['Discord between', DISCORD_ROOM, '2026.3.13', {}, { parent: UNKNOWN }],
    ['Discord, version unknown', DISCORD_ROOM, null, {}, { parent: UNKNOWN }],
    ['Discord', DISCORD_ROOM, MIDDLE, {}, { parent: null, guild: UNKNOWN, team: null, roles: UNKNOWN }],
    ['a thread of Discord', DISCORD_ROOM, FILES, { threadId: '7001' }, { parent: UNKNOWN, roles: UNKNOWN }],
    ['the id of a guild', DISCORD_ROOM, OLD, { space: '900' }, { guild: '900' }],
    ['the slug of a guild', DISCORD_ROOM, FILES, { space: 'friends-of-hulls' }, { guild: UNKNOWN }],
    ['a slug that begins as an id', DISCORD_ROOM, FILES, { space: '900-club' }, { guild: UNKNOWN }],
    ['an empty guild', DISCORD_ROOM, FILES, { space: '' }, { guild: UNKNOWN }],
    // Slack: the team is stored from 2026.7.35 on, of channels and groups only.
    ['Slack', 'agent:ops:slack:channel:c1', MIDDLE, {}, { parent: null, guild: null, team: UNKNOWN, roles: null }],
    ['the team of Slack', 'agent:ops:slack:channel:c1', FILES, { space: 'T1' }, { team: 'T1', parent: null }],
    ['the team of a group', 'agent:ops:slack:group:g1', FILES, { space: 'T1' }, { team: 'T1' }],
    [
      'a thread of Slack',
      'agent:ops:slack:channel:c1:thread:17.1',
      FILES,
      { space: 'T1' },
      { parent: null, thread: '17.1' },
    ],
    ['a direct chat of Slack', 'agent:ops:slack:direct:u1', FILES, { space: 'T1' }, { team: UNKNOWN }],
    ['Mattermost', 'agent:ops:mattermost:channel:x1', FILES, { space: 'T1' }, { ...NONE, team: UNKNOWN }],
    ['Teams', 'agent:ops:msteams:direct:0b8a', FILES, {}, { ...NONE, team: UNKNOWN }],
    ['LINE', 'agent:ops:line:group:c1', FILES, {}, NONE],
    ['IRC', 'agent:ops:irc:direct:ada', null, {}, NONE],
    ['WeCom', 'agent:ops:wecom:group:wr1', FILES, {}, NONE],
    ['a Feishu group', 'agent:ops:feishu:group:oc_1', FILES, {}, { ...NONE, peer: { kind: 'group', id: 'oc_1' } }],
    ['a direct chat of Feishu', 'agent:ops:feishu:direct:ou_1', null, {}, NONE],
    [
      'a topic of Feishu',
      'agent:ops:feishu:group:oc_1:topic:om_1',
      FILES,
      {},
      { ...NONE, peer: { kind: 'group', id: 'oc_1:topic:om_1' }, parent: { kind: 'group', id: 'oc_1' } },
    ],
    [
      'a sender in a topic of Feishu',
      'agent:ops:feishu:group:oc_1:topic:om_1:sender:ou_1',
      MIDDLE,
      {},
      { peer: { kind: 'group', id: 'oc_1:topic:om_1:sender:ou_1' }, parent: { kind: 'group', id: 'oc_1' } },
    ],
    ['a topic of Feishu before', 'agent:ops:feishu:group:oc_1:topic:om_1', '2026.3.13', {}, { parent: UNKNOWN }],
    [
      'a sender in a Feishu group',
      'agent:ops:feishu:group:oc_1:sender:ou_1',
      FILES,
      {},
      { ...NONE, peer: { kind: 'group', id: 'oc_1:sender:ou_1' } },
    ],
    ['a room of Matrix', 'agent:ops:matrix:channel:!Room:x', FILES, { addresses: ['room:!Room:x'] }, NONE],
    [
      'a room of Matrix that is a direct chat',
      'agent:ops:matrix:channel:!Room:x',
      FILES,
      { addresses: ['matrix:@ada:x', 'room:!Room:x'], chatType: 'direct' },
      { ...NONE, peer: { kind: 'direct', id: '@ada:x' }, parent: MATRIX_ROOM, thread: '!Room:x' },
    ],
    ['a direct chat of Matrix', MATRIX, FILES, { nativeChannel: '!Room:x' }, { ...NONE, parent: MATRIX_ROOM }],
    ['its room where answers go', MATRIX, MIDDLE, { addresses: ['room:!Room:x'] }, { ...NONE, parent: MATRIX_ROOM }],
    ['its room unknown', MATRIX, FILES, { addresses: ['matrix:@ada:x'] }, { ...NONE, parent: UNKNOWN }],
    ['its room before it counted', MATRIX, OLD, { nativeChannel: '!Room:x' }, NONE],
    ['its room where it may count', MATRIX, '2026.3.13', { nativeChannel: '!Room:x' }, { ...NONE, parent: UNKNOWN }],
    [
      'an agent of others',
      'agent:ops:a2a:default:direct:peer:0b8a:1',
      NEW,
      {},
      { ...NONE, account: 'default', parent: { kind: 'direct', id: 'peer' } },
    ],
    [
      'a channel that nobody looked at',
      'agent:ops:nebula:group:x1',
      FILES,
      { channel: 'nebula' },
      { parent: UNKNOWN, guild: UNKNOWN, team: UNKNOWN, roles: UNKNOWN },
    ],
    [
      'a direct chat of such a channel',
      'agent:ops:nebula:direct:x1',
      FILES,
      { channel: 'nebula' },
      { parent: null, guild: UNKNOWN, team: UNKNOWN, roles: UNKNOWN },
    ],
  ])('%s', (_, key, version, stored, expected) => {
    expect(conversationOf(key, stored, version)).toMatchObject(expected);
  });

  it.each<[string, string, string | null, unknown]>([
    ['stored', 'agent:ops:telegram:direct:111', 'work', 'work'],
    ['in the key', 'agent:ops:telegram:home:direct:111', 'work', 'home'],
    ['in the key of a WhatsApp group', 'agent:ops:whatsapp:group:1@g.us:thread:whatsapp-account-home', 'work', 'home'],
    ['nowhere', 'agent:ops:telegram:direct:111', null, UNKNOWN],
    ['blank', 'agent:ops:telegram:direct:111', '', UNKNOWN],
  ])('an account %s', (_, key, account, expected) => {
    expect(conversationOf(key, { account })).toMatchObject({ account: expected });
  });
});

describe("OpenClaw's own record", () => {
  it.each<[string, string, Stored, object]>([
    ['of a direct chat', 'agent:ops:telegram:direct:111', record(), NONE],
    ['of a topic whose parent it has', TOPIC, record({ parent: '-1001' }), { ...NONE, parent: TOPIC_PARENT }],
    ['of a topic without one', TOPIC, record(), { parent: TOPIC_PARENT }],
    [
      'of a channel: no parent, no thread, and the roles are of whoever wrote last',
      DISCORD_ROOM,
      { ...record({ guild: '900', roles: ['r1'] }), space: 'a-slug', threadId: '7001' },
      { parent: null, guild: '900', team: null, roles: UNKNOWN },
    ],
    [
      'of a thread',
      DISCORD_ROOM,
      record({ guild: '900', parent: '7000' }),
      { parent: { kind: 'channel', id: '7000' }, guild: '900', roles: UNKNOWN },
    ],
    ['of a direct chat of Discord', 'agent:ops:discord:direct:42', record({ roles: [] }), NONE],
    ['of Slack', 'agent:ops:slack:direct:u1', record({ team: 'T1' }), { ...NONE, team: 'T1' }],
    ['of Mattermost', 'agent:ops:mattermost:channel:x1', record({ team: 'T1' }), { ...NONE, team: 'T1' }],
    [
      'of a direct chat of Matrix, whose parent it has not',
      MATRIX,
      { ...record(), nativeChannel: '!Room:x' },
      { ...NONE, parent: MATRIX_ROOM },
    ],
    [
      'of a topic of Feishu',
      'agent:ops:feishu:group:oc_1:topic:om_1',
      record({ parent: 'oc_1' }),
      { ...NONE, parent: { kind: 'group', id: 'oc_1' } },
    ],
  ])('%s', (_, key, stored, expected) => {
    expect(conversationOf(key, stored, NEW)).toMatchObject(expected);
  });

  it('that there is none of leaves what a file would say', () => {
    expect(conversationOf(DISCORD_ROOM, { space: '900' }, NEW)).toMatchObject({
      parent: null,
      guild: '900',
      roles: UNKNOWN,
    });
    expect(conversationOf(DISCORD_ROOM, { threadId: '7001' }, NEW)).toMatchObject({ parent: UNKNOWN, guild: UNKNOWN });
  });
});

it('a room of Matrix that is a direct chat of nobody knows whom', () => {
  const stored = { addresses: ['room:!Room:x'], chatType: 'direct' };
  expect(conversationOf('agent:ops:matrix:channel:!Room:x', stored)).toBe('unknown peer');
});

describe("the peer's id", () => {
  it.each<[string, string, readonly string[], string, boolean]>([
    ['Slack channel', 'agent:ops:slack:channel:c042', ['slack:channel:C042'], 'C042', false],
    ['Slack group', 'agent:ops:slack:group:g042', ['slack:group:G042'], 'G042', false],
    ['Slack user by origin', 'agent:ops:slack:direct:u042', ['slack:U042', 'user:U042'], 'U042', false],
    ['Slack user by delivery', 'agent:ops:slack:direct:u042', ['user:U042'], 'U042', false],
    ['Slack thread', 'agent:ops:slack:channel:c042:thread:17.1', ['channel:C042'], 'C042', false],
    ['bare, as a database has it', 'agent:ops:slack:channel:c042', ['C042'], 'C042', false],
    ['Signal group', 'agent:ops:signal:group:abc/d==', ['group:AbC/D=='], 'AbC/D==', false],
    ['Signal user', 'agent:ops:signal:direct:uuid:0b-7f', ['signal:uuid:0B-7F'], 'uuid:0B-7F', false],
    ['Matrix', 'agent:ops:matrix:channel:!room:example.org', ['room:!Room:example.org'], '!Room:example.org', false],
    ['WhatsApp', 'agent:ops:whatsapp:direct:+4917', ['+4917'], '+4917', false],
    ['Telegram topic', 'agent:ops:telegram:group:-1001', ['telegram:group:-1001:topic:7'], '-1001', false],
    // What is stored is of another peer, or of one whose id only ends or begins the same.
    ['another peer', 'agent:ops:slack:channel:c042', ['slack:channel:C0429', 'slack:channel:XC042'], 'c042', true],
    ['no address', 'agent:ops:slack:channel:c042', [], 'c042', true],
    ['no address, with a capital in the key', 'agent:ops:matrix:channel:!Room:x', [], '!Room:x', false],
    ['no address, no letter', 'agent:ops:slack:channel:042', [], '042', false],
    ['no address, no letter case', 'agent:ops:whatsapp:group:1@g.us', [], '1@g.us', false],
  ])('%s', (_, key, addresses, id, foldedId) => {
    expect(conversationOf(key, { addresses })).toMatchObject({ peer: { id }, foldedId });
  });

  const LINKS = {
    session: {
      identityLinks: { ada: ['telegram:111', 'slack:U042'], bo: ['telegram:222', 'telegram:333', 'discord:42'] },
    },
  };

  it.each<[string, string, readonly string[], string | null]>([
    ['the only one of the channel', 'agent:ops:telegram:direct:ada', [], '111'],
    ['with its letter case', 'agent:ops:slack:direct:ada', [], 'U042'],
    ['the only one of this channel', 'agent:ops:discord:direct:bo', [], '42'],
    ['one that is stored and is the same', 'agent:ops:telegram:direct:ada', ['telegram:111'], '111'],
    ['of two', 'agent:ops:telegram:direct:bo', [], '222 333'],
    ['of two, whoever wrote last', 'agent:ops:telegram:direct:bo', ['telegram:333'], '222 333'],
    ['of none', 'agent:ops:discord:direct:ada', [], null],
    ['of a group, where links do not hold', 'agent:ops:telegram:group:bo', [], 'bo'],
    ['of an account', 'agent:ops:telegram:work:direct:ada', [], '111'],
  ])('behind an identity link: %s', (_, key, addresses, id) => {
    const found = conversationOf(key, { addresses }, FILES, LINKS);
    if (id === null) expect(found).toBe('unknown peer');
    else {
      const [first, ...otherIds] = id.split(' ');
      expect(found).toMatchObject({ peer: { id: first }, otherIds });
    }
  });
});

describe('a word that stands where a channel does', () => {
  const KEY = 'agent:ops:nebula:group:7';

  it.each<[string, Stored, object, boolean]>([
    ['is none by itself', {}, {}, false],
    ['is one that the entry names', { channel: 'nebula' }, {}, true],
    ['is none where the entry names another', { channel: 'telegram' }, {}, false],
    ['is one that the config has', {}, { channels: { nebula: { enabled: true } } }, true],
    ['is none that the config has switched off', {}, { channels: { nebula: { enabled: false } } }, false],
    ['is one that a binding is for', {}, { bindings: [{ agentId: 'a', match: { channel: 'Nebula' } }] }, true],
  ])('%s', (_, stored, config, isChannel) => {
    const found = conversationOf(KEY, stored, FILES, config);
    if (isChannel) expect(found).toMatchObject({ channel: 'nebula', peer: { kind: 'group', id: '7' } });
    else expect(found).toBeNull();
  });

  it.each(['agent:ops:direct:111', 'agent:ops:dm:111', 'group:1@g.us', 'agent:ops:main', 'agent:ops:cron:x', ''])(
    'does not stand in %j',
    (key) => {
      expect(conversationOf(key, { channel: 'telegram', addresses: ['telegram:111'] })).toBeNull();
    },
  );
});
