import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { routingView } from '../../src/openclaw/routing-config.ts';
import { prepareRouting } from '../../src/routing/resolve-route.ts';
import { CALLED, DIRECT, ROOM } from '../support/routes.ts';

const EMPTY = routingView({});

describe('routingView', () => {
  it('is empty for an empty config', () => {
    expect(EMPTY).toEqual({
      agents: [],
      usesEntries: false,
      usesNewKeys: false,
      explicitOwner: false,
      systemAgent: null,
      bindings: [],
      broadcast: new Map(),
      topicAgents: [],
      telegramAccounts: [],
      channels: [],
      discordGuilds: [],
      dmScope: null,
      groupScope: null,
      identityLinks: new Map(),
      dropped: [],
    });
  });

  it('reads a binding whole', () => {
    const peer = { kind: 'dm', id: ' 111 ' };
    const match = { channel: ' Slack ', accountId: ' a ', peer, guildId: 9, teamId: ' T1 ', roles: ['r', 5] };
    expect(routingView({ bindings: [{ agentId: ' work ', type: 'route', match, comment: 'x' }] })).toMatchObject({
      bindings: [
        {
          index: 0,
          isRoute: true,
          agentId: 'work',
          channel: 'slack',
          account: 'a',
          peer: { kind: 'direct', id: '111' },
          guild: '9',
          team: 'T1',
          roles: ['r', '5'],
        },
      ],
      dropped: [],
    });
  });

  it('reads both shapes of the agents', () => {
    const agents = {
      list: [{ id: 'Main Bot' }, { id: 7, default: true }],
      entries: { Work: { default: true }, b: {} },
    };
    expect(routingView({ agents })).toMatchObject({
      agents: [
        { id: 'main-bot', isDefault: false },
        { id: '7', isDefault: true },
        { id: 'work', isDefault: true },
        { id: 'b', isDefault: false },
      ],
      usesEntries: true,
      dropped: [],
    });
  });

  it('reads the settings that choose an agent, or a key, besides the bindings', () => {
    const group = (agentId: unknown) => ({ topics: { 42: { agentId } } });
    const content = {
      agents: { ownership: 'explicit', defaults: { systemAgent: { agentId: 'work' } } },
      broadcast: { strategy: 'parallel', '+491': ['Main', 'work'], 'slack:C1': { agents: ['a'] } },
      channels: {
        telegram: { groups: { '-1': group('Work') }, accounts: { b: { groups: { '-2': group('b') } }, c: {} } },
        discord: { enabled: false, guilds: { 900: { slug: 'home' }, '*': {} }, accounts: { b: { guilds: { x: {} } } } },
      },
      session: { dmScope: 'per-peer', groupScope: 'main', identityLinks: { alice: ['telegram:111', 5] } },
    };
    expect(routingView(content)).toMatchObject({
      explicitOwner: true,
      systemAgent: 'work',
      broadcast: new Map([
        ['+491', ['main', 'work']],
        ['slack:C1', ['a']],
      ]),
      topicAgents: [
        { account: null, scope: 'groups', chat: '-1', topic: '42', agent: 'work' },
        { account: 'b', scope: 'groups', chat: '-2', topic: '42', agent: 'b' },
      ],
      telegramAccounts: [
        { id: 'b', hasGroups: true },
        { id: 'c', hasGroups: false },
      ],
      channels: ['telegram'],
      discordGuilds: [
        { key: '900', slug: 'home' },
        { key: '*', slug: null },
        { key: 'x', slug: null },
      ],
      dmScope: 'per-peer',
      groupScope: 'main',
      identityLinks: new Map([['alice', ['telegram:111', '5']]]),
      dropped: [],
    });
  });
});

describe('bad input', () => {
  const one = (match: unknown, rest: object = { agentId: 'work' }) => ({ bindings: [{ ...rest, match }] });

  it.each<[unknown, string[]]>([
    [null, []],
    ['text', ['config']],
    [[], ['config']],
    [{ bindings: {} }, ['bindings']],
    [{ bindings: 'all' }, ['bindings']],
    [{ bindings: [5, null, []] }, ['bindings.0', 'bindings.0.match', 'bindings.0.agentId', 'bindings.0.match.channel']],
    [one(undefined), ['bindings.0.match', 'bindings.0.match.channel']],
    [one({}), ['bindings.0.match.channel']],
    [one({ channel: 5 }), ['bindings.0.match.channel']],
    [one({ channel: 'a' }, {}), ['bindings.0.agentId']],
    [one({ channel: 'a' }, { agentId: {} }), ['bindings.0.agentId']],
    [one({ channel: 'a', thread: '1' }), ['bindings.0.match: unknown key']],
    [one({ channel: 'a', accountId: {} }), ['bindings.0.match.accountId']],
    [
      one({ channel: 'a', peer: '111' }),
      ['bindings.0.match.peer', 'bindings.0.match.peer.kind', 'bindings.0.match.peer.id'],
    ],
    [one({ channel: 'a', peer: { kind: 'room', id: '1' } }), ['bindings.0.match.peer.kind']],
    [one({ channel: 'a', peer: { kind: 'direct' } }), ['bindings.0.match.peer.id']],
    [one({ channel: 'a', guildId: [] }), ['bindings.0.match.guildId']],
    [one({ channel: 'a', teamId: true }), ['bindings.0.match.teamId']],
    [one({ channel: 'a', roles: 'admin' }), ['bindings.0.match.roles']],
    [one({ channel: 'a', roles: [{}, 'r'] }), ['bindings.0.match.roles']],
    [{ agents: [] }, ['agents']],
    [{ agents: { list: {} } }, ['agents.list']],
    [
      { agents: { list: [5, {}, { id: 'a', default: 'yes' }] } },
      ['agents.list.0', 'agents.list.1.id', 'agents.list.2.default'],
    ],
    [{ agents: { entries: [] } }, ['agents.entries']],
    [{ agents: { defaults: { systemAgent: 'work' } } }, ['agents.defaults.systemAgent']],
    [{ broadcast: { '+491': 'work' } }, ['broadcast']],
    [{ channels: { telegram: { groups: { '-1': { topics: [] } } } } }, ['channels.telegram.groups']],
    [{ channels: { discord: { guilds: { 900: 'home' } } } }, ['channels.discord.guilds']],
    [
      { session: { identityLinks: { alice: 'telegram:111' }, dmScope: {} } },
      ['session.dmScope', 'session.identityLinks'],
    ],
  ])('%j', (content, dropped) => {
    const view = routingView(content);
    expect(view.dropped).toEqual(expect.arrayContaining(dropped));
    expect(view.dropped.length > 0).toBe(dropped.length > 0);
    expect(view.dropped.join()).not.toMatch(/111|491|alice|home/);
  });

  it.each<[string, unknown]>([
    ['no channel', {}],
    ['a peer that is none', { channel: 'telegram', peer: '111' }],
    ['a peer without id', { channel: 'telegram', peer: { kind: 'direct' } }],
    ['no match', undefined],
  ])('a binding with %s keeps its place and matches nothing', (_, match) => {
    const view = routingView({
      bindings: [
        { agentId: 'work', match },
        { agentId: 'main', match: { channel: 'telegram' } },
      ],
    });
    expect(view.bindings.map(({ index }) => index)).toEqual([0, 1]);
    expect(prepareRouting(view, CALLED[2])(DIRECT)).toMatchObject({ decided: true, agent: 'main', binding: 1 });
  });

  it('throws nothing, and answers, whatever the config is', () => {
    const leaf = fc.oneof(
      fc.constantFrom('telegram', 'direct', '111', '*', ' ', 'explicit', 'main'),
      fc.jsonValue({ maxDepth: 1 }),
    );
    const match = fc.record(
      {
        channel: leaf,
        accountId: leaf,
        peer: fc.oneof(leaf, fc.record({ kind: leaf, id: leaf })),
        guildId: leaf,
        roles: fc.oneof(leaf, fc.array(leaf)),
      },
      { requiredKeys: [] },
    );
    const binding = fc.oneof(
      leaf,
      fc.record({ agentId: leaf, type: leaf, match: fc.oneof(leaf, match) }, { requiredKeys: [] }),
    );
    const content = fc.record(
      {
        agents: fc.oneof(
          leaf,
          fc.record({ list: fc.oneof(leaf, fc.array(leaf)), entries: leaf, ownership: leaf, defaults: leaf }),
        ),
        bindings: fc.oneof(leaf, fc.array(binding)),
        broadcast: fc.oneof(leaf, fc.dictionary(fc.string(), leaf)),
        channels: fc.oneof(leaf, fc.record({ telegram: leaf, discord: leaf })),
        session: leaf,
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.oneof(content, fc.jsonValue()), fc.constantFrom(...CALLED, null), (given, version) => {
        const route = prepareRouting(routingView(given), version);
        for (const conversation of [DIRECT, ROOM]) expect(route(conversation).explain()).toBeInstanceOf(Array);
      }),
      { numRuns: 300 },
    );
  });
});
