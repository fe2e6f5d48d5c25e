import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { routingOf } from '../support/openclaw-config.ts';
import { CALLED, conversationOf, type RouteInput, routeOf } from '../support/routes.ts';

/** An answer of the real program: `resolveAgentRoute`, with a config that the same version had loaded. */
interface Case {
  readonly name: string;
  readonly version: string;
  readonly also: readonly string[];
  readonly config: object;
  readonly input: RouteInput;
  readonly expected: { readonly agentId?: string; readonly matchedBy?: string; readonly error?: string };
}

const CASES: readonly Case[] = JSON.parse(readFileSync(new URL('routing-cases.json', import.meta.url), 'utf8'));
const RUNS = CASES.flatMap(({ version, also, ...rest }) => [version, ...also].map((at) => ({ ...rest, version: at })));

/** There 2026.9.6 matches a binding of its own, which is none of the config's. */
const CHANNEL_ADDED = 'list and default, channel configured';

describe('the answers of the real program', () => {
  it('has them for every version that was called', () => {
    expect(new Set(RUNS.map(({ version }) => version))).toEqual(new Set(CALLED));
    expect(RUNS.length).toBeGreaterThan(200);
  });

  it.each(RUNS)('$version: $name', ({ version, config, input, expected }) => {
    const route = routeOf(routingOf(config), version, conversationOf(input));
    expect(route).toMatchObject({
      decided: true,
      agent: expected.agentId ?? null,
      tier: expected.matchedBy ?? 'default',
      unknown: [],
    });
  });

  it.each(CASES.filter(({ name }) => name !== CHANNEL_ADDED))(
    'says which binding it was: $name ($version)',
    ({ version, config, input, expected }) => {
      const route = routeOf(routingOf(config), version, conversationOf(input));
      const matched = route.explain().filter(({ outcome }) => outcome === 'matched');
      const isBound = expected.matchedBy?.startsWith('binding.') === true;
      expect(matched).toEqual(
        isBound
          ? [{ index: route.decided ? route.binding : null, tier: expected.matchedBy, outcome: 'matched', unknown: [] }]
          : [],
      );
    },
  );
});
