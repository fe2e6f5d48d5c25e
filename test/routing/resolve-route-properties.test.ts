import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Conversation, type Peer, UNKNOWN } from '../../src/model/conversation.ts';
import { everyValue, type NaiveBinding, naiveRoute } from '../support/naive-routing.ts';
import { routingOf } from '../support/openclaw-config.ts';
import { CALLED, routeOf } from '../support/routes.ts';

const AGENTS = ['main', 'work', 'family'] as const;
const peer: fc.Arbitrary<Peer> = fc.record({
  kind: fc.constantFrom('group', 'channel', 'direct'),
  id: fc.constantFrom('1', '2', '3'),
});
const boundPeer = fc.oneof(peer, fc.record({ kind: fc.constantFrom('group', 'channel'), id: fc.constant('*') }));
const account = fc.constantFrom('default', 'alpha', 'Beta');
const match = fc.record(
  {
    channel: fc.constantFrom('discord', 'discord', 'discord', 'slack'),
    accountId: fc.oneof(account, fc.constant('*'), fc.constant('*')),
    peer: boundPeer,
    guildId: fc.constantFrom('g1', 'g2'),
    teamId: fc.constantFrom('t1', 't2'),
    roles: fc.subarray(['r1', 'r2', 'r3']),
  },
  { requiredKeys: ['channel'] },
);
const bindings: fc.Arbitrary<NaiveBinding[]> = fc.array(fc.record({ agentId: fc.constantFrom(...AGENTS), match }), {
  maxLength: 7,
});
const version = fc.constantFrom(...CALLED);
const known: fc.Arbitrary<Conversation> = fc.record({
  channel: fc.constant('discord'),
  account: fc.constantFrom('default', 'alpha', 'beta', 'other'),
  peer,
  parent: fc.option(peer),
  guild: fc.option(fc.constantFrom('g1', 'g2', 'g3')),
  team: fc.option(fc.constantFrom('t1', 't2', 't3')),
  roles: fc.option(fc.subarray(['r1', 'r2', 'r3', 'r4'])),
});
const vague: fc.Arbitrary<Conversation> = fc
  .tuple(known, fc.subarray(['account', 'parent', 'guild', 'team', 'roles']))
  .map(([conversation, unknown]) => ({
    ...conversation,
    ...Object.fromEntries(unknown.map((name) => [name, UNKNOWN])),
  }));

/** Bindings that the versions in between read as one of those called does: no letter case, kinds or wildcards. */
const plainBindings = bindings.map((all) =>
  configOf(all, CALLED[0]).filter(({ match: { accountId, peer: of } }) => {
    return accountId !== 'Beta' && of?.id !== '*' && of?.kind !== 'channel' && of?.kind !== 'direct';
  }),
);
const vagueGroup = vague.map(
  (one): Conversation => ({ ...one, peer: { kind: 'group', id: one.peer.id }, parent: UNKNOWN }),
);

/** The oldest version refuses a config with roles. */
function configOf(given: readonly NaiveBinding[], at: string): NaiveBinding[] {
  if (at !== CALLED[0]) return [...given];
  return given.map(({ agentId, match: { roles: _, ...rest } }) => ({ agentId, match: rest }));
}

function resolve(given: readonly NaiveBinding[], at: string | null, conversation: Conversation) {
  const list = AGENTS.map((id) => ({ id, default: id === 'main' }));
  return routeOf(routingOf({ agents: { list }, bindings: given }), at, conversation);
}

function withoutExplain<T extends { readonly explain: unknown }>({ explain: _, ...rest }: T) {
  return rest;
}

function isUnknown(conversation: Conversation, name: string): boolean {
  return Object.entries(conversation).some(([fact, value]) => fact === name && value === UNKNOWN);
}

function naiveAgents(given: readonly NaiveBinding[], at: string, conversation: Conversation): Set<string> {
  return new Set(everyValue(given, conversation).map((one) => naiveRoute(given, at, one).agent));
}

describe('a route', () => {
  it('is the one of the plain reading', () => {
    fc.assert(
      fc.property(bindings, version, known, (all, at, conversation) => {
        const given = configOf(all, at);
        const [one] = everyValue(given, conversation);
        const { agent, binding } = one === undefined ? {} : naiveRoute(given, at, one);
        expect(resolve(given, at, conversation)).toMatchObject({ decided: true, agent, binding, unknown: [] });
      }),
      { numRuns: 700 },
    );
  });

  it('is undecided exactly if some value of an unknown fact changes the agent', () => {
    let undecided = 0;
    fc.assert(
      fc.property(bindings, version, vague, (all, at, conversation) => {
        const given = configOf(all, at);
        const agents = naiveAgents(given, at, conversation);
        const route = resolve(given, at, conversation);
        expect(route.decided).toBe(agents.size === 1);
        if (route.decided) expect(agents).toContain(route.agent);
        else undecided++;
      }),
      { numRuns: 700 },
    );
    expect(undecided).toBeGreaterThan(50);
  });

  it('is undecided for an unknown version exactly if one that is known differs', () => {
    let undecided = 0;
    fc.assert(
      fc.property(plainBindings, vagueGroup, (given, conversation) => {
        const agents = new Set(CALLED.flatMap((at) => [...naiveAgents(given, at, conversation)]));
        const route = resolve(given, null, conversation);
        expect(route.decided).toBe(agents.size === 1);
        if (!route.decided && route.unknown.includes('version')) undecided++;
      }),
      { numRuns: 500 },
    );
    expect(undecided).toBeGreaterThan(20);
  });

  it('names the unknown facts that a binding asks about which wins with another agent', () => {
    fc.assert(
      fc.property(bindings, version, vague, (all, at, conversation) => {
        const given = configOf(all, at);
        const routes = everyValue(given, conversation).map((one) => naiveRoute(given, at, one));
        const unnamed = routes.at(-1)?.agent;
        const others = routes.filter(({ agent }) => agent !== unnamed);
        const asked = others.flatMap(({ asks }) => asks).filter((name) => isUnknown(conversation, name));
        const route = resolve(given, at, conversation);
        expect(new Set(route.decided ? [] : route.unknown)).toEqual(new Set(asked));
      }),
      { numRuns: 700 },
    );
  });

  it('does not change by a binding that does not match', () => {
    fc.assert(
      fc.property(bindings, version, known, fc.nat(), (all, at, conversation, place) => {
        const given = configOf(all, at);
        const route = resolve(given, at, conversation);
        const useless = route.explain().find(({ outcome }) => outcome !== 'matched' && !outcome.startsWith('hidden'));
        if (useless === undefined) return;
        const without = given.filter((_, index) => index !== useless.index);
        expect(resolve(without, at, conversation)).toMatchObject({
          decided: true,
          agent: route.decided && route.agent,
        });
        const copy = given[useless.index];
        if (copy === undefined) return;
        const more = given.toSpliced(place % (given.length + 1), 0, { ...copy, agentId: 'family' });
        expect(resolve(more, at, conversation)).toMatchObject({ decided: true, agent: route.decided && route.agent });
      }),
    );
  });

  it('does not change by the order of bindings of different tiers', () => {
    fc.assert(
      fc.property(bindings, version, vague, fc.infiniteStream(fc.nat()), (all, at, conversation, numbers) => {
        const given = configOf(all, at);
        // In the oldest version one binding can stand in several tiers.
        if (at === CALLED[0]) return;
        const tierOf = (binding: NaiveBinding) => JSON.stringify(strongest(binding));
        const drawn = given.map((binding) => ({ tier: tierOf(binding), at: numbers.next().value ?? 0, binding }));
        const tiers = Map.groupBy(drawn, ({ tier }) => tier);
        const order = drawn.toSorted((one, other) => one.at - other.at).map(({ tier }) => tier);
        const shuffled = order.flatMap((tier) => tiers.get(tier)?.shift()?.binding ?? []);
        expect(shuffled).toHaveLength(given.length);
        const [before, after] = [resolve(given, at, conversation), resolve(shuffled, at, conversation)];
        expect(after).toMatchObject(withoutBinding(withoutExplain(before)));
      }),
    );
  });
});

function withoutBinding<T extends object>(route: T) {
  return 'binding' in route
    ? { ...route, binding: expect.toSatisfy((binding) => binding === null || binding >= 0) }
    : route;
}

function strongest({ match: { accountId, peer: of, guildId, teamId, roles = [] } }: NaiveBinding): unknown {
  if (of !== undefined) return of.id === '*' ? 'wildcard' : 'peer';
  if (guildId !== undefined) return roles.length > 0 ? 'guild+roles' : 'guild';
  return teamId !== undefined ? 'team' : accountId === '*' ? 'channel' : 'account';
}
