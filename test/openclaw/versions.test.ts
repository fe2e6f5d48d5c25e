import { describe, expect, it } from 'vitest';
import { has, isSchemaOutdated, versionOrNewest } from '../../src/openclaw/versions.ts';
import { realSchemas, STORES, storeFacts } from '../support/stores.ts';

type Case = [version: string | null, name: Parameters<typeof has>[1], expected: boolean | null];

describe('a change that came with one known release', () => {
  it.each<Case>([
    ['2026.2.12', 'strictJsonIndex', false],
    ['2026.2.16', 'strictJsonIndex', false],
    ['2026.2.17', 'strictJsonIndex', true],
    ['2026.10.1', 'strictJsonIndex', true],
    ['2025.12.31', 'strictJsonIndex', false],
    ['2027.1.1', 'strictJsonIndex', true],
    ['2026.7.35', 'sqliteSessions', false],
    ['2026.8.1', 'sqliteSessions', true],
    ['2026.9.6', 'sqliteSessions', true],
  ])('%s: %s is %s', (version, name, expected) => {
    expect(has(version, name)).toBe(expected);
  });
});

describe('the spellings of a version', () => {
  it.each<Case>([
    ['v2026.8.1', 'sqliteSessions', true],
    ['V2026.7.35', 'sqliteSessions', false],
    [' 2026.8.1+build.5 ', 'sqliteSessions', true],
    ['v2026.8.1-1+build.5', 'explicitDefault', true],
    // Several betas of a release: the first one is the first to have it, and `beta.10` is a later one.
    ['2026.8.1-alpha.1', 'sqliteSessions', false],
    ['2026.8.1-beta.1', 'sqliteSessions', true],
    ['2026.8.1-BETA.1', 'sqliteSessions', true],
    ['2026.8.1-beta.10', 'sqliteSessions', true],
    ['2026.7.2-beta.1', 'sqliteSessions', false],
    // A beta comes before its release, a build after it.
    ['2026.4.15-beta.1', 'discordThreadIdStored', false],
    ['2026.4.15-1', 'discordThreadIdStored', true],
    ['2026.2.6-2', 'topicAgents', null],
    ['2026.2.6-3', 'topicAgents', false],
    ['2026.2.6-4', 'topicAgents', null],
    ['2026.2.17-beta.1', 'strictJsonIndex', false],
  ])('%s: %s is %s', (version, name, expected) => {
    expect(has(version, name)).toBe(expected);
  });

  it.each([null, '', 'latest', '2026.8', '2026.8.1.2', '2026.8.1_1', 'vv2026.8.1', 'toString'])(
    '%j is no version: nothing is known',
    (version) => {
      expect(has(version, 'sqliteSessions')).toBeNull();
      expect(has(version, 'topicAgents')).toBeNull();
    },
  );
});

describe('a change of routing', () => {
  it.each<Case>([
    // Between the last version that lacks it and the first that has it.
    ['2026.2.6-3', 'topicAgents', false],
    ['2026.3.12', 'topicAgents', null],
    ['2026.3.13-beta.2', 'topicAgents', null],
    ['2026.3.13', 'topicAgents', true],
    ['2026.3.13-1', 'topicAgents', true],
    ['2026.7.35', 'broadcastAnyChannel', false],
    ['2026.9.4', 'broadcastAnyChannel', false],
    ['2026.9.5', 'broadcastAnyChannel', true],
    // Before the first version that somebody looked at.
    ['2026.4.15', 'topicsInherited', null],
    ['2026.7.35', 'topicsInherited', false],
    ['2026.9.6', 'topicsInherited', true],
    // Outside of the versions whose routing was read.
    ['2026.2.6', 'topicAgents', null],
    ['2099.1.1', 'topicAgents', null],
    ['2099.1.1', 'allConstraints', null],
  ])('%s: %s is %s', (version, name, expected) => {
    expect(has(version, name)).toBe(expected);
  });
});

describe('the schema of a database', () => {
  it.each<[version: string | null, schema: number, expected: boolean]>([
    ['2026.8.1', 17, true],
    ['2026.8.1', 19, false],
    ['2026.8.2', 19, false],
    // Its release lies between two with 19.
    ['2026.9.1-beta.1', 17, false],
    ['2026.9.1', 17, true],
    ['2026.9.3', 19, false],
    ['2026.9.4', 19, false],
    ['2026.9.5-beta.1', 19, false],
    ['2026.9.5', 19, true],
    ['v2026.9.5-1', 19, true],
    ['2026.9.5', 21, false],
    ['2026.9.6', 19, true],
    ['2026.9.6', 21, true],
    ['2026.9.6', 23, false],
    // A newer one is refused for another reason, which the gateway says itself: it does not start.
    ['2026.9.3', 23, false],
    ['2026.9.6', 99, false],
    // Nobody knows what these need.
    ['2026.7.35', 0, false],
    ['2026.8.1-beta.3', 16, false],
    ['2099.1.1', 21, false],
    ['latest', 19, false],
    [null, 19, false],
  ])('%s with %i is outdated: %s', (version, schema, expected) => {
    expect(isSchemaOutdated(schema, version)).toBe(expected);
  });

  it.each(realSchemas())('of $store is the one that its program needs', ({ openclaw, schemas }) => {
    for (const schema of schemas) {
      const what = `put ${openclaw} with schema ${schema} into AGENT_SCHEMAS`;
      expect(isSchemaOutdated(schema, openclaw), what).toBe(false);
      expect(isSchemaOutdated(schema - 1, openclaw), what).toBe(true);
    }
  });
});

describe('an unknown version', () => {
  it('counts as the newest known one of the era of its store', () => {
    expect(versionOrNewest(null, 'file')).toBe('2026.7.35');
    expect(versionOrNewest('latest', 'file')).toBe('2026.7.35');
    expect(has(versionOrNewest(null, 'sqlite'), 'sqliteSessions')).toBe(true);
    expect(versionOrNewest('2026.8.1', 'sqlite')).toBe('2026.8.1');
  });

  it.each(STORES)('the program of %s is not newer than what is known', (name) => {
    const { openclaw } = storeFacts(name);
    expect(has(openclaw, 'allConstraints'), `put ${openclaw} into ROUTING_VERSIONS`).not.toBeNull();
  });
});
