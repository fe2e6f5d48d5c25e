import { describe, expect, it } from 'vitest';
import { type AgentSettings, agentSettings } from '../../src/openclaw/agent-settings.ts';
import { parseConfig } from '../support/openclaw-config.ts';

function settings(config: object, version?: string, agent = 'main'): AgentSettings {
  return agentSettings(parseConfig(JSON.stringify(config)), agent, version ?? null);
}

describe('agentSettings', () => {
  it.each<[string, object, string | undefined, Partial<AgentSettings>]>([
    [
      'nothing is set',
      {},
      undefined,
      { contextLimit: null, pruning: false, compactionMode: 'default', compactionReserve: 20_000 },
    ],
    ['defaults without a mode', { agents: { defaults: {} } }, undefined, { compactionMode: 'safeguard' }],
    ['a mode', { agents: { defaults: { compaction: { mode: 'default' } } } }, undefined, { compactionMode: 'default' }],
    [
      'a mode that is no word',
      { agents: { defaults: { compaction: { mode: 'a b' } } } },
      undefined,
      { compactionMode: 'safeguard' },
    ],
    [
      'a reserve',
      { agents: { defaults: { compaction: { reserveTokensFloor: 24_000 } } } },
      undefined,
      { compactionReserve: 24_000 },
    ],
    ['pruning', { agents: { defaults: { contextPruning: { mode: 'cache-ttl' } } } }, undefined, { pruning: true }],
    [
      'pruning that is off',
      { agents: { defaults: { contextPruning: { mode: 'off' } } } },
      undefined,
      { pruning: false },
    ],
    ['a limit for all', { agents: { defaults: { contextTokens: 90_000 } } }, '2026.7.35', { contextLimit: 90_000 }],
    [
      'a limit that is not heeded',
      { agents: { defaults: { contextTokens: 90_000 } } },
      '2026.8.1',
      { contextLimit: null },
    ],
    [
      'an agent’s own limit',
      { agents: { list: [{ id: 'main', contextTokens: 7000 }] } },
      '2026.8.1',
      { contextLimit: 7000 },
    ],
    [
      'no maintenance yet',
      { session: { maintenance: { maxEntries: 9, maxDiskBytes: 9 } } },
      '2026.2.6-3',
      { maintenanceEntries: null, maintenanceBytes: null },
    ],
    ['the limit of the file era', {}, '2026.2.17', { maintenanceEntries: 500, maintenanceBytes: null }],
    ['the limits of the SQLite era', {}, '2026.9.6', { maintenanceEntries: 5000, maintenanceBytes: 10_737_418_240 }],
    ['a version that nobody knows', {}, undefined, { maintenanceEntries: null, maintenanceBytes: null }],
    [
      'limits of its own',
      { session: { maintenance: { maxEntries: 9, maxDiskBytes: '2gb' } } },
      '2026.7.35',
      { maintenanceEntries: 9, maintenanceBytes: 2_147_483_648 },
    ],
  ])('%s', (_, config, version, expected) => {
    expect(settings(config, version)).toMatchObject(expected);
  });
});
