import { describe, expect, it } from 'vitest';
import { type Conversation, UNKNOWN } from '../../src/model/conversation.ts';
import { versionOrNewest } from '../../src/openclaw/versions.ts';
import { routingOf } from '../support/openclaw-config.ts';
import { bound, CALLED, DIRECT, ROOM, routeOf, VAGUE_ROOM } from '../support/routes.ts';

const DISCORD = { channel: 'discord', accountId: '*' };
const PARENT = { ...DISCORD, peer: { kind: 'channel', id: '7000' } };
const [OLD, , FILES, NEW] = CALLED;

function answer(config: object, version: string | null, conversation: Conversation): string {
  const route = routeOf(routingOf(config), version, conversation);
  return route.decided ? `${route.agent}` : `? ${route.unknown.join(' ')}`;
}

describe('an unknown fact', () => {
  const vague = (over: Partial<Conversation>): Conversation => ({ ...VAGUE_ROOM, ...over });
  const roles = (...of: string[]) => ({ ...DISCORD, guildId: '900', roles: of });

  it.each<[string, Conversation, (readonly [string, object])[], string]>([
    ['that no binding asks about', VAGUE_ROOM, [['work', DISCORD]], 'work'],
    ['that only another channel asks about', VAGUE_ROOM, [['work', { channel: 'slack', guildId: '1' }]], 'main'],
    ['that gives the same agent', VAGUE_ROOM, [['main', PARENT]], 'main'],
    ['guild', VAGUE_ROOM, [['work', { ...DISCORD, guildId: '900' }]], '? guild'],
    [
      'guild, one agent for all',
      VAGUE_ROOM,
      [
        ['work', { ...DISCORD, guildId: '1' }],
        ['work', DISCORD],
      ],
      'work',
    ],
    ['parent', VAGUE_ROOM, [['work', PARENT]], '? parent'],
    [
      'parent, hidden by the peer itself',
      VAGUE_ROOM,
      [
        ['work', PARENT],
        ['family', { ...DISCORD, peer: ROOM.peer }],
      ],
      'family',
    ],
    [
      'parent, a direct chat is none',
      VAGUE_ROOM,
      [['work', { ...DISCORD, peer: { kind: 'direct', id: '7000' } }]],
      'main',
    ],
    ['parent, in another guild', vague({ guild: '900' }), [['work', { ...PARENT, guildId: '1' }]], 'main'],
    ['parent and guild', VAGUE_ROOM, [['work', { ...PARENT, guildId: '900' }]], '? parent guild'],
    ['roles', vague({ guild: '900' }), [['work', roles('r1')]], '? roles'],
    ['roles, in another guild', vague({ guild: '901' }), [['work', roles('r1')]], 'main'],
    ['roles, the guild unknown too', VAGUE_ROOM, [['work', roles('r1')]], '? guild roles'],
    [
      'roles, each hidden by an earlier binding',
      vague({ guild: '900' }),
      [
        ['main', roles('r1')],
        ['main', roles('r2')],
        ['work', roles('r1', 'r2')],
      ],
      'main',
    ],
    [
      'roles, one not hidden',
      vague({ guild: '900' }),
      [
        ['main', roles('r1')],
        ['work', roles('r1', 'r2')],
      ],
      '? roles',
    ],
    [
      'hidden by a known one',
      vague({ guild: '900' }),
      [
        ['family', { ...DISCORD, peer: { kind: 'channel', id: '*' } }],
        ['work', roles('r1')],
      ],
      'family',
    ],
    ['team', { ...ROOM, channel: 'slack', team: UNKNOWN }, [['work', { channel: 'slack', teamId: 'T1' }]], '? team'],
    ['account', { ...DIRECT, account: UNKNOWN }, [['work', { channel: 'telegram' }]], '? account'],
    [
      'account, for every one',
      { ...DIRECT, account: UNKNOWN },
      [['work', { channel: 'telegram', accountId: '*' }]],
      'work',
    ],
    [
      'account, the same agent',
      { ...DIRECT, account: UNKNOWN },
      [
        ['work', { channel: 'telegram', accountId: '*' }],
        ['work', { channel: 'telegram', accountId: 'a' }],
      ],
      'work',
    ],
    [
      'account of a peer',
      { ...DIRECT, account: UNKNOWN },
      [['work', { channel: 'telegram', peer: { kind: 'direct', id: '111' } }]],
      '? account',
    ],
    [
      'account of another peer',
      { ...DIRECT, account: UNKNOWN },
      [['work', { channel: 'telegram', peer: { kind: 'direct', id: '1' } }]],
      'main',
    ],
  ])('%s', (_, conversation, bindings, expected) => {
    expect(answer(bound(...bindings), FILES, conversation)).toBe(expected);
  });

  it('changes nothing in the oldest version where a stronger tier ignores it', () => {
    const config = bound(['work', { ...DISCORD, peer: ROOM.peer, guildId: '901' }]);
    expect(answer(config, OLD, VAGUE_ROOM)).toBe('work');
    expect(answer(config, FILES, VAGUE_ROOM)).toBe('? guild');
  });

  it('can lead to a refusal, which is another answer', () => {
    const config = bound(['ghost', { ...DISCORD, guildId: '900' }]);
    expect(answer(config, FILES, VAGUE_ROOM)).toBe('? guild');
    expect(answer(config, '2026.4.15', VAGUE_ROOM)).toBe('main');
  });

  it('is named by a decided route too, if some binding of the channel asks about it', () => {
    const config = routingOf(bound(['main', PARENT], ['main', { ...DISCORD, teamId: 'T1' }]));
    expect(routeOf(config, NEW, VAGUE_ROOM)).toMatchObject({
      decided: true,
      unknown: ['parent'],
      tier: 'default',
    });
  });
});

describe('the version', () => {
  const kinds = bound(['work', { ...DISCORD, peer: { kind: 'group', id: '7001' } }]);
  const wildcard = bound(['work', { ...DISCORD, peer: { kind: 'channel', id: '*' } }]);
  const guilds = bound(['work', { ...DISCORD, peer: ROOM.peer, guildId: '901' }]);
  const elsewhere = bound(['work', { ...DISCORD, peer: { kind: 'channel', id: '7002' }, guildId: '900' }]);
  const accounts = bound(['work', { ...DISCORD, accountId: 'Alpha' }]);
  const alpha = { ...ROOM, account: 'alpha' };
  const unmarked = { agents: { list: [{ id: 'a' }, { id: 'b' }] } };
  const ghost = bound(['ghost', DISCORD]);

  it.each<[string, string | null, object, Conversation, string]>([
    ['kinds, before', '2026.2.23', kinds, ROOM, 'main'],
    ['kinds, between', '2026.3.2', kinds, ROOM, '? version'],
    ['kinds, a beta of the first', '2026.3.13-beta.1', kinds, ROOM, '? version'],
    ['kinds, after', '2026.3.13', kinds, ROOM, 'work'],
    ['kinds, unknown', null, kinds, ROOM, '? version'],
    ['kinds, no version at all', 'latest', kinds, ROOM, '? version'],
    ['wildcard, before', '2026.3.13', wildcard, ROOM, 'main'],
    ['wildcard, between', '2026.3.31', wildcard, ROOM, '? version'],
    ['wildcard, after', '2026.4.15-1', wildcard, ROOM, 'work'],
    ['all constraints, before', '2026.2.6-3', guilds, ROOM, 'work'],
    ['all constraints, between', '2026.2.12', guilds, ROOM, '? version'],
    ['all constraints, after', '2026.2.17', guilds, ROOM, 'main'],
    ['accounts, before', '2026.2.6-3', accounts, alpha, 'main'],
    ['accounts, between', '2026.2.23', accounts, alpha, '? version'],
    ['accounts, after', '2026.3.13', accounts, alpha, 'work'],
    ['unlisted, between', '2026.5.20', ghost, ROOM, '? version'],
    ['no mark, before', '2026.7.35', unmarked, ROOM, 'a'],
    ['no mark, between', '2026.7.40', unmarked, ROOM, '? version'],
    ['no mark, after', '2026.8.2', unmarked, ROOM, 'null'],
    ['a rule that makes no difference', '2026.3.2', bound(['work', DISCORD]), ROOM, 'work'],
    ['all agree', null, bound(['work', DISCORD]), ROOM, 'work'],
    ['older than what is known', '2026.1.29', bound(['work', DISCORD]), ROOM, '? version'],
    ['an older build', '2026.2.6-2', {}, ROOM, '? version'],
    ['newer than what is known', '2099.1.1', bound(['work', DISCORD]), ROOM, '? version'],
    ['a newer build', `${versionOrNewest(null, 'sqlite')}-1`, {}, ROOM, '? version'],
    ['a fact and the version', null, guilds, { ...ROOM, guild: UNKNOWN }, '? version guild'],
    ['a fact in one of them only', null, elsewhere, { ...ROOM, guild: UNKNOWN }, '? version guild'],
    [
      'a guild of blanks is no value',
      '2026.3.13',
      bound(['work', { ...DISCORD, guildId: ' ' }]),
      VAGUE_ROOM,
      '? version',
    ],
    ['the same doubt in all', '2026.3.2', bound(['work', { ...DISCORD, guildId: '1' }]), VAGUE_ROOM, '? guild'],
  ])('%s (%s)', (_, version, config, conversation, expected) => {
    expect(answer(config, version, conversation)).toBe(expected);
  });

  it.each<[string, object]>([
    ['roles', { roles: ['r1'] }],
    ['the kind direct', { peer: { kind: 'direct', id: '1' } }],
  ])('is not the oldest where the config has what that refuses: %s', (_, refused) => {
    const match = { ...DISCORD, guildId: '900', peer: { kind: 'channel', id: '1' } };
    expect(answer(bound(['work', match]), null, ROOM)).toBe('? version');
    expect(answer(bound(['work', { ...match, ...refused }]), null, ROOM)).toBe('main');
  });

  it.each<[string, object]>([
    [
      'a type',
      { bindings: [{ agentId: 'work', type: 'route', match: { ...DISCORD, peer: ROOM.peer, guildId: '1' } }] },
    ],
    [
      'a dmScope of its own',
      { bindings: [{ agentId: 'work', session: {}, match: { ...DISCORD, peer: ROOM.peer, guildId: '1' } }] },
    ],
    [
      'a topic with an agent',
      { ...guilds, channels: { telegram: { groups: { 1: { topics: { 2: { agentId: 'work' } } } } } } },
    ],
  ])('is not the oldest with %s', (_, config) => {
    expect(answer({ ...bound(), ...config }, null, ROOM)).toBe('main');
    // The version is known to be the oldest: a config that it refuses is read by its rules all the same.
    expect(answer({ ...bound(), ...config }, OLD, ROOM)).toBe('work');
  });

  it('is a late one where the config has entries or an owner', () => {
    const entries = { a: {}, b: {} };
    expect(answer({ agents: { entries } }, null, ROOM)).toBe('null');
    const defaults = { systemAgent: { agentId: 'b' } };
    expect(answer({ agents: { ownership: 'explicit', entries, defaults } }, null, ROOM)).toBe('b');
    expect(answer({ agents: { ownership: 'explicit', entries, defaults } }, '2026.7.40', ROOM)).toBe('b');
    expect(answer({ ...unmarked, session: { groupScope: 'main' } }, null, ROOM)).toBe('null');
  });
});
