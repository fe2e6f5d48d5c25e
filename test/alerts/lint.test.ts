import { describe, expect, test } from 'vitest';
import { storeGroups, upGroups } from '../../alerts/generate.ts';
import { NAMED, RULES } from './all-rules.ts';
import { parsePromql } from './promql.ts';

/**
 * Functions and aggregations that Prometheus has under the same name and with the same meaning from 2.42 to 3.x (read
 * from its change logs; 3.0 renamed `holt_winters`, and `sort_by_label` and others are newer or experimental).
 */
const PORTABLE = new Set('absent count last_over_time max min_over_time sort_desc sum time topk'.split(' '));
/** What the grammar has and a rule here does without: newer, experimental, or fragile. */
const AVOIDED = [
  // Loses the labels that a scrape adds, and fails on two jobs of one instance.
  'On',
  'GroupLeft',
  'GroupRight',
  // A division by zero is NaN, and every comparison with it false: products compare as well.
  'Div',
  'OffsetExpr',
  'StepInvariantExpr',
  'SubqueryExpr',
  // Without it a comparison filters; with it every series is an alert.
  'BoolModifier',
];

describe.each(NAMED)('$name', ({ rule }) => {
  const { functions, nodes, selectors } = parsePromql(rule.expr);

  test('uses what Prometheus 2.42 and 3.x both have', () => {
    expect(functions.filter((name) => !PORTABLE.has(name))).toEqual([]);
    expect(AVOIDED.filter((name) => nodes.has(name))).toEqual([]);
    // Newer keys of a rule would be refused by 2.42.
    const keys = ['alert', 'expr', 'for', 'keep_firing_for', 'labels', 'annotations'];
    expect(Object.keys(rule)).toEqual(keys);
  });

  test('compares something, or asks whether it is there at all', () => {
    expect(rule.expr).toMatch(/\s(?:[<>]=?|==) |^absent\(/);
  });

  test('takes counters for what they are', () => {
    expect(selectors.map(({ metric }) => metric).filter((metric) => metric.endsWith('_total'))).toEqual([]);
  });

  test('has labels that stay the same while it fires', () => {
    for (const value of Object.values(rule.labels)) expect(value).not.toContain('{{');
    expect(functions).not.toContain('topk');
  });

  test('matches by a regular expression only what needs one', () => {
    for (const [, pattern = ''] of rule.expr.matchAll(/[=!]~"([^"]*)"/g)) expect(pattern).toMatch(/[|.*+[]/);
  });

  test('waits for absence longer than two scrapes', () => {
    if (functions.includes('absent')) expect(rule.for).toMatch(/^(?:[5-9]|\d\d+)m$/);
    // A stale marker of one scrape would let a longer time begin anew.
    if (/[hd]$/.test(rule.for) && !/config_|openclaw_store_sessions|bytes/.test(rule.expr))
      expect(rule.expr).toContain('last_over_time(');
  });

  test('names in its description only labels that are there, and says where', () => {
    const { description } = rule.annotations;
    expect(description).not.toMatch(/undefined|NaN/);
    if (rule.alert !== 'OpenClawExporterAbsent') expect(description).toContain('{{ $labels.instance }}');
    if (rule.labels.severity !== 'info') expect(description).toMatch(/First|\/compact|\/new/);
  });
});

test('no two rules ask the same', () => {
  const all = RULES.map(({ expr }) => expr);
  expect(new Set(all).size).toBe(all.length);
});

test('groups are evaluated at the interval of Prometheus, with names of their own', () => {
  const groups = [...storeGroups(), ...upGroups()];
  for (const group of groups) expect(Object.keys(group)).toEqual(['name', 'rules']);
  expect(new Set(groups.map(({ name }) => name)).size).toBe(groups.length);
});
