import { describe, expect, it } from 'vitest';
import type { Conversation } from '../../src/model/conversation.ts';
import { prepareRouting } from '../../src/routing/resolve-route.ts';
import { routingOf } from '../support/openclaw-config.ts';
import { bound, CALLED, DIRECT, ROOM, routeOf } from '../support/routes.ts';

const [OLD, , FILES, NEW] = CALLED;
const TELEGRAM = { channel: 'telegram' };
const DISCORD = { channel: 'discord' };
const PEER = { ...DISCORD, peer: { kind: 'channel', id: '7001' } };
const THREAD: Conversation = {
  ...ROOM,
  peer: { kind: 'channel', id: '7100' },
  parent: { kind: 'channel', id: '7001' },
};
const TEAM_ROOM: Conversation = { ...ROOM, team: 'T1', roles: ['r1', 'r2'] };

function answer(config: object, version: string | null, conversation: Conversation) {
  const route = routeOf(routingOf(config), version, conversation);
  return route.decided ? [route.agent, route.tier, route.binding] : ['undecided', ...route.unknown];
}

describe('the order of the tiers', () => {
  /** Each takes the room with its roles; the weakest comes first in the config. */
  const LADDER: [tier: string, match: object][] = [
    ['binding.channel', { ...DISCORD, accountId: '*' }],
    ['binding.account', DISCORD],
    ['binding.team', { ...DISCORD, teamId: 'T1' }],
    ['binding.guild', { ...DISCORD, guildId: '900' }],
    ['binding.guild+roles', { ...DISCORD, guildId: '900', roles: ['r2'] }],
    ['binding.peer.wildcard', { ...DISCORD, peer: { kind: 'channel', id: '*' } }],
    ['binding.peer', PEER],
  ];

  it.each(LADDER.map(([tier], rank) => [tier, rank] as const))('%s wins over all below it', (tier, rank) => {
    const bindings = LADDER.slice(0, rank + 1).map(
      ([, match], at) => [at === rank ? 'work' : 'family', match] as const,
    );
    expect(answer(bound(...bindings), NEW, TEAM_ROOM)).toEqual(['work', tier, rank]);
  });

  it.each([
    ['binding.peer', { ...THREAD, parent: { kind: 'channel', id: '7100' } }, 'family'],
    ['binding.peer.parent', THREAD, 'work'],
  ] as const)('%s', (tier, conversation, agent) => {
    const config = bound(
      ['other', { ...DISCORD, peer: { kind: 'channel', id: '*' } }],
      ['work', PEER],
      ['family', { ...DISCORD, peer: { kind: 'channel', id: '7100' } }],
    );
    const bindings = agent === 'work' ? config.bindings.slice(0, 2) : config.bindings;
    expect(answer({ ...config, bindings }, FILES, conversation).slice(0, 2)).toEqual([agent, tier]);
  });

  it.each(CALLED)('%s: two of one tier go by the order of the config', (version) => {
    expect(answer(bound(['family', PEER], ['work', PEER]), version, ROOM)).toEqual(['family', 'binding.peer', 0]);
  });
});

describe('what a binding asks of a conversation', () => {
  const direct = (over: Partial<Conversation>): Conversation => ({ ...DIRECT, ...over });
  const room = (over: Partial<Conversation>): Conversation => ({ ...ROOM, ...over });
  const kind = (channel: string, of: string, id: string | number) => ({ channel, peer: { kind: of, id } });

  it.each<[string, string, object, Conversation, boolean]>([
    // accounts
    ['no account: the default one', OLD, TELEGRAM, direct({ account: ' ' }), true],
    ['no account: the default one', NEW, TELEGRAM, direct({ account: 'default' }), true],
    ['no account: no named one', NEW, TELEGRAM, direct({ account: 'alpha' }), false],
    ['a blank account is none', FILES, { ...TELEGRAM, accountId: '  ' }, direct({ account: null }), true],
    ['a named account', OLD, { ...TELEGRAM, accountId: 'alpha' }, direct({ account: ' alpha ' }), true],
    ['another account', NEW, { ...TELEGRAM, accountId: 'alpha' }, direct({ account: 'beta' }), false],
    ['letter case of the message', OLD, { ...TELEGRAM, accountId: 'alpha' }, direct({ account: 'Alpha' }), false],
    ['letter case of the message', FILES, { ...TELEGRAM, accountId: 'alpha' }, direct({ account: 'Alpha' }), true],
    ['letter case of the binding', OLD, { ...TELEGRAM, accountId: 'Alpha' }, direct({ account: 'Alpha' }), true],
    ['other characters', OLD, { ...TELEGRAM, accountId: 'my bot' }, direct({ account: 'my-bot' }), false],
    ['other characters', FILES, { ...TELEGRAM, accountId: 'my bot!' }, direct({ account: 'My-Bot' }), true],
    ['an account without one good character', FILES, { ...TELEGRAM, accountId: '!!' }, direct({ account: null }), true],
    ['an account called main', FILES, { ...TELEGRAM, accountId: 'main' }, direct({ account: null }), false],
    [
      '64 characters count',
      FILES,
      { ...TELEGRAM, accountId: 'a'.repeat(70) },
      direct({ account: 'a'.repeat(64) }),
      true,
    ],
    ['every account', OLD, { ...TELEGRAM, accountId: '*' }, direct({ account: 'alpha' }), true],
    ['every account, with blanks', FILES, { ...TELEGRAM, accountId: ' * ' }, direct({ account: 'alpha' }), true],
    ['a number as account', FILES, { ...TELEGRAM, accountId: 7 }, direct({ account: '7' }), true],
    // channels
    ['the channel of the message has capitals', OLD, TELEGRAM, direct({ channel: ' Telegram' }), true],
    ['another channel', NEW, { channel: 'whatsapp' }, DIRECT, false],
    ['a channel that starts the same', NEW, { channel: 'tele' }, DIRECT, false],
    ['no channel', NEW, {}, DIRECT, false],
    ['a number as channel', NEW, { channel: 5 }, direct({ channel: '5' }), false],
    // peers
    ['dm is direct', OLD, kind('telegram', 'dm', '111'), DIRECT, true],
    ['dm is direct', FILES, kind('telegram', ' DM ', '111'), DIRECT, true],
    ['direct', FILES, kind('telegram', 'direct', '111'), DIRECT, true],
    ['a number as id', NEW, kind('telegram', 'direct', 111), DIRECT, true],
    [
      'blanks round the id of the message',
      OLD,
      kind('telegram', 'dm', '111'),
      direct({ peer: { kind: 'direct', id: ' 111 ' } }),
      true,
    ],
    ['the id of a group is no user', NEW, kind('telegram', 'group', '111'), DIRECT, false],
    [
      'letter case of ids',
      NEW,
      kind('signal', 'direct', 'UUID:a'),
      direct({ channel: 'signal', peer: { kind: 'direct', id: 'uuid:a' } }),
      false,
    ],
    ['an unknown kind', NEW, kind('discord', 'room', '7001'), ROOM, false],
    ['a blank id', OLD, kind('discord', 'channel', ' '), room({ peer: { kind: 'channel', id: '' } }), false],
    ['group is channel', '2026.2.23', kind('discord', 'group', '7001'), ROOM, false],
    ['group is channel', '2026.3.13', kind('discord', 'group', '7001'), ROOM, true],
    [
      'channel is group',
      FILES,
      kind('slack', 'channel', 'G1'),
      room({ channel: 'slack', peer: { kind: 'group', id: 'G1' } }),
      true,
    ],
    ['a parent as group', FILES, kind('discord', 'group', '7001'), THREAD, true],
    ['a parent as group', OLD, kind('discord', 'group', '7001'), THREAD, false],
    [
      'a parent with a blank id',
      NEW,
      PEER,
      room({ peer: { kind: 'channel', id: '1' }, parent: { kind: 'channel', id: ' ' } }),
      false,
    ],
    ['all groups', '2026.3.13', kind('discord', 'group', '*'), ROOM, false],
    ['all groups', FILES, kind('discord', 'group', '*'), ROOM, true],
    ['all groups are no direct chats', FILES, kind('telegram', 'group', '*'), DIRECT, false],
    ['all direct chats', NEW, kind('telegram', 'direct', ' * '), DIRECT, true],
    ['a wildcard of another account', NEW, { ...kind('telegram', 'direct', '*'), accountId: 'a' }, DIRECT, false],
    // guilds, teams
    ['a number as guild', NEW, { ...DISCORD, guildId: 900 }, ROOM, true],
    ['a guild, and none', NEW, { ...DISCORD, guildId: '900' }, room({ guild: null }), false],
    ['a guild, and a blank one', OLD, { ...DISCORD, guildId: '900' }, room({ guild: ' ' }), false],
    ['blanks round the guild of the message', NEW, { ...DISCORD, guildId: '900' }, room({ guild: ' 900 ' }), true],
    ['an empty guild is none', OLD, { ...DISCORD, guildId: '' }, ROOM, true],
    ['a guild of blanks', OLD, { ...DISCORD, guildId: ' ' }, ROOM, false],
    ['a guild of blanks', NEW, { ...DISCORD, guildId: ' ' }, ROOM, true],
    ['a team of blanks', OLD, { ...DISCORD, teamId: ' ' }, ROOM, false],
    ['a team of blanks beside a peer', OLD, { ...PEER, teamId: ' ' }, ROOM, true],
    ['a guild that is no text', OLD, { ...DISCORD, guildId: {} }, ROOM, false],
    ['a team, and none', NEW, { ...DISCORD, teamId: 'T1' }, ROOM, false],
    ['guild and team, both', NEW, { ...DISCORD, guildId: '900', teamId: 'T1' }, TEAM_ROOM, true],
    ['guild and team, one differs', FILES, { ...DISCORD, guildId: '900', teamId: 'T2' }, TEAM_ROOM, false],
    ['guild and team, one differs', OLD, { ...DISCORD, guildId: '900', teamId: 'T2' }, TEAM_ROOM, true],
    ['peer, guild and team, two differ', OLD, { ...PEER, guildId: '1', teamId: 'T2' }, TEAM_ROOM, true],
    ['a parent, the guild differs', FILES, { ...PEER, guildId: '901' }, THREAD, false],
    ['a parent, the guild is the same', FILES, { ...PEER, guildId: '900' }, THREAD, true],
    // roles
    ['one role of two', FILES, { ...DISCORD, guildId: '900', roles: ['r9', 'r2'] }, TEAM_ROOM, true],
    ['a number as role', FILES, { ...DISCORD, guildId: '900', roles: [5] }, room({ roles: ['5'] }), true],
    ['roles, and none held', NEW, { ...DISCORD, guildId: '900', roles: ['r1'] }, room({ roles: null }), false],
    ['roles of a peer', NEW, { ...PEER, roles: ['r1'] }, TEAM_ROOM, true],
    ['roles of a peer, not held', NEW, { ...PEER, roles: ['r3'] }, TEAM_ROOM, false],
    ['roles with a team', NEW, { ...DISCORD, teamId: 'T1', roles: ['r3'] }, TEAM_ROOM, false],
    ['roles for every account', NEW, { ...DISCORD, accountId: '*', roles: ['r1'] }, TEAM_ROOM, true],
    ['no roles', NEW, { ...DISCORD, roles: [] }, ROOM, true],
  ])('%s (%s)', (_, version, match, conversation, takes) => {
    expect(answer(bound(['work', match]), version, conversation)[0]).toBe(takes ? 'work' : 'main');
  });

  it('does not route by acp bindings', () => {
    const config = { ...bound(), bindings: [{ agentId: 'work', type: 'acp', match: TELEGRAM }] };
    expect(answer(config, NEW, DIRECT)).toEqual(['main', 'default', null]);
  });
});

describe('the agent that a binding gives', () => {
  const LISTED = { list: [{ id: 'Home Lab', default: true }, { id: 'work' }] };
  it.each<[string, string, object | undefined, unknown, string | null]>([
    ['compared as ids are', OLD, LISTED, ' WORK ', 'work'],
    ['compared as ids are', FILES, LISTED, 'home lab', 'home-lab'],
    ['blank: the default', NEW, LISTED, ' ', 'home-lab'],
    ['missing: the default', NEW, LISTED, undefined, 'home-lab'],
    ['unlisted: the default', OLD, LISTED, 'ghost', 'home-lab'],
    ['unlisted: the default', '2026.4.15', LISTED, 'ghost', 'home-lab'],
    ['unlisted: refused', FILES, LISTED, 'ghost', null],
    ['unlisted: refused', NEW, LISTED, 'ghost', null],
    ['main, unlisted', OLD, LISTED, 'main', 'home-lab'],
    ['main, unlisted', FILES, LISTED, 'main', null],
    ['main, unlisted', NEW, LISTED, 'main', 'main'],
    ['no list: any name', FILES, undefined, 'Ghost', 'ghost'],
    ['no list: any name', OLD, { list: [] }, 'Ghost', 'ghost'],
    ['no list: only main', NEW, undefined, 'ghost', null],
    ['no list: only main', NEW, {}, 'main', 'main'],
    ['a number', FILES, { list: [{ id: 7 }, { id: 'a', default: true }] }, 7, '7'],
  ])('%s (%s)', (_, version, agents, agentId, agent) => {
    expect(answer({ agents, bindings: [{ agentId, match: TELEGRAM }] }, version, DIRECT)).toEqual([
      agent,
      'binding.account',
      0,
    ]);
  });

  it.each([
    [OLD, 'main'],
    [FILES, null],
  ])('%s: a binding to an unlisted agent hides a later good one', (version, agent) => {
    const config = bound(['ghost', TELEGRAM], ['work', TELEGRAM]);
    expect(answer(config, version, DIRECT)).toEqual([agent, 'binding.account', 0]);
  });
});

describe('the default agent', () => {
  const entries = { a: {}, b: {} };
  const owner = { systemAgent: { agentId: 'B' } };
  it.each<[string, string, object, string | null]>([
    ['nothing', NEW, {}, 'main'],
    ['an empty list', OLD, { list: [] }, 'main'],
    ['the first', FILES, { list: [{ id: 'a' }, { id: 'b' }] }, 'a'],
    ['the first, refused', NEW, { list: [{ id: 'a' }, { id: 'b' }] }, null],
    ['the marked one', NEW, { list: [{ id: 'a' }, { id: 'b', default: true }] }, 'b'],
    ['not marked with true', FILES, { list: [{ id: 'a' }, { id: 'b', default: 'yes' }] }, 'a'],
    ['two marks', OLD, { list: [{ id: 'a' }, { id: 'b', default: true }, { id: 'c', default: true }] }, 'b'],
    ['two marks', NEW, { entries: { a: { default: true }, b: { default: true } } }, null],
    ['only one', NEW, { list: [{ id: 'solo' }] }, 'solo'],
    ['only one entry', NEW, { entries: { Solo: {} } }, 'solo'],
    ['the marked entry', NEW, { entries: { a: {}, b: { default: true } } }, 'b'],
    ['several entries, no mark', NEW, { entries }, null],
    ['an explicit owner', NEW, { ownership: 'explicit', entries, defaults: owner }, 'b'],
    ['an owner that is not explicit', NEW, { entries, defaults: owner }, null],
    [
      'an explicit owner and a mark',
      NEW,
      { ownership: 'explicit', entries: { a: { default: true }, b: {} }, defaults: owner },
      null,
    ],
    ['explicit, nobody named', NEW, { ownership: 'explicit', entries }, null],
    ['explicit, only one', NEW, { ownership: 'explicit', entries: { a: {} } }, 'a'],
    [
      'explicit, an unlisted owner',
      NEW,
      { ownership: 'explicit', entries, defaults: { systemAgent: { agentId: 'c' } } },
      null,
    ],
    ['explicit, main', NEW, { ownership: 'explicit', entries, defaults: { systemAgent: { agentId: 'main' } } }, 'main'],
    ['entries, for a version before them', FILES, { entries: { a: {}, b: { default: true } } }, 'b'],
  ])('%s (%s)', (_, version, agents, agent) => {
    expect(answer({ agents }, version, DIRECT)).toEqual([agent, 'default', null]);
  });

  it.each<[string, object, string]>([
    ['a configured channel', { channels: { telegram: {} } }, 'binding.channel'],
    ['a disabled channel', { channels: { telegram: { enabled: false } } }, 'default'],
    ['another channel', { channels: { discord: {} } }, 'default'],
  ])('2026.9.6 binds it to %s of the old shape', (_, channels, tier) => {
    expect(answer({ ...bound(), ...channels }, NEW, DIRECT)).toEqual(['main', tier, null]);
    expect(answer({ ...bound(), ...channels }, FILES, DIRECT)).toEqual(['main', 'default', null]);
  });

  it('is not bound where the whole channel is already, or where nobody is the default', () => {
    const channels = { telegram: {} };
    const whole = bound(['work', { ...TELEGRAM, accountId: '*' }]);
    expect(answer({ ...whole, channels }, NEW, DIRECT)).toEqual(['work', 'binding.channel', 0]);
    const explicit = { agents: { ownership: 'explicit', entries: { a: {}, b: {} } }, channels };
    expect(answer(explicit, NEW, DIRECT)).toEqual([null, 'default', null]);
  });
});

describe('one routing for many conversations', () => {
  it('answers as one for each of them does', () => {
    const config = routingOf(bound(['work', PEER], ['family', TELEGRAM]));
    const route = prepareRouting(config, NEW);
    for (const conversation of [DIRECT, ROOM, THREAD]) {
      const { explain, ...rest } = route(conversation);
      const { explain: explainAlone, ...single } = routeOf(config, NEW, conversation);
      expect(rest).toEqual(single);
      expect(explain()).toEqual(explainAlone());
    }
  });
});
