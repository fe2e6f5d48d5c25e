import { describe, expect, it } from 'vitest';
import type { Placement } from '../../src/model/conversation.ts';
import type { StoredRoute } from '../../src/model/session.ts';
import { parseKey } from '../../src/openclaw/keys.ts';
import { possibleConversations, preparePlacement, NO_ROUTE as UNROUTED } from '../../src/routing/placement.ts';
import { routingOf } from '../support/openclaw-config.ts';
import { bound, CALLED } from '../support/routes.ts';
import { NO_ROUTE } from '../support/snapshot.ts';

const [OLD, , FILES, NEW] = CALLED;
const PEER = 'agent:main:telegram:direct:111';
const TOPIC = 'agent:main:telegram:group:-1001:topic:7';
const ROOM = 'agent:main:discord:channel:7001';
const ON_PEER = ['work', { channel: 'telegram', peer: { kind: 'dm', id: '111' } }] as const;

interface Stored extends Partial<StoredRoute> {
  readonly account?: string | null;
  readonly chatType?: string;
}

function placed(config: object, key: string, stored: Stored = {}, version: string | null = FILES): Placement {
  const { account = 'default', chatType = null, ...route } = stored;
  return preparePlacement(routingOf(config))({
    key: parseKey(key),
    chatType,
    account,
    version,
    route: { ...NO_ROUTE, ...route },
  });
}

function answer(config: object, key: string, stored: Stored = {}, version: string | null = FILES) {
  const { agent, undecided, alsoTo } = placed(config, key, stored, version);
  if (!undecided) return [agent, ...alsoTo];
  expect(agent).toBeNull();
  return 'undecided';
}

describe('a key that bindings have no say over', () => {
  it.each([
    'agent:main:main',
    'main',
    'agent:main:cron:daily',
    'agent:main:hook:1',
    'agent:main:subagent:1',
    'agent:main:acp:1',
    'agent:main:openai:1',
    'agent:main:project:group:7',
    'agent:main:direct:111',
    'group:1@g.us',
  ])('%s', (key) => {
    const config = bound(ON_PEER, ['work', { channel: 'whatsapp', accountId: '*' }]);
    expect(placed(config, key)).toBe(UNROUTED);
  });
});

describe('where a session belongs', () => {
  it.each<[string, object, string, Stored, string | null, unknown]>([
    ['a peer', bound(ON_PEER), PEER, {}, FILES, ['work']],
    ['a peer in an old key', bound(ON_PEER), 'agent:main:telegram:dm:111', {}, OLD, ['work']],
    ['another peer', bound(ON_PEER), 'agent:work:telegram:direct:222', {}, FILES, ['main']],
    ['whatever agent has it', bound(ON_PEER), 'agent:family:telegram:direct:111', {}, FILES, ['work']],
    ['without bindings', bound(), PEER, {}, FILES, ['main']],
    [
      'a topic by its group',
      bound(['work', { channel: 'telegram', peer: { kind: 'group', id: '-1001' } }]),
      TOPIC,
      {},
      FILES,
      ['work'],
    ],
    [
      'a topic before its group',
      bound(
        ['work', { channel: 'telegram', peer: { kind: 'group', id: '-1001' } }],
        ['family', { channel: 'telegram', peer: { kind: 'group', id: '-1001:topic:7' } }],
      ),
      TOPIC,
      {},
      FILES,
      ['family'],
    ],
    [
      'an account',
      bound(['work', { channel: 'telegram', accountId: 'alpha' }]),
      PEER,
      { account: 'alpha' },
      FILES,
      ['work'],
    ],
    [
      'an account in the key',
      bound(['work', { channel: 'telegram', accountId: 'alpha' }]),
      'agent:main:telegram:alpha:direct:111',
      {},
      FILES,
      ['work'],
    ],
    [
      'an account that is not known',
      bound(['work', { channel: 'telegram', accountId: 'alpha' }]),
      PEER,
      { account: null },
      FILES,
      'undecided',
    ],
    [
      'an account that does not matter',
      bound(['main', { channel: 'telegram', accountId: 'alpha' }]),
      PEER,
      { account: null },
      FILES,
      ['main'],
    ],
    ['a guild', bound(['work', { channel: 'discord', guildId: '900' }]), ROOM, { space: '900' }, FILES, ['work']],
    [
      'a guild that is a slug',
      bound(['work', { channel: 'discord', guildId: '900' }]),
      ROOM,
      { space: 'hulls' },
      FILES,
      'undecided',
    ],
    [
      'roles',
      bound(['work', { channel: 'discord', guildId: '900', roles: ['r1'] }]),
      ROOM,
      { space: '900' },
      FILES,
      'undecided',
    ],
    [
      'no thread',
      bound(['work', { channel: 'discord', peer: { kind: 'channel', id: '7000' } }]),
      ROOM,
      { space: '900' },
      FILES,
      ['main'],
    ],
    [
      'a thread',
      bound(['work', { channel: 'discord', peer: { kind: 'channel', id: '7000' } }]),
      ROOM,
      { threadId: '7001' },
      FILES,
      'undecided',
    ],
    [
      'a thread whose parent is recorded',
      bound(['work', { channel: 'discord', peer: { kind: 'channel', id: '7000' } }]),
      ROOM,
      { record: { parent: '7000', guild: '900', team: null, roles: [] } },
      NEW,
      ['work'],
    ],
    [
      'a team',
      bound(['work', { channel: 'slack', teamId: 'T1' }]),
      'agent:main:slack:channel:c1',
      { space: 'T1' },
      FILES,
      ['work'],
    ],
    [
      'a team that is not known',
      bound(['work', { channel: 'slack', teamId: 'T1' }]),
      'agent:main:slack:direct:u1',
      {},
      FILES,
      'undecided',
    ],
    ['a version before', bound(ON_PEER), PEER, {}, '2026.1.9', 'undecided'],
    ['a version after', bound(ON_PEER), PEER, {}, '2026.10.1', 'undecided'],
    ['no version, where all agree', bound(ON_PEER), PEER, {}, null, ['work']],
    [
      'no version, where they do not',
      bound(['work', { channel: 'telegram', peer: { kind: 'dm', id: '*' } }]),
      PEER,
      {},
      null,
      'undecided',
    ],
  ])('%s', (_, config, key, stored, version, expected) => {
    expect(answer(config, key, stored, version)).toEqual(expected);
  });

  it('is nowhere where OpenClaw refuses to choose', () => {
    const entries = { main: {}, work: {} };
    const config = { agents: { entries, ownership: 'explicit' }, channels: { telegram: {} } };
    expect(answer(config, PEER, {}, NEW)).toEqual([null]);
    const owned = { agents: { ...config.agents, defaults: { systemAgent: { agentId: 'work' } } } };
    expect(answer(owned, PEER, {}, NEW)).toEqual(['work']);
  });
});

describe('a channel that is none of OpenClaw', () => {
  const to = (agent: string, channel: string, kind: string, id: string) =>
    [agent, { channel, peer: { kind, id } }] as const;

  it.each<[string, object, string, unknown]>([
    ['may have made the agent itself', bound(), 'agent:work:wecom:default:dm:ada', 'undecided'],
    ['that of a group, too', bound(), 'agent:work:wecom:default:group:wr1', 'undecided'],
    ['may have been called by name', bound(), 'agent:work:dingtalk:group:cid', 'undecided'],
    [
      'whatever the whole channel is bound to',
      bound(['work', { channel: 'wecom', accountId: '*' }]),
      'agent:work:wecom:direct:ada',
      'undecided',
    ],
    ['or every peer of a kind', bound(to('work', 'wecom', 'direct', '*')), 'agent:main:wecom:direct:ada', 'undecided'],
    [
      "is the bindings' where one names the peer",
      bound(to('work', 'wecom', 'direct', 'ada')),
      'agent:main:wecom:default:dm:ada',
      ['work'],
    ],
    ['or the group', bound(to('work', 'wecom', 'group', 'wr1')), 'agent:main:wecom:default:group:wr1', ['work']],
    [
      'is undecided where one names another',
      bound(to('work', 'wecom', 'direct', 'bo')),
      'agent:main:wecom:direct:ada',
      'undecided',
    ],
    [
      'is not meant where it is its own: Feishu writes a binding',
      bound(to('work', 'feishu', 'direct', 'ou_1')),
      'agent:work:feishu:direct:ou_1',
      ['work'],
    ],
    ['and without one nobody made an agent', bound(), 'agent:work:feishu:direct:ou_1', ['main']],
  ])('%s', (_, config, key, expected) => {
    expect(answer(config, key)).toEqual(expected);
    if (expected === 'undecided') expect(placed(config, key).ofChannel).toBe(true);
  });
});

describe('settings beside the bindings', () => {
  const GROUP = 'agent:main:whatsapp:group:120@g.us';
  const GROUPS = { groups: { '-1001': { topics: { 7: { agentId: 'work' } } } } };
  const broadcast = (peers: object) => ({ ...bound(), broadcast: { strategy: 'parallel', ...peers } });

  it.each<[string, object, string, string, unknown]>([
    ['a broadcast', broadcast({ '120@g.us': ['work', 'Family'] }), GROUP, FILES, ['main', 'work', 'family']],
    ['a broadcast of another group', broadcast({ '121@g.us': ['work'] }), GROUP, FILES, ['main']],
    ['a broadcast of that number on Telegram', broadcast({ 111: ['work'] }), PEER, FILES, ['main']],
    ['a broadcast of a channel before there was any', broadcast({ 'telegram:111': ['work'] }), PEER, FILES, ['main']],
    ['a broadcast of a channel', broadcast({ 'telegram:111': { agents: ['work'] } }), PEER, NEW, ['main', 'work']],
    ['the agent of a topic', { ...bound(), channels: { telegram: GROUPS } }, TOPIC, FILES, [null, 'work']],
    [
      'the agent of another topic',
      { ...bound(), channels: { telegram: GROUPS } },
      TOPIC.replace(':7', ':8'),
      FILES,
      ['main'],
    ],
    [
      'the agent of a topic that a binding has',
      { ...bound(['family', { channel: 'telegram', accountId: '*' }]), channels: { telegram: GROUPS } },
      TOPIC,
      NEW,
      [null, 'work'],
    ],
    ['the agent of a topic before there was any', { ...bound(), channels: { telegram: GROUPS } }, TOPIC, OLD, ['main']],
    [
      'the agent of a topic, which accounts do not inherit',
      { ...bound(), channels: { telegram: { ...GROUPS, accounts: { default: {}, alpha: {} } } } },
      TOPIC,
      FILES,
      ['main'],
    ],
    [
      'the agent of a topic, which may be inherited',
      { ...bound(), channels: { telegram: { ...GROUPS, accounts: { default: {}, alpha: {} } } } },
      TOPIC,
      '2026.8.1',
      'undecided',
    ],
    [
      'the agent of a topic, which accounts inherit',
      { ...bound(), channels: { telegram: { ...GROUPS, accounts: { default: {}, alpha: {} } } } },
      TOPIC,
      NEW,
      [null, 'work'],
    ],
  ])('%s', (_, config, key, version, expected) => {
    expect(answer(config, key, {}, version)).toEqual(expected);
  });
});

describe('an id whose letter case only the key tells', () => {
  const ON_CHANNEL = ['work', { channel: 'slack', peer: { kind: 'channel', id: 'C042' } }] as const;
  const KEY = 'agent:main:slack:channel:c042';

  it.each<[string, object, Stored, unknown]>([
    ['may be that of a binding', bound(ON_CHANNEL), {}, 'undecided'],
    ['is that of a binding where it is stored', bound(ON_CHANNEL), { addresses: ['slack:channel:C042'] }, ['work']],
    ['is another where another is stored', bound(ON_CHANNEL), { addresses: ['slack:channel:c042'] }, ['main']],
    ['does not matter where all spellings go to one agent', bound(['main', ON_CHANNEL[1]]), {}, ['main']],
    ['is none of another channel', bound(['work', { ...ON_CHANNEL[1], channel: 'matrix' }]), {}, ['main']],
  ])('%s', (_, config, stored, expected) => {
    expect(answer(config, KEY, stored)).toEqual(expected);
  });

  it('has each spelling of the bindings once', () => {
    const config = routingOf(
      bound(
        ON_CHANNEL,
        ['family', { channel: 'slack', peer: { kind: 'group', id: 'C042' } }],
        ['family', { channel: 'slack', peer: { kind: 'channel', id: 'c042' } }],
        ['family', { channel: 'slack', peer: { kind: 'channel', id: 'c04' } }],
        ['family', { channel: 'slack', peer: { kind: 'channel', id: '' } }],
        ['family', { channel: 'slack' }],
      ),
    );
    const { conversation } = placed({}, KEY);
    if (conversation === null) return expect.unreachable();
    expect(possibleConversations(conversation, config).map(({ peer }) => peer)).toEqual([
      { kind: 'channel', id: 'c042' },
      { kind: 'channel', id: 'C042' },
    ]);
    expect(possibleConversations({ ...conversation, foldedId: false }, config)).toHaveLength(1);
    const elsewhere = routingOf(bound(['work', { channel: 'matrix', peer: { kind: 'channel', id: 'C042' } }]));
    expect(possibleConversations(conversation, elsewhere)).toHaveLength(1);
  });
});

describe('an identity link', () => {
  const links = (...peers: string[]) => ({ session: { identityLinks: { ada: peers } } });

  it('routes by the peer that it stands for', () => {
    expect(answer({ ...bound(ON_PEER), ...links('telegram:111') }, 'agent:main:telegram:direct:ada')).toEqual(['work']);
  });

  it.each([
    ['capitals in its name', { Ada: ['telegram:111'] }, 'work'],
    ['a bare peer', { ada: ['111'] }, 'work'],
    ['capitals in its peer', { ada: ['Telegram:111'] }, 'work'],
  ])('routes with %s', (_, identityLinks, agent) => {
    const config = { ...bound(ON_PEER), session: { identityLinks } };
    expect(answer(config, 'agent:main:telegram:direct:ada')).toEqual([agent]);
  });

  it('is undecided where it may stand for several that a binding tells apart', () => {
    const config = { ...bound(ON_PEER), ...links('telegram:111', 'telegram:222') };
    expect(placed(config, 'agent:main:telegram:direct:ada')).toMatchObject({ agent: null, undecided: true });
    const elsewhere = {
      ...bound(['work', { channel: 'telegram', peer: { kind: 'direct', id: '9' } }]),
      ...links('telegram:111', 'telegram:222'),
    };
    expect(answer(elsewhere, 'agent:main:telegram:direct:ada')).toEqual(['main']);
  });
});

it('places a direct chat of Matrix that has a session of its room by its user first, then by the room', () => {
  const key = 'agent:main:matrix:channel:!Room:x';
  const stored = { addresses: ['matrix:@ada:x', 'room:!Room:x'], nativeChannel: '!Room:x', chatType: 'direct' };
  const user = { channel: 'matrix', peer: { kind: 'direct', id: '@ada:x' } };
  const room = { channel: 'matrix', peer: { kind: 'channel', id: '!Room:x' } };
  expect(answer(bound(['work', room], ['main', user]), key, stored)).toEqual(['main']);
  expect(answer(bound(['work', room]), key, stored)).toEqual(['work']);
  expect(answer(bound(['work', user]), key, stored)).toEqual(['work']);
  expect(answer(bound(['work', user]), key, { ...stored, chatType: 'channel' })).toEqual(['main']);
});

it('takes the version of each session, not that of the first', () => {
  const placementOf = preparePlacement(
    routingOf(bound(['work', { channel: 'telegram', peer: { kind: 'group', id: '*' } }])),
  );
  const input = { key: parseKey(TOPIC), chatType: null, account: 'default', route: NO_ROUTE };
  const agents = [OLD, FILES, OLD].map((version) => placementOf({ ...input, version }).agent);
  expect(agents).toEqual(['main', 'work', 'main']);
});

describe('the ids of the config', () => {
  it('are gone through once, however many sessions ask for their letter case', () => {
    const config = routingOf({
      ...bound(['work', { channel: 'slack', peer: { kind: 'direct', id: 'U1' } }]),
      broadcast: { 'slack:u:X': [], 'u:X': [], 'telegram:u:x': [] },
    });
    let walks = 0;
    const { bindings } = config;
    const counted = {
      ...config,
      get bindings() {
        walks += 1;
        return bindings;
      },
    };
    const place = preparePlacement(counted);
    const spelt = (id: string) => {
      const { conversation } = place({
        key: parseKey(`agent:main:slack:direct:${id}`),
        chatType: null,
        account: 'default',
        version: FILES,
        route: { ...NO_ROUTE, channel: 'slack' },
      });
      return conversation === null ? [] : possibleConversations(conversation, counted).map(({ peer }) => peer.id);
    };
    expect(spelt('u1')).toEqual(['u1', 'U1']);
    const before = walks;
    expect(spelt('u:x')).toEqual(['u:x', 'u:X']);
    for (let at = 0; at < 50; at += 1) spelt(`none-${at}`);
    // That a word is a channel is asked for each.
    expect(walks - before).toBe(51);
  });
});
