import { describe, expect, it } from 'vitest';
import { versionOrNewest } from '../../src/openclaw/versions.ts';
import { possibleRules } from '../../src/routing/rule-sets.ts';

/** Of the known versions. */
const NEWEST = versionOrNewest(null, 'sqlite');

describe('possibleRules', () => {
  it.each([
    ['2026.2.6-3', 1],
    ['2026.2.6-4', 16],
    ['2026.2.17', 4],
    ['2026.4.14', 4],
    ['2026.4.15', 1],
    ['2026.4.15-1', 2],
    ['2026.7.35', 1],
    ['2026.7.35-1', 8],
    ['2026.8.1', 4],
    ['2026.9.6', 1],
    ['v2026.9.6', 1],
    [' 2026.9.6+build.5 ', 1],
    // Outside of what is known.
    ['2026.2.6', 0],
    ['2026.2.6-2', 0],
    ['2026.2.6-beta.1', 0],
    ['2025.12.30', 0],
    [`${NEWEST}-1`, 0],
    ['2099.1.1', 0],
  ])('%s: %i rule sets', (version, count) => {
    expect(possibleRules(version)).toHaveLength(count);
  });

  it.each([[null], [''], ['latest'], ['2026.9'], ['2026.9.6.1']])('%j is no version: all that are known', (version) => {
    const all = possibleRules(null);
    expect(possibleRules(version)).toEqual(all);
    expect(all[0]).toEqual(possibleRules('2026.2.6-3')[0]);
    expect(all.at(-1)).toEqual(possibleRules(NEWEST)[0]);
  });
});

describe('a rule', () => {
  it.each([
    ['2026.3.13', 'wildcardTier', [false]],
    ['2026.4.14', 'wildcardTier', [false, true]],
    ['2026.4.15-beta.2', 'wildcardTier', [false, true]],
    ['2026.4.15', 'wildcardTier', [true]],
    ['2026.4.15-1', 'wildcardTier', [true]],
    ['2026.2.23', 'groupIsChannel', [false]],
    ['2026.3.2', 'groupIsChannel', [false, true]],
    ['2026.3.13', 'groupIsChannel', [true]],
    ['2026.2.9', 'allConstraints', [false, true]],
    ['2026.2.17', 'allConstraints', [true]],
    ['2026.7.36', 'explicitDefault', [false, true]],
    ['2026.8.1', 'explicitDefault', [true]],
  ] as const)('%s: %s is %j', (version, rule, expected) => {
    expect([...new Set(possibleRules(version).map((rules) => rules[rule]))]).toEqual(expected);
  });
});
