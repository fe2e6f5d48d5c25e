import { describe, expect, it } from 'vitest';
import { DEFAULT_CONFIG, type OpenClawConfig } from '../../../src/openclaw/config/view.ts';
import { parseConfig, routingOf } from '../../support/openclaw-config.ts';

interface ConfigCase {
  when: string;
  text: string;
  /** What differs from OpenClaw's own defaults. */
  differs: Partial<OpenClawConfig>;
  /** The parts of the wrong shape. */
  dropped?: string[];
}

const MAIN = { id: 'main', model: null, contextTokens: null, agentDir: null };
const OPS = { id: 'ops', model: null, contextTokens: null, agentDir: null };

function provider(fields: string): string {
  return `{ models: { providers: { p: ${fields} } } }`;
}

describe('configView', () => {
  it.each<ConfigCase>([
    { when: 'the object is empty', text: '{}', differs: {} },
    {
      when: 'JSON5 is used',
      text: `// a comment
        { /* another */ meta: { 'lastTouchedVersion': "2026.2.6-3", }, agents: { list: [{ id: 'ops' },], }, }`,
      differs: { version: '2026.2.6-3', agents: [OPS] },
    },
    {
      when: 'there is a byte order mark',
      text: '\ufeff{"meta":{"lastTouchedVersion":"1"}}',
      differs: { version: '1' },
    },
    {
      when: 'every block has the wrong type',
      text: `{ meta: 7, models: [], agents: 'x', channels: 3 }`,
      differs: {},
      dropped: ['meta', 'models', 'agents', 'channels'],
    },
    { when: 'every block is null', text: '{ meta: null, models: null, agents: null, channels: null }', differs: {} },
    {
      when: 'the version is no string',
      text: '{ meta: { lastTouchedVersion: 2026 } }',
      differs: {},
      dropped: ['meta.lastTouchedVersion'],
    },
    {
      when: 'agents are listed',
      text: `{ agents: { list: [{ id: 'Main Bot', model: 'p/m' }, { id: 'ops', model: { primary: 'p/n' }, contextTokens: 9 }] } }`,
      differs: {
        agents: [
          { id: 'main-bot', model: 'p/m', contextTokens: null, agentDir: null },
          { id: 'ops', model: 'p/n', contextTokens: 9, agentDir: null },
        ],
      },
    },
    {
      when: 'some listed agents are none',
      text: `{ agents: { list: [null, 7, 'x', [], {}, { id: 3 }, { id: 'ops', model: 5, contextTokens: 'x' }] } }`,
      differs: { agents: [OPS] },
      dropped: [
        'agents.list.1',
        'agents.list.2',
        'agents.list.3',
        'agents.list.4.id',
        'agents.list.6.model',
        'agents.list.6.contextTokens',
      ],
    },
    {
      when: 'no listed agent is one',
      text: '{ agents: { list: [null, {}] } }',
      differs: {},
      dropped: ['agents.list.1.id'],
    },
    {
      when: 'the list is an object',
      text: `{ agents: { list: { id: 'ops' } } }`,
      differs: {},
      dropped: ['agents.list'],
    },
    {
      when: 'an agent is listed twice',
      text: `{ agents: { list: [{ id: 'ops', model: 'p/a' }, { id: 'OPS', model: 'p/b' }] } }`,
      differs: { agents: [{ ...OPS, model: 'p/a' }] },
    },
    {
      when: 'agents are entries',
      text: `{ agents: { entries: { ops: { model: 'p/m' }, main: {}, bad: 7 } } }`,
      differs: { agents: [{ ...OPS, model: 'p/m' }, MAIN] },
      dropped: ['agents.entries.*'],
    },
    {
      when: 'agents are listed and entries',
      text: `{ agents: { list: [{ id: 'main' }], entries: { ops: {}, main: { model: 'p/m' } } } }`,
      differs: { agents: [MAIN, OPS] },
    },
    {
      when: 'there are defaults',
      text: `{ agents: { defaults: { model: { primary: 'p/m', fallbacks: ['p/n'] }, contextTokens: 50000 } } }`,
      differs: { defaultModel: 'p/m', defaultContextTokens: 50_000 },
    },
    ...["'9'", '0', '-1', 'Infinity', 'NaN'].map((limit) => ({
      when: `the default limit is ${limit}`,
      text: `{ agents: { defaults: { contextTokens: ${limit} } } }`,
      differs: {},
      dropped: ['agents.defaults.contextTokens'],
    })),
    {
      when: 'the reserve is set',
      text: '{ agents: { defaults: { compaction: { reserveTokens: 30000 } } } }',
      differs: { compactionReserve: 30_000 },
    },
    {
      when: 'the reserve is below its floor',
      text: '{ agents: { defaults: { compaction: { reserveTokens: 5, reserveTokensFloor: 25000 } } } }',
      differs: { compactionReserve: 25_000 },
    },
    {
      when: 'the floor is taken away',
      text: '{ agents: { defaults: { compaction: { reserveTokensFloor: 0 } } } }',
      differs: { compactionReserve: 16_384 },
    },
    {
      when: 'the reserve has the wrong type',
      text: `{ agents: { defaults: { compaction: { reserveTokens: 'x', reserveTokensFloor: -5 } } } }`,
      differs: {},
      dropped: ['agents.defaults.compaction.reserveTokens', 'agents.defaults.compaction.reserveTokensFloor'],
    },
    {
      when: 'compaction is none',
      text: '{ agents: { defaults: { compaction: false } } }',
      differs: {},
      dropped: ['agents.defaults.compaction'],
    },
    {
      when: 'a model has a window',
      text: provider(`{ apiKey: 'k', models: [{ id: 'm', contextWindow: 1000 }] }`),
      differs: { models: [{ provider: 'p', id: 'm', window: 1000 }] },
    },
    {
      when: 'a model has a limit of its own, which replaces its window',
      text: provider(`{ models: [{ id: 'm', contextWindow: 1000, contextTokens: 2000 }] }`),
      differs: { models: [{ provider: 'p', id: 'm', window: 2000 }] },
    },
    {
      when: 'its provider has a limit',
      text: provider(
        `{ contextTokens: 500, models: [{ id: 'm', contextWindow: 1000 }, { id: 'n', contextTokens: 700 }] }`,
      ),
      differs: {
        models: [
          { provider: 'p', id: 'm', window: 500 },
          { provider: 'p', id: 'n', window: 700 },
        ],
      },
    },
    {
      when: 'models have none or wrong figures',
      text: provider(
        `{ models: [{ id: 'a' }, { id: 'b', contextWindow: 0 }, { id: 'c', contextWindow: 'x' }, { contextWindow: 9 }, null,
          { id: 'd', contextWindow: 'x', contextTokens: 8 }] }`,
      ),
      differs: { models: [{ provider: 'p', id: 'd', window: 8 }] },
      dropped: [
        'models.providers.*.models.1.contextWindow',
        'models.providers.*.models.2.contextWindow',
        'models.providers.*.models.3.id',
        'models.providers.*.models.5.contextWindow',
      ],
    },
    {
      when: 'a provider is none',
      text: `{ models: { providers: { p: null, q: { models: 7 } } } }`,
      differs: {},
      dropped: ['models.providers.*.models'],
    },
    {
      when: 'maintenance has a limit of entries alone, which is not read yet',
      text: '{ session: { maintenance: { maxEntries: 9 } } }',
      differs: {},
    },
    {
      when: 'the limits of maintenance are none',
      text: `{ session: { maintenance: { maxEntries: 0, maxDiskBytes: '10 parsecs' } } }`,
      differs: {},
      dropped: ['session.maintenance.maxEntries', 'session.maintenance.maxDiskBytes'],
    },
    {
      when: 'the store has a place of its own',
      text: `{ session: { store: ' /srv/{agentId}.json ' } }`,
      differs: { sessionStore: '/srv/{agentId}.json' },
    },
    { when: 'the store is no path', text: '{ session: { store: 7 } }', differs: {}, dropped: ['session.store'] },
    { when: 'a variable is no text', text: '{ env: { vars: { A: 7 } } }', differs: {}, dropped: ['env.vars.*'] },
    {
      when: 'there are channels',
      text: '{ channels: { telegram: { botToken: "x" }, mychat: null } }',
      differs: { channels: ['telegram', 'mychat'] },
    },
    { when: 'there is more than is known', text: `{ gateway: { auth: { token: 'x' } }, later: [1] }`, differs: {} },
  ])('when $when', ({ text, differs, dropped = [] }) => {
    expect(parseConfig(text)).toEqual({
      ...DEFAULT_CONFIG,
      compactionMode: expect.any(String),
      // What routing makes of the same text has tests of its own.
      routing: expect.any(Object),
      dropped,
      listsAgents: 'agents' in differs,
      ...differs,
    });
  });

  it('has OpenClaw’s own defaults', () => {
    expect(DEFAULT_CONFIG).toEqual({
      version: null,
      agents: [MAIN],
      defaultModel: null,
      defaultContextTokens: null,
      models: [],
      compactionReserve: 20_000,
      compactionMode: 'default',
      pruning: false,
      maintenanceEntries: null,
      maintenanceBytes: null,
      channels: [],
      sessionStore: null,
      listsAgents: false,
      routing: routingOf({}),
      dropped: [],
    });
  });

  it.each(['', '[]', 'null', '"text"', '7', '{', '{ a: }', '{} {}', '{ "a": 1'])('throws for %j', (text) => {
    expect(() => parseConfig(text)).toThrow();
  });

  it('keeps no credential', () => {
    const config = parseConfig(
      `{ models: { providers: { p: { apiKey: 'hush-1', models: [{ id: 'm', contextWindow: 1, key: 'hush-2' }] } } },
         channels: { telegram: { botToken: 'hush-3' } }, gateway: { token: 'hush-4' } }`,
    );
    expect(JSON.stringify(config)).not.toContain('hush');
  });
});
