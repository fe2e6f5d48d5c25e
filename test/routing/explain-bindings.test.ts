import { describe, expect, it } from 'vitest';
import { type Conversation, UNKNOWN } from '../../src/model/conversation.ts';
import { routingOf } from '../support/openclaw-config.ts';
import { bound, CALLED, ROOM, routeOf, VAGUE_ROOM } from '../support/routes.ts';

const DISCORD = { channel: 'discord' };
const [OLD, , FILES, NEW] = CALLED;

function outcomes(config: object, version: string | null, conversation: Conversation): string[] {
  return routeOf(routingOf(config), version, conversation)
    .explain()
    .map(({ index, tier, outcome, unknown }) => [index, tier ?? '-', outcome, ...unknown].join(' '));
}

describe('the outcomes of the bindings', () => {
  it("come in OpenClaw's order, with what became of each", () => {
    const config = bound(
      ['work', { channel: 'slack' }],
      ['family', DISCORD],
      ['work', { ...DISCORD, accountId: 'alpha' }],
      ['work', { ...DISCORD, guildId: '901' }],
      ['work', { ...DISCORD, guildId: '900', roles: ['r1'] }],
      ['work', { ...DISCORD, teamId: 'T1' }],
      ['work', { ...DISCORD, peer: { kind: 'channel', id: '7002' } }],
      ['family', DISCORD],
      ['work', {}],
      ['work', { ...DISCORD, peer: { kind: 'room', id: '1' } }],
    );
    const acp = { agentId: 'work', type: 'acp', match: DISCORD };
    expect(outcomes({ ...config, bindings: [...config.bindings, acp] }, NEW, ROOM)).toEqual([
      '6 binding.peer other peer',
      '4 binding.guild+roles no such role',
      '3 binding.guild other guild',
      '5 binding.team other team',
      '1 binding.account matched',
      '2 binding.account other account',
      '7 binding.account hidden by an earlier one',
      '0 - other channel',
      '8 - never matches',
      '9 - never matches',
      '10 - not a route',
    ]);
  });

  it('tell what would have to be known, and what does not matter any more', () => {
    const config = bound(
      ['work', { ...DISCORD, peer: { kind: 'channel', id: '7000' }, guildId: '900' }],
      ['work', { ...DISCORD, guildId: '900' }],
      ['main', { ...DISCORD, peer: { kind: 'channel', id: '*' } }],
    );
    expect(outcomes(config, FILES, VAGUE_ROOM)).toEqual([
      '0 binding.peer.parent not known parent guild',
      '2 binding.peer.wildcard matched',
      '1 binding.guild hidden by an earlier one',
    ]);
  });

  it('tell the tier of the parent', () => {
    const config = bound(['work', { ...DISCORD, peer: ROOM.peer }]);
    const thread: Conversation = { ...ROOM, peer: { kind: 'channel', id: '7100' }, parent: ROOM.peer };
    expect(outcomes(config, FILES, thread)).toEqual(['0 binding.peer.parent matched']);
    expect(outcomes(config, FILES, { ...thread, parent: null })).toEqual(['0 binding.peer other peer']);
    const direct = bound(['work', { ...DISCORD, peer: { kind: 'direct', id: '7000' } }]);
    expect(outcomes(direct, FILES, { ...thread, parent: UNKNOWN })).toEqual(['0 binding.peer other peer']);
  });

  it('tell the best of the tiers that a binding has in the oldest version', () => {
    const config = bound(['work', { ...DISCORD, peer: { kind: 'channel', id: '7002' }, guildId: '900' }]);
    expect(outcomes(config, OLD, ROOM)).toEqual(['0 binding.guild matched']);
    expect(outcomes(config, FILES, ROOM)).toEqual(['0 binding.peer other peer']);
    const blank = bound(['work', { ...DISCORD, guildId: ' ' }]);
    expect(outcomes(blank, OLD, ROOM)).toEqual(['0 - never matches']);
  });

  it('are those of the newest version that may run, and none where no version is known', () => {
    const config = bound(['work', { ...DISCORD, peer: { kind: 'channel', id: '*' } }]);
    expect(outcomes(config, null, ROOM)).toEqual(['0 binding.peer.wildcard matched']);
    expect(outcomes(config, '2027.1.1', ROOM)).toEqual([]);
  });
});
