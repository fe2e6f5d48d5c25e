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

const MAIN = { id: 'main', model: null, agentDir: null };
const OPS = { id: 'ops', model: null, agentDir: null };
const UNSET = { contextWindow: null, contextTokens: null };
const MODEL = { provider: 'p', id: 'm', ...UNSET, inherited: UNSET };
const { compaction: COMPACTION, pruning: PRUNING, maintenance: MAINTENANCE } = DEFAULT_CONFIG;

function numbered(count: number): { id: string }[] {
  return Array.from({ length: count }, (_, at) => ({ id: `a${at}` }));
}

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
      differs: { version: '2026.2.6-3', agents: [OPS], sessionStoreOwner: 'ops' },
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
          { id: 'main-bot', model: 'p/m', agentDir: null },
          { id: 'ops', model: 'p/n', agentDir: null },
        ],
      },
    },
    {
      when: 'some listed agents are none',
      text: `{ agents: { list: [null, 7, 'x', [], {}, { id: 3 }, { id: 'ops', model: 5, contextTokens: 'x' }] } }`,
      differs: { agents: [OPS], sessionStoreOwner: 'ops' },
      dropped: ['agents.list.1', 'agents.list.2', 'agents.list.3', 'agents.list.4.id', 'agents.list.6.model'],
    },
    {
      when: 'no listed agent is one',
      text: '{ agents: { list: [null, {}] } }',
      differs: {},
      dropped: ['agents.list.1.id'],
    },
    {
      when: 'more agents are listed than a scan can hold',
      text: JSON.stringify({ agents: { list: [{ id: 'ops' }, ...numbered(5000)] } }),
      differs: { agents: [OPS, ...numbered(4999).map(({ id }) => ({ ...OPS, id }))] },
      dropped: ['agents.list'],
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
      differs: { agents: [{ ...OPS, model: 'p/a' }], sessionStoreOwner: 'ops' },
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
      when: 'other programs are run as agents',
      text: `{ acp: { defaultAgent: 'Codex', allowedAgents: ['*', ' ', 'gemini', 'codex', 'main'] },
        agents: { list: [
          { id: 'main', runtime: { type: 'acp', acp: { agent: 'claude' } } },
          { id: 'ops', runtime: { type: 'embedded', acp: { agent: 'none' } } },
          { id: 'ide', runtime: { type: 'acp' } },
        ] } }`,
      differs: {
        agents: [MAIN, OPS, { ...OPS, id: 'ide' }],
        acpAgents: ['codex', 'gemini', 'claude'],
      },
    },
    {
      when: 'the block of other programs has the wrong shape',
      text: `{ acp: { defaultAgent: 7, allowedAgents: 'codex' } }`,
      differs: {},
      dropped: ['acp.defaultAgent', 'acp.allowedAgents'],
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
      differs: { compaction: { ...COMPACTION, reserveTokens: 30_000 } },
    },
    {
      when: 'the floor of the reserve is taken away',
      text: '{ agents: { defaults: { compaction: { reserveTokensFloor: 0 } } } }',
      differs: { compaction: { ...COMPACTION, reserveTokensFloor: 0 } },
    },
    {
      when: 'another provider compacts',
      text: `{ agents: { defaults: { compaction: { mode: 'default', provider: 'mine', enabled: false } } } }`,
      differs: { compaction: { ...COMPACTION, mode: 'safeguard', isOff: true } },
    },
    ...['off', 'Default', ''].map((mode) => ({
      when: `the mode of compaction is ${JSON.stringify(mode)}, which no version knows`,
      text: `{ agents: { defaults: { compaction: { mode: '${mode}' } } } }`,
      differs: {},
      dropped: ['agents.defaults.compaction.mode'],
    })),
    {
      when: 'pruning has a mode that old documents name',
      text: `{ agents: { defaults: { contextPruning: { mode: 'adaptive' } } } }`,
      differs: {},
      dropped: ['agents.defaults.contextPruning.mode'],
    },
    {
      when: 'models have an alias',
      text: `{ agents: { list: [{ id: 'ops', model: 'BIG' }], defaults: { model: { primary: 'tiny' },
        models: { 'p/m': { alias: ' Tiny ' }, 'p/n': { alias: 'big' }, 'p/o': {}, tiny: { alias: 'p/m' } } } } }`,
      differs: { agents: [{ ...OPS, model: 'p/n' }], defaultModel: 'p/m', sessionStoreOwner: 'ops' },
    },
    {
      when: 'a model has fallbacks alone',
      text: `{ agents: { defaults: { model: { fallbacks: ['p/m'] } } } }`,
      differs: {},
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
      differs: { models: [{ ...MODEL, contextWindow: 1000 }] },
    },
    {
      when: 'a model has a limit of its own',
      text: provider(`{ models: [{ id: 'm', contextWindow: 1000, contextTokens: 2000 }] }`),
      differs: { models: [{ ...MODEL, contextWindow: 1000, contextTokens: 2000 }] },
    },
    {
      when: 'its provider has a limit',
      text: provider(
        `{ contextTokens: 500, models: [{ id: 'm', contextWindow: 1000 }, { id: 'n', contextTokens: 700 }] }`,
      ),
      differs: {
        models: [
          { ...MODEL, contextWindow: 1000, inherited: { contextWindow: null, contextTokens: 500 } },
          { ...MODEL, id: 'n', contextTokens: 700, inherited: { contextWindow: null, contextTokens: 500 } },
        ],
      },
    },
    {
      when: 'models have none or wrong figures',
      text: provider(
        `{ models: [{ id: 'a' }, { id: 'b', contextWindow: 0 }, { id: 'c', contextWindow: 'x' }, { contextWindow: 9 }, null,
          { id: 'd', contextWindow: 'x', contextTokens: 8 }] }`,
      ),
      differs: {
        models: [
          { ...MODEL, id: 'a' },
          { ...MODEL, id: 'd', contextTokens: 8 },
        ],
      },
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
      when: 'a model has its provider before its id, and the provider is in capitals',
      text: `{ models: { providers: { ' P ': { models: [{ id: 'p/m' }, { id: 'q/m' }] } } } }`,
      differs: { models: [MODEL, { ...MODEL, id: 'q/m' }] },
    },
    {
      when: 'maintenance has a limit of entries alone',
      text: '{ session: { maintenance: { maxEntries: 9 } } }',
      differs: { maintenance: { ...MAINTENANCE, maxEntries: 9 } },
    },
    {
      when: 'maintenance has a limit of bytes alone',
      text: `{ session: { maintenance: { maxDiskBytes: '1kb' } } }`,
      differs: { maintenance: { ...MAINTENANCE, maxDiskBytes: 1024 } },
    },
    {
      when: 'maintenance has a mode alone',
      text: `{ session: { maintenance: { mode: 'warn' } } }`,
      differs: { maintenance: { ...MAINTENANCE, mode: 'warn' } },
    },
    {
      when: 'maintenance has no limit of bytes',
      text: `{ session: { maintenance: { maxDiskBytes: false } } }`,
      differs: { maintenance: { ...MAINTENANCE, maxDiskBytes: false } },
    },
    {
      when: 'maintenance has 0 bytes and keys that are not read',
      text: `{ session: { maintenance: { maxDiskBytes: 0, pruneAfter: '30d', rotateBytes: 'x' } } }`,
      differs: { maintenance: { ...MAINTENANCE, maxDiskBytes: 0 } },
    },
    {
      when: 'the limits of maintenance are none',
      text: `{ session: { maintenance: { mode: 'on', maxEntries: 0, maxDiskBytes: '10 parsecs' } } }`,
      differs: {},
      dropped: ['session.maintenance.mode', 'session.maintenance.maxEntries', 'session.maintenance.maxDiskBytes'],
    },
    {
      when: 'true is no limit of bytes',
      text: `{ session: { maintenance: { maxDiskBytes: true } } }`,
      differs: {},
      dropped: ['session.maintenance.maxDiskBytes'],
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
      // What routing makes of the same text has tests of its own.
      routing: expect.any(Object),
      dropped,
      listsAgents: 'agents' in differs,
      ...differs,
    });
  });

  it.each([
    ['{}', 'main'],
    ["{ list: [{ id: 'Ops' }] }", 'ops'],
    ["{ list: [{ id: 'ops' }, { id: 'main' }] }", 'main'],
    ["{ list: [{ id: 'ops', default: true }, { id: 'main' }] }", 'ops'],
    ['{ entries: { main: {}, kin: { default: true } } }', 'kin'],
    ["{ entries: { main: { default: true }, kin: {} }, defaults: { sessionStore: { agentId: 'Kin' } } }", 'kin'],
  ])('whose the first name of a shared folder is: %s', (agents, owner) => {
    expect(parseConfig(`{ agents: ${agents} }`).sessionStoreOwner).toBe(owner);
  });

  it('has OpenClaw’s own defaults', () => {
    expect(DEFAULT_CONFIG).toEqual({
      version: null,
      agents: [MAIN],
      sessionStoreOwner: 'main',
      defaultModel: null,
      defaultContextTokens: null,
      models: [],
      compaction: { mode: null, isOff: false, reserveTokens: null, reserveTokensFloor: null },
      pruning: { mode: null, hasAnthropic: false, hasClaudeCli: false },
      maintenance: { mode: null, maxEntries: null, maxDiskBytes: null },
      channels: [],
      sessionStore: null,
      acpAgents: [],
      workspaces: [],
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

  const PROFILES = {
    key: `profiles: { 'anthropic:me@example.org': { provider: 'anthropic', mode: 'api_key' } }`,
    token: `profiles: { a: { provider: 'anthropic', mode: 'token' }, b: { provider: 'anthropic', mode: 'oauth' } }`,
    both: `profiles: { a: { provider: 'anthropic', mode: 'api_key' }, b: { provider: 'anthropic', mode: 'oauth' } }`,
    cli: `profiles: { a: { provider: 'claude-cli', mode: 'oauth' } }`,
    other: `profiles: { a: { provider: 'openai', mode: 'api_key' } }`,
  };

  it.each<[string, string, boolean, boolean]>([
    ['a profile with a key', `{ auth: { ${PROFILES.key} } }`, true, true],
    ['profiles with tokens', `{ auth: { ${PROFILES.token} } }`, true, true],
    ['profiles of both kinds', `{ auth: { ${PROFILES.both} } }`, false, false],
    ['an order of both kinds', `{ auth: { ${PROFILES.both}, order: { anthropic: ['b', 'a'] } } }`, true, true],
    ['an order of no such profile', `{ auth: { ${PROFILES.both}, order: { anthropic: ['c'] } } }`, false, false],
    ['an order without profiles', `{ auth: { order: { anthropic: ['a'] } } }`, false, false],
    ['an order of another provider', `{ auth: { ${PROFILES.both}, order: { openai: ['a'] } } }`, false, false],
    ['a profile of claude-cli', `{ auth: { ${PROFILES.cli} } }`, false, true],
    ['a profile of another provider', `{ auth: { ${PROFILES.other} } }`, false, false],
    ['a mode that nobody knows', `{ auth: { profiles: { a: { provider: 'anthropic', mode: 'x' } } } }`, false, false],
    ['a key in env.vars', `{ env: { vars: { ANTHROPIC_API_KEY: 'hush' } } }`, true, true],
    ['a token in env', `{ env: { ANTHROPIC_OAUTH_TOKEN: 'hush' } }`, true, true],
    ['a blank key', `{ env: { vars: { ANTHROPIC_API_KEY: ' ' } } }`, false, false],
    ['a variable that refers to another', `{ env: { vars: { ANTHROPIC_API_KEY: '\${KEY}' } } }`, false, false],
    ['a key of another provider', `{ env: { vars: { OPENAI_API_KEY: 'hush' } } }`, false, false],
    ['an apiKey of the provider', `{ models: { providers: { anthropic: { apiKey: 'hush' } } } }`, false, false],
  ])('sees credentials for Anthropic in %s', (_, text, hasAnthropic, hasClaudeCli) => {
    const config = parseConfig(text);
    expect(config.pruning).toEqual({ ...PRUNING, hasAnthropic, hasClaudeCli });
    expect(config.dropped).toEqual([]);
    expect(JSON.stringify(config)).not.toMatch(/hush|example/);
  });
});
