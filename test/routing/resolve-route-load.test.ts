import { describe, expect, it } from 'vitest';
import { type Conversation, UNKNOWN } from '../../src/model/conversation.ts';
import { prepareRouting } from '../../src/routing/resolve-route.ts';
import { routingOf } from '../support/openclaw-config.ts';
import { bound, CALLED, ROOM } from '../support/routes.ts';

const BINDINGS = 1000;
const CONVERSATIONS = 5000;

/** A thousand bindings of every kind, and as many rooms as five thousand. */
function loads(): [name: string, match: (at: number) => object, over: (at: number) => Partial<Conversation>][] {
  const room = (at: number) => ({ kind: 'channel' as const, id: `c${at}` });
  const guild = (at: number) => ({ guildId: `g${at}` });
  return [
    ['peers, all known', (at) => ({ peer: room(at) }), () => ({})],
    ['peers, the parent unknown', (at) => ({ peer: room(at) }), () => ({ parent: UNKNOWN })],
    ['guilds, all known', guild, (at) => ({ guild: `g${at % BINDINGS}` })],
    ['guilds, unknown', guild, () => ({ guild: UNKNOWN })],
    [
      'roles of guilds, unknown',
      (at) => ({ ...guild(at), roles: ['r1', 'r2'] }),
      (at) => ({ guild: `g${at}`, roles: UNKNOWN }),
    ],
    [
      'every kind, all unknown',
      (at) =>
        [
          { peer: room(at) },
          guild(at),
          { ...guild(at), roles: [`r${at}`] },
          { teamId: `t${at}` },
          { accountId: `a${at}` },
        ][at % 5] ?? {},
      () => ({ account: UNKNOWN, parent: UNKNOWN, guild: UNKNOWN, team: UNKNOWN, roles: UNKNOWN }),
    ],
  ];
}

describe(`${BINDINGS} bindings and ${CONVERSATIONS} conversations`, () => {
  it.each(loads())('%s: a few bindings are looked at for each', (name, match, over) => {
    const bindings = Array.from({ length: BINDINGS }, (_, at) => {
      return [at % 2 === 0 ? 'work' : 'family', { channel: 'discord', accountId: '*', ...match(at) }] as const;
    });
    const conversations = Array.from({ length: CONVERSATIONS }, (_, at): Conversation => {
      return { ...ROOM, peer: { kind: 'channel', id: `c${at}` }, ...over(at) };
    });
    const config = routingOf(bound(...bindings));
    const comparisons = { count: 0 };
    const start = performance.now();
    const route = prepareRouting(config, CALLED[2], comparisons);
    const decided = conversations.filter((conversation) => route(conversation).decided).length;
    const ms = performance.now() - start;
    process.stdout.write(`${name}: ${decided} decided, ${comparisons.count} bindings looked at, ${ms.toFixed(1)} ms\n`);
    expect(comparisons.count).toBeLessThan(10 * CONVERSATIONS);
  });

  it('one agent for all, whatever is unknown: each is looked at once', () => {
    const bindings = Array.from({ length: BINDINGS }, (_, at) => {
      return ['main', { channel: 'discord', accountId: '*', peer: { kind: 'channel', id: `c${at}` } }] as const;
    });
    const comparisons = { count: 0 };
    const route = prepareRouting(routingOf(bound(...bindings)), CALLED[2], comparisons);
    expect(route({ ...ROOM, parent: UNKNOWN })).toMatchObject({ decided: true, agent: 'main' });
    expect(comparisons.count).toBeLessThanOrEqual(BINDINGS);
  });
});
