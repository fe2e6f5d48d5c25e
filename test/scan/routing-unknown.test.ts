import { afterEach, describe, expect, it, vi } from 'vitest';
import { collisions } from '../../src/checks/collisions.ts';
import { duplicates } from '../../src/checks/duplicates.ts';
import { strays } from '../../src/checks/strays.ts';
import { classified, found, stateOf } from '../support/routed.ts';
import { testScanner } from '../support/scan.ts';
import { NOW } from '../support/sessions.ts';
import { allSessions, aTranscript } from '../support/snapshot.ts';

const VERSION = '2026.7.35';
const KEY = 'agent:work:telegram:direct:1';
const BOUND = { agentId: 'work', match: { channel: 'telegram', peer: { kind: 'direct', id: '1' } } };
const AGENTS = { list: [{ id: 'main', default: true }, { id: 'work' }] };

async function scan(config: object | string) {
  const { snapshot } = await testScanner(stateOf(config, { work: { [KEY]: {} } }), { now: () => NOW }).quick();
  const [published] = allSessions(snapshot);
  return { findings: published?.findings, undecided: published?.session.placement.undecided };
}

afterEach(() => vi.unstubAllEnvs());

describe('a config of which nobody knows what it says', () => {
  it.each<[string, object | string]>([
    ['cut off', '{"agents":'],
    ['with bindings that are no list', { agents: AGENTS, bindings: BOUND }],
    ['with agents that are no object', { agents: 7, bindings: [BOUND] }],
  ])('%s leaves its sessions undecided, and calls none of them stray', async (_, config) => {
    expect(await scan(config)).toEqual({ findings: [], undecided: true });
  });

  it('is another thing than none at all: OpenClaw’s own defaults route to main', async () => {
    expect(await scan({})).toMatchObject({ findings: [{ reason: 'binding', expectedAgent: 'main' }] });
  });
});

it('variables are filled in bindings, too', async () => {
  vi.stubEnv('OPENCLAW_TEST_CHAT', '1');
  const peer = { kind: 'direct', id: `\${OPENCLAW_TEST_CHAT}` };
  const bindings = [{ agentId: 'work', match: { channel: 'telegram', peer } }];
  expect(await scan({ meta: { lastTouchedVersion: VERSION }, agents: AGENTS, bindings })).toEqual({
    findings: [],
    undecided: false,
  });
});

it('a broadcast excuses a session whose key has lost the letter case of its peer', () => {
  const config = { agents: { entries: { main: { default: true }, work: {} } }, broadcast: { 'slack:C1': ['work'] } };
  const sessions = classified(config, '2026.9.6', [{ agent: 'work', key: 'agent:work:slack:channel:c1' }]);
  expect(found(strays, sessions)).toEqual([]);
});

it('only a cron job shares its transcript with its runs', () => {
  const config = { agents: AGENTS };
  const shared = (key: string) => ({ agent: 'main', key, transcript: aTranscript(10, { path: '/state/one.jsonl' }) });
  const collide = (...keys: string[]) => found(collisions, classified(config, VERSION, keys.map(shared)));
  expect(collide('agent:main:cron:a', 'agent:main:cron:a:run:1')).toEqual([]);
  expect(collide('agent:main:notes', 'agent:main:notes:run:1')).toHaveLength(2);
});

describe('one conversation under two spellings', () => {
  const config = { agents: AGENTS };
  const slack = (agent: string, id: string, known: boolean) => ({
    agent,
    key: `agent:${agent}:slack:channel:${id}`,
    ...(known ? { route: { addresses: [`slack:channel:${id}`] } } : {}),
  });

  it('is found in another agent where a key has lost the letter case, and not where both are known', () => {
    const twice = (known: boolean) =>
      found(duplicates, classified(config, VERSION, [slack('main', 'C1', true), slack('work', 'c1', known)]));
    expect(twice(false)).toHaveLength(2);
    expect(twice(true)).toEqual([]);
  });

  it('is no alias where ids have a letter case', () => {
    const both = [slack('main', 'C1', true), slack('main', 'c1', false)];
    expect(found(duplicates, classified(config, VERSION, both))).toEqual([]);
  });

  it('is an alias in the old and the later form of a thread', () => {
    const both = ['thread:9', 'thread:1:9'].map((rest) => ({
      agent: 'main',
      key: `agent:main:telegram:direct:1:${rest}`,
    }));
    expect(found(duplicates, classified(config, VERSION, both))).toHaveLength(2);
  });
});
