import { expect, test } from 'vitest';
import { storeGroups, upGroups } from '../../src/rules/groups.ts';
import { ALERT_SEVERITIES } from '../../src/rules/rule.ts';
import { FOR_SECONDS, LAST_KNOWN_SECONDS } from '../../src/thresholds.ts';
import { badRules, RULES } from './all-rules.ts';
import { parsePromql } from './promql.ts';

/**
 * Functions and aggregations that Prometheus has under the same name and with the same meaning from 2.42 to 3.x (read
 * from its change logs; 3.0 renamed `holt_winters`, and `sort_by_label` and others are newer or experimental).
 */
const PORTABLE = new Set(
  'absent_over_time avg_over_time changes count last_over_time max max_over_time min_over_time sort_desc sum time topk'.split(
    ' ',
  ),
);
/** What the grammar has and a rule here does without, with the reason. */
const AVOIDED = {
  On: 'loses the labels that a scrape adds, and fails on two jobs of one instance',
  GroupLeft: 'as On',
  GroupRight: 'as On',
  Div: 'a division by zero is NaN, and every comparison with it is false: compare products',
  OffsetExpr: 'after a gap there is nothing to compare with',
  StepInvariantExpr: 'a rule is evaluated for one time, so @ says nothing',
  SubqueryExpr: 'is evaluated many times over: a range of the metric itself serves',
  BoolModifier: 'without it a comparison filters; with it every series is an alert',
};
/** The lowest sum of some time is not the sum of the lowest values: a kind without sessions, or a class without files, has no series. */
const NEEDS_SUBQUERY: readonly string[] = ['OpenClawIndexLost', 'OpenClawLeftoversGrowing'];
/** Newer keys of a rule would be refused by Prometheus 2.42. */
const KEYS = ['alert', 'expr', 'for', 'keep_firing_for', 'labels', 'annotations'];

/** Labels of families that can change while the trouble stays. */
const CHANGING = [
  ['problem', 'reason'],
  ['session_finding', 'finding, reason, expected_agent'],
  ['info', 'layout, schema, version'],
  ['config_compaction_info', 'mode'],
] as const;

test('rules use what Prometheus 2.42 and 3.x both have', () => {
  const bad = badRules((rule) => {
    const { functions, nodes } = parsePromql(rule.expr);
    return [
      ...functions.filter((name) => !PORTABLE.has(name)).map((name) => `${name} is in no list of portable functions`),
      ...Object.entries(AVOIDED).flatMap(([node, reason]) =>
        nodes.has(node) && !(node === 'SubqueryExpr' && NEEDS_SUBQUERY.includes(rule.alert))
          ? [`${node}: ${reason}`]
          : [],
      ),
      ...(Object.keys(rule).join() === KEYS.join() ? [] : [`has the keys ${Object.keys(rule)}`]),
    ];
  });
  expect(bad).toEqual([]);
});

test('a rule compares something, or asks whether it is there at all', () => {
  const bad = badRules(({ expr }) => (/\s(?:[<>]=?|==) |^absent_over_time\(/.test(expr) ? [] : ['compares nothing']));
  expect(bad).toEqual([]);
});

test('rules ask for gauges only', () => {
  const bad = badRules(({ expr }) =>
    parsePromql(expr).selectors.flatMap(({ metric }) =>
      metric.endsWith('_total') ? [`${metric} is a counter, and starts at 0 with each restart`] : [],
    ),
  );
  expect(bad).toEqual([]);
});

test('an alert keeps its labels while it fires', () => {
  const bad = badRules(({ expr, labels }) => [
    ...Object.values(labels).flatMap((value) => (value.includes('{{') ? [`the label ${value} is a template`] : [])),
    ...(parsePromql(expr).functions.includes('topk') ? ['topk chooses other series each time'] : []),
  ]);
  expect(bad).toEqual([]);
});

test('rules match by a regular expression only what needs one', () => {
  const bad = badRules(({ expr }) =>
    [...expr.matchAll(/[=!]~"([^"]*)"/g)].flatMap(([matcher, pattern = '']) =>
      /[|.*+[]/.test(pattern) ? [] : [`${matcher} needs none`],
    ),
  );
  expect(bad).toEqual([]);
});

test('a lost scrape neither raises an alert nor starts it over: every figure is asked for with its last time', () => {
  const bad = badRules(({ expr }) => {
    // That a target is there now is what this one asks.
    const rest = expr.replaceAll(/\w+\(\w+(?:\{[^}]*\})?\[\w+\]\)/g, '').replace(/unless up\{[^}]*\}/, '');
    return (rest.match(/\b(?:openclaw_store_\w+|up\{)/g) ?? []).map(
      (metric) => `${metric} is asked for without a range`,
    );
  });
  expect(bad).toEqual([]);
});

test('what one scan saw and the next did not never fires, and a restart of Prometheus forgets no alert', () => {
  expect(Math.min(...Object.values(FOR_SECONDS))).toBeGreaterThan(LAST_KNOWN_SECONDS);
  // Below its grace period Prometheus forgets since when an alert is pending.
  const bad = badRules(({ for: wait }) => (/^(?:[1-9]\dm|\d+[hd])$/.test(wait) ? [] : [`for: ${wait}`]));
  expect(bad).toEqual([]);
});

test('no label of an alert can change while it fires', () => {
  const bad = badRules(({ expr }) =>
    parsePromql(expr).selectors.flatMap(({ metric }) =>
      CHANGING.filter(([family]) => metric === `openclaw_store_${family}`)
        .filter(([, labels]) => !new RegExp(`(?:without|ignoring) \\([^)]*${labels}[^)]*\\)`).test(expr))
        .map(([family, labels]) => `${family} has ${labels}`),
    ),
  );
  expect(bad).toEqual([]);
});

test('a description says where, and what to do first', () => {
  const bad = badRules(({ alert, annotations: { description }, labels: { severity } }) => [
    ...(/undefined|NaN/.test(description) ? ['holds undefined or NaN'] : []),
    // An absent job has no instance.
    ...(alert !== 'OpenClawExporterAbsent' && !description.includes('{{ $labels.instance }}')
      ? ['does not name the instance']
      : []),
    ...(severity !== 'info' && !/First|\/compact|\/new/.test(description) ? ['does not say what to do first'] : []),
  ]);
  expect(bad).toEqual([]);
});

test('no two rules ask the same', () => {
  const all = RULES.map(({ expr }) => expr);
  expect(all.filter((expr, index) => all.indexOf(expr) !== index)).toEqual([]);
});

test('groups are evaluated at the interval of Prometheus, with names of their own', () => {
  const groups = [...storeGroups(), ...upGroups()];
  expect(groups.filter((group) => Object.keys(group).join() !== 'name,rules')).toEqual([]);
  expect(new Set(groups.map(({ name }) => name)).size).toBe(groups.length);
});

test('the most severe rules of a group come first', () => {
  const order: readonly string[] = ALERT_SEVERITIES;
  const bad = [...storeGroups(), ...upGroups()].flatMap(({ rules }) =>
    rules.flatMap(({ alert, labels }, index) => {
      const before = rules[index - 1];
      return before !== undefined && order.indexOf(before.labels.severity) > order.indexOf(labels.severity)
        ? [
            `${alert} (${labels.severity}) comes after ${before.alert} (${before.labels.severity}): make the group by group()`,
          ]
        : [];
    }),
  );
  expect(bad).toEqual([]);
});
