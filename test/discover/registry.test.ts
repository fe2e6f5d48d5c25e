import { rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type StateDatabaseOptions, writeStateDatabase } from '../../demo/database.ts';
import { type RegistryFile, readRegistry } from '../../src/discover/registry.ts';
import { Kept } from '../../src/disk/kept.ts';
import { closedDatabase, heldDatabase, listing, WAL } from '../support/databases.ts';
import { newFolder } from '../support/folder.ts';

const NONE = { registry: { version: null, databases: [], quarantined: [] }, error: null, unread: false };
const QUARANTINE = 'CREATE TABLE quarantined_databases (path TEXT NOT NULL PRIMARY KEY)';

interface State {
  readonly dir: string;
  /** The database of all agents. */
  readonly shared: string;
  readonly quarantine: string;
}

function newState(agents?: StateDatabaseOptions['agents'], version = '2026.9.6'): State {
  const dir = newFolder();
  const shared = join(dir, 'state/openclaw.sqlite');
  if (agents !== undefined) {
    writeStateDatabase({ path: shared, version, agents });
    settle(shared, 0);
  }
  return { dir, shared, quarantine: join(dir, 'state/openclaw-quarantine.sqlite') };
}

/** Written long enough ago that its times tell it from what comes next. */
function settle(path: string, at: number): void {
  utimesSync(path, 1_700_000_000 + at, 1_700_000_000 + at);
}

describe('the registry', () => {
  it('is empty where there is none', () => {
    expect(readRegistry(newState().dir, new Kept())).toEqual(NONE);
  });

  it('is empty where there is no state directory', () => {
    expect(readRegistry(join(newState().dir, 'gone'), new Kept())).toEqual(NONE);
  });

  it('has the databases with sessions, by agent and path, by the ids that OpenClaw compares', () => {
    const { dir } = newState([
      { agent: 'main', path: 'agents/main/agent/openclaw-agent.sqlite', schema: 23, seenMs: 10 },
      { agent: 'Ops Team', path: '/srv/ops/openclaw-agent.sqlite', schema: 19, seenMs: 30 },
      { agent: 'main', path: 'custom/openclaw-agent.sqlite', schema: 4, seenMs: 20 },
      // 2026.7.x keeps credentials and caches in such a file.
      { agent: 'old', path: 'agents/old/agent/openclaw-agent.sqlite', schema: 1, seenMs: 40 },
      { agent: 'beta', path: 'agents/beta/agent/openclaw-agent.sqlite', schema: 3, seenMs: 50 },
    ]);
    expect(readRegistry(dir, new Kept())).toEqual({
      registry: {
        version: '2026.9.6',
        databases: [
          { agent: 'ops-team', path: '/srv/ops/openclaw-agent.sqlite' },
          { agent: 'main', path: 'agents/main/agent/openclaw-agent.sqlite' },
          { agent: 'main', path: 'custom/openclaw-agent.sqlite' },
        ],
        quarantined: [],
      },
      error: null,
      unread: false,
    });
  });

  it.each([
    ['no table of databases', 'DROP TABLE agent_databases', { version: '2026.9.6', databases: [] }],
    ['nothing that says the version', 'DROP TABLE schema_meta', { version: null }],
    ['no version', 'UPDATE schema_meta SET app_version = NULL', { version: null }],
    ['no row of its own', 'DELETE FROM schema_meta', { version: null }],
    [
      'a version that only the start noted (2026.7.35)',
      "UPDATE schema_meta SET app_version = NULL; INSERT INTO schema_meta SELECT 'startup-migrations', role, 1, NULL, '2026.7.35', 0, 0 FROM schema_meta",
      { version: '2026.7.35' },
    ],
    [
      'a start that noted more than its version (2026.9.6)',
      "INSERT INTO schema_meta SELECT 'startup-migrations', role, 3, NULL, '2026.9.5' || char(10) || '3', 0, 0 FROM schema_meta",
      { version: '2026.9.6' },
    ],
    ['a time above 2^53', 'UPDATE agent_databases SET last_seen_at = 9223372036854775807', { version: '2026.9.6' }],
  ])('with %s', (_, damage, expected) => {
    const { dir, shared } = newState([{ agent: 'main', path: 'a' }]);
    closedDatabase(shared, damage);
    expect(readRegistry(dir, new Kept())).toMatchObject({ registry: expected, error: null });
  });

  it('has what OpenClaw gave up, also where nothing else is known', () => {
    const { dir, quarantine } = newState([]);
    closedDatabase(
      quarantine,
      QUARANTINE,
      "INSERT INTO quarantined_databases VALUES ('/srv/a.sqlite'), ('/srv/b.sqlite')",
    );
    const { registry, error } = readRegistry(dir, new Kept());
    expect(registry.quarantined).toEqual(['/srv/a.sqlite', '/srv/b.sqlite']);
    expect(error).toBeNull();
  });

  it('takes a quarantine without its table for an empty one', () => {
    const { dir, quarantine } = newState([{ agent: 'main', path: 'a' }]);
    closedDatabase(quarantine, 'CREATE TABLE other (path TEXT)');
    expect(readRegistry(dir, new Kept())).toMatchObject({
      registry: { databases: [{ agent: 'main' }], quarantined: [] },
      error: null,
    });
  });
});

describe('a registry that is read again', () => {
  it('is opened only when it was written to', () => {
    const { dir, shared } = newState([{ agent: 'main', path: 'a' }]);
    const kept = new Kept<RegistryFile>();
    const first = readRegistry(dir, kept);
    expect(readRegistry(dir, kept).registry.databases).toBe(first.registry.databases);
    closedDatabase(shared, "UPDATE agent_databases SET path = 'b'");
    settle(shared, 1);
    expect(readRegistry(dir, kept).registry.databases).toEqual([{ agent: 'main', path: 'b' }]);
  });

  it('sees a quarantine that comes and goes', () => {
    const { dir, quarantine } = newState([{ agent: 'main', path: 'a' }]);
    const kept = new Kept<RegistryFile>();
    readRegistry(dir, kept);
    closedDatabase(quarantine, QUARANTINE, "INSERT INTO quarantined_databases VALUES ('/srv/a.sqlite')");
    expect(readRegistry(dir, kept).registry.quarantined).toEqual(['/srv/a.sqlite']);
    rmSync(quarantine);
    expect(readRegistry(dir, kept).registry.quarantined).toEqual([]);
  });

  it('sees what a running gateway commits, and touches nothing', async () => {
    const { dir, shared } = newState([{ agent: 'main', path: 'a' }]);
    const held = await heldDatabase(shared, WAL, "UPDATE agent_databases SET path = 'b'");
    try {
      const before = listing(join(dir, 'state'));
      expect(before.map((line) => line.split(' ')[0])).toContain('openclaw.sqlite-wal');
      for (let at = 0; at < 5; at += 1) {
        expect(readRegistry(dir, new Kept()).registry.databases).toEqual([{ agent: 'main', path: 'b' }]);
      }
      expect(listing(join(dir, 'state'))).toEqual(before);
    } finally {
      await held.end();
    }
  });
});

describe('a registry that cannot be read', () => {
  it.each<[what: string, breakIt: (shared: string) => void, error: string]>([
    ['is no database', (shared) => writeFileSync(shared, 'not a database'.repeat(1000)), 'database_unreadable'],
    ['is empty', (shared) => writeFileSync(shared, ''), 'database_unreadable'],
    [
      'lacks a column',
      (shared) => closedDatabase(shared, 'ALTER TABLE agent_databases DROP COLUMN schema_version'),
      'schema_version',
    ],
  ])('%s: an error, and what is known of before', (_, breakIt, error) => {
    const { dir, shared } = newState([{ agent: 'main', path: 'a' }]);
    const kept = new Kept<RegistryFile>();
    const { registry } = readRegistry(dir, kept);
    breakIt(shared);
    settle(shared, 1);
    expect(readRegistry(dir, kept)).toEqual({ registry, error: expect.stringContaining(error), unread: false });
    expect(readRegistry(dir, new Kept())).toEqual({ ...NONE, error: expect.stringContaining(error), unread: true });
  });

  it('loses nothing to a quarantine that cannot be read', () => {
    const { dir, quarantine } = newState([{ agent: 'main', path: 'a' }]);
    writeFileSync(quarantine, 'not a database'.repeat(1000));
    settle(quarantine, 1);
    expect(readRegistry(dir, new Kept())).toEqual({
      registry: { version: '2026.9.6', databases: [{ agent: 'main', path: 'a' }], quarantined: [] },
      error: 'database_unreadable',
      unread: false,
    });
  });

  it('and is whole again', () => {
    const { dir, shared } = newState([{ agent: 'main', path: 'a' }]);
    writeFileSync(shared, 'not a database'.repeat(1000));
    settle(shared, 1);
    const kept = new Kept<RegistryFile>();
    expect(readRegistry(dir, kept).error).not.toBeNull();
    rmSync(shared);
    writeStateDatabase({ path: shared, version: '2026.9.6', agents: [{ agent: 'main', path: 'c' }] });
    expect(readRegistry(dir, kept)).toMatchObject({ registry: { databases: [{ path: 'c' }] }, error: null });
  });
});
