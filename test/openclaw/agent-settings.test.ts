import { describe, expect, it } from 'vitest';
import { type AgentSettings, agentSettings } from '../../src/openclaw/agent-settings.ts';
import { parseConfig } from '../support/openclaw-config.ts';

function settings(config: object, version: string | null, era: 'file' | 'sqlite' = 'file'): AgentSettings {
  return agentSettings(parseConfig(JSON.stringify(config)), version, era);
}

function compaction(fields: object) {
  return { agents: { defaults: { compaction: fields } } };
}

function maintenance(fields: object) {
  return { session: { maintenance: fields } };
}

const ANTHROPIC = { auth: { profiles: { a: { provider: 'anthropic', mode: 'api_key' } } } };
const CLAUDE_CLI = { auth: { profiles: { a: { provider: 'claude-cli', mode: 'oauth' } } } };
const GIB = 1024 ** 3;

describe('agentSettings', () => {
  it('of nothing but a store are the defaults of the newest version of its era, but for maintenance', () => {
    const defaults = { contextLimit: null, pruning: null, compactionMode: 'safeguard', compactionReserve: 20_000 };
    const expected = { ...defaults, maintenanceEntries: null, maintenanceBytes: null };
    expect(settings({}, null)).toEqual(expected);
    expect(settings({}, null, 'sqlite')).toEqual(expected);
  });

  it.each<[string, object, string | null, Partial<AgentSettings>]>([
    ['without a mode', { agents: { list: [{ id: 'main' }] } }, '2026.2.6-3', { compactionMode: 'safeguard' }],
    ['a mode', compaction({ mode: 'default' }), '2026.7.35', { compactionMode: 'default' }],
    ['a mode that does not exist', compaction({ mode: 'off' }), '2026.9.6', { compactionMode: 'safeguard' }],
    ['a switch', compaction({ enabled: false, mode: 'default' }), '2026.8.1', { compactionMode: 'off' }],
    ['a switch that is on', compaction({ enabled: true }), '2026.9.6', { compactionMode: 'safeguard' }],
    ['a switch that is not known yet', compaction({ enabled: false }), '2026.7.35', { compactionMode: 'safeguard' }],

    ['a floor', compaction({ reserveTokensFloor: 24_000 }), '2026.2.6-3', { compactionReserve: 24_000 }],
    ['no floor', compaction({ reserveTokensFloor: 0 }), '2026.7.35', { compactionReserve: 16_384 }],
    ['a reserve below the floor', compaction({ reserveTokens: 5 }), '2026.7.35', { compactionReserve: 20_000 }],
    ['a reserve', compaction({ reserveTokens: 30_000 }), '2026.4.15', { compactionReserve: 30_000 }],
    [
      'a reserve that is not known yet',
      compaction({ reserveTokens: 30_000 }),
      '2026.2.17',
      { compactionReserve: 20_000 },
    ],
    ['a retired floor', compaction({ reserveTokensFloor: 40_000 }), '2026.8.1', { compactionReserve: 20_000 }],
    ['a retired reserve', compaction({ reserveTokens: 40_000 }), '2026.9.6', { compactionReserve: 20_000 }],

    ['pruning', { agents: { defaults: { contextPruning: { mode: 'cache-ttl' } } } }, '2026.7.35', { pruning: true }],
    [
      'no pruning',
      { ...ANTHROPIC, agents: { defaults: { contextPruning: { mode: 'off' } } } },
      null,
      { pruning: false },
    ],
    ['a ttl alone', { agents: { defaults: { contextPruning: { ttl: '5m' } } } }, '2026.9.6', { pruning: null }],
    ['a profile of Anthropic', ANTHROPIC, '2026.2.6-3', { pruning: true }],
    [
      'a profile and a ttl alone',
      { ...ANTHROPIC, agents: { defaults: { contextPruning: { ttl: '5m' } } } },
      '2026.9.6',
      { pruning: true },
    ],
    ['a profile of claude-cli', CLAUDE_CLI, '2026.7.35', { pruning: true }],
    ['a profile of claude-cli before it counts', CLAUDE_CLI, '2026.7.1', { pruning: null }],

    ['a limit for all', { agents: { defaults: { contextTokens: 90_000 } } }, '2026.7.35', { contextLimit: 90_000 }],
    ['a limit that is dropped', { agents: { defaults: { contextTokens: 9 } } }, '2026.8.1', { contextLimit: null }],
    ['an agent’s own', { agents: { list: [{ id: 'main', contextTokens: 9 }] } }, '2026.7.35', { contextLimit: null }],

    [
      'maintenance of a version without it',
      maintenance({ mode: 'enforce', maxEntries: 9, maxDiskBytes: 9 }),
      '2026.2.9',
      { maintenanceEntries: null, maintenanceBytes: null },
    ],
    ['a version that only warns', maintenance({ maxEntries: 9 }), '2026.4.15', { maintenanceEntries: null }],
    ['the same told to', maintenance({ mode: 'enforce' }), '2026.2.12', { maintenanceEntries: 500 }],
    ['the first version that removes', {}, '2026.4.29', { maintenanceEntries: 500, maintenanceBytes: null }],
    [
      'a mode that only warns',
      maintenance({ mode: 'warn', maxEntries: 9, maxDiskBytes: 9 }),
      '2026.9.6',
      { maintenanceEntries: null, maintenanceBytes: null },
    ],
    ['entries alone', maintenance({ maxEntries: 9 }), '2026.7.1', { maintenanceEntries: 9, maintenanceBytes: null }],
    ['the SQLite era', {}, '2026.9.2', { maintenanceEntries: 500, maintenanceBytes: 10 * GIB }],
    ['the newest versions', {}, '2026.9.3', { maintenanceEntries: 5000, maintenanceBytes: 10 * GIB }],
    [
      'bytes alone',
      maintenance({ maxDiskBytes: '2gb' }),
      '2026.9.6',
      { maintenanceEntries: 5000, maintenanceBytes: 2 * GIB },
    ],
    ['no limit of bytes', maintenance({ maxDiskBytes: false }), '2026.9.6', { maintenanceBytes: null }],
    ['0 bytes, which is no limit', maintenance({ maxDiskBytes: 0 }), '2026.8.1', { maintenanceBytes: null }],
    ['0 bytes, which is one', maintenance({ maxDiskBytes: 0 }), '2026.7.35', { maintenanceBytes: 0 }],
    [
      'a version that nobody knows',
      maintenance({ maxEntries: 9 }),
      null,
      { maintenanceEntries: 9, maintenanceBytes: null },
    ],
  ])('%s', (_, config, version, expected) => {
    expect(settings(config, version)).toMatchObject(expected);
  });
});
