import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { configView } from '../../../src/openclaw/config/view.ts';
import { prepareRouting } from '../../../src/routing/resolve-route.ts';
import { routingOf } from '../../support/openclaw-config.ts';
import { CALLED, DIRECT, ROOM } from '../../support/routes.ts';

describe('routing of a config', () => {
  it('is empty for an empty config', () => {
    expect(routingOf({})).toEqual({
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
    });
  });

  it('reads a binding whole', () => {
    const peer = { kind: 'dm', id: ' 111 ' };
    const match = { channel: ' Slack ', accountId: ' a ', peer, guildId: 9, teamId: ' T1 ', roles: ['r', 5] };
    expect(configView({ bindings: [{ agentId: ' work ', type: 'route', match, comment: 'x' }] })).toMatchObject({
      routing: {
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
      },
      dropped: [],
    });
  });

  it('reads both shapes of the agents', () => {
    const agents = {
      list: [{ id: 'Main Bot' }, { id: 7, default: true }],
      entries: { Work: { default: true }, b: {} },
    };
    expect(configView({ agents })).toMatchObject({
      routing: {
        agents: [
          { id: 'main-bot', isDefault: false },
          { id: '7', isDefault: true },
          { id: 'work', isDefault: true },
          { id: 'b', isDefault: false },
        ],
        usesEntries: true,
      },
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
    expect(configView(content)).toMatchObject({
      routing: {
        explicitOwner: true,
        systemAgent: 'work',
        broadcast: new Map([
          ['+491', { agents: ['main', 'work'], isList: true }],
          ['slack:C1', { agents: ['a'], isList: false }],
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
      },
      dropped: [],
    });
  });
});

describe('bad input', () => {
  const one = (match: unknown, rest: object = { agentId: 'work' }) => ({ bindings: [{ ...rest, match }] });

  it.each<[object, string[]]>([
    [{ bindings: {} }, ['bindings']],
    [{ bindings: 'all' }, ['bindings']],
    [{ bindings: [5, null, []] }, ['bindings.0', 'bindings.1', 'bindings.2']],
    [one(undefined), ['bindings.0.match']],
    [one({}), ['bindings.0.match.channel']],
    [one({ channel: 5 }), ['bindings.0.match.channel']],
    [one({ channel: 'a' }, {}), ['bindings.0.agentId']],
    [one({ channel: 'a' }, { agentId: {} }), ['bindings.0.agentId']],
    [one({ channel: 'a', thread: '1' }), ['bindings.0.match']],
    [one({ channel: 'a', accountId: {} }), ['bindings.0.match.accountId']],
    [one({ channel: 'a', peer: '111' }), ['bindings.0.match.peer']],
    [one({ channel: 'a', peer: { kind: 'room', id: '1' } }), ['bindings.0.match.peer.kind']],
    [one({ channel: 'a', peer: { kind: 'direct' } }), ['bindings.0.match.peer.id']],
    [one({ channel: 'a', guildId: [] }), ['bindings.0.match.guildId']],
    [one({ channel: 'a', teamId: true }), ['bindings.0.match.teamId']],
    [one({ channel: 'a', roles: 'admin' }), ['bindings.0.match.roles']],
    [one({ channel: 'a', roles: [{}, 'r'] }), ['bindings.0.match.roles.0']],
    [{ agents: [] }, ['agents']],
    [{ agents: { list: {} } }, ['agents.list']],
    [
      { agents: { list: [5, {}, { id: 'a', default: 'yes' }] } },
      ['agents.list.0', 'agents.list.1.id', 'agents.list.2.default'],
    ],
    [{ agents: { entries: [] } }, ['agents.entries']],
    [{ agents: { defaults: { systemAgent: 'work' } } }, ['agents.defaults.systemAgent']],
    [{ broadcast: { '+491': 'work' } }, ['broadcast.*']],
    [{ channels: { slack: true, irc: { enabled: 'no' } } }, ['channels.slack', 'channels.irc.enabled']],
    [{ channels: { telegram: { groups: { '-1': { topics: [] } } } } }, ['channels.telegram.groups.*.topics']],
    [{ channels: { discord: { guilds: { 900: 'home' } } } }, ['channels.discord.guilds.*']],
    [
      { session: { identityLinks: { alice: 'telegram:111' }, dmScope: {} } },
      ['session.dmScope', 'session.identityLinks.*'],
    ],
  ])('%j', (content, dropped) => {
    expect(configView(content).dropped).toEqual(dropped);
  });

  it.each([{ agents: 'main' }, { agents: { list: 'main' } }, { bindings: 'main' }])(
    '%j leaves routing unknown',
    (bad) => {
      expect(configView(bad).routing).toBeNull();
    },
  );

  it.each([
    { agents: { entries: null } },
    { agents: { ownership: {} } },
    { agents: { defaults: { systemAgent: {} } } },
    { session: { groupScope: [] } },
  ])('%j has a key of 2026.8.1, whatever it holds', (content) => {
    expect(routingOf(content).usesEntries).toBe(true);
  });

  it.each<[string, unknown, object]>([
    ['a guild', { guildId: [] }, { guild: '' }],
    ['a team', { teamId: {} }, { team: '' }],
    ['a peer', { peer: 'x' }, { peer: 'invalid' }],
  ])('%s of the wrong shape is a constraint that nothing meets', (_, match, expected) => {
    expect(routingOf(one(match)).bindings[0]).toMatchObject(expected);
  });

  it.each<[string, unknown]>([
    ['no channel', {}],
    ['a peer that is none', { channel: 'telegram', peer: '111' }],
    ['a peer without id', { channel: 'telegram', peer: { kind: 'direct' } }],
    ['no match', undefined],
  ])('a binding with %s keeps its place and matches nothing', (_, match) => {
    const view = routingOf({
      bindings: [
        { agentId: 'work', match },
        { agentId: 'main', match: { channel: 'telegram' } },
      ],
    });
    expect(view.bindings.map(({ index }) => index)).toEqual([0, 1]);
    expect(prepareRouting(view, CALLED[2])(DIRECT)).toMatchObject({ decided: true, agent: 'main', binding: 1 });
  });

  it('throws nothing, and answers where it is known, whatever the config is', () => {
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
        agents: fc.oneof(leaf, fc.record({ list: fc.array(leaf), entries: leaf, ownership: leaf, defaults: leaf })),
        bindings: fc.oneof({ weight: 1, arbitrary: leaf }, { weight: 5, arbitrary: fc.array(binding) }),
        broadcast: fc.oneof(leaf, fc.dictionary(fc.string(), leaf)),
        channels: fc.oneof(leaf, fc.record({ telegram: leaf, discord: leaf })),
        session: leaf,
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(content, fc.constantFrom(...CALLED, null), (given, version) => {
        const { routing } = configView(given);
        if (routing === null) return;
        const route = prepareRouting(routing, version);
        for (const conversation of [DIRECT, ROOM]) expect(route(conversation).explain()).toBeInstanceOf(Array);
      }),
      { numRuns: 300 },
    );
  });
});
