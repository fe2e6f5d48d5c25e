import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { storeGroups, upGroups } from '../../alerts/generate.ts';
import { KINDS } from '../../src/store/kinds.ts';
import { SEVERITIES, TOKEN_THRESHOLDS } from '../../src/thresholds.ts';
import { unknownIn } from './known-metrics.ts';
import { parsePromql } from './promql.ts';

const ROOT = join(import.meta.dirname, '../..');
const STORE_RULES = storeGroups().flatMap(({ rules }) => rules);
const UP_RULES = upGroups().flatMap(({ rules }) => rules);
const RULES = [...STORE_RULES, ...UP_RULES];
const NAMED = RULES.map((rule) => ({ rule, name: [rule.alert, ...Object.values(rule.labels)].join(' ') }));

describe.each(NAMED)('$name', ({ rule }) => {
  test('has what every alert must have', () => {
    expect(rule.alert).toMatch(/^OpenClaw[A-Z][A-Za-z]+$/);
    expect(SEVERITIES).toContain(rule.labels.severity);
    expect(rule.for).toMatch(/^\d+[mh]$/);
    expect(rule.keep_firing_for).toMatch(/^\d+[mh]$/);
    expect(rule.annotations.summary).toMatch(/^[A-Z][^{}]*\.$/);
    expect(rule.annotations.description).toMatch(/^[A-Z].*\.$/s);
    expect(rule.annotations.runbook).toBe(`docs/runbooks/${rule.alert}.md`);
  });

  test('has labels that stay the same while it fires', () => {
    for (const value of Object.values(rule.labels)) expect(value).not.toContain('{{');
    expect(rule.expr).not.toMatch(/\b(topk|bottomk)\b/);
  });

  test('compares something, or asks whether it is there at all', () => {
    expect(rule.expr).toMatch(/[<>=]=?\s|\babsent\(/);
  });

  test('asks in valid PromQL for metrics that exist', () => {
    const { errors, selectors } = parsePromql(rule.expr);
    expect(errors).toEqual([]);
    expect(selectors).not.toEqual([]);
    const own = selectors.filter(({ metric }) => !(metric === 'up' && UP_RULES.includes(rule)));
    expect(own.flatMap(unknownIn)).toEqual([]);
  });

  test('asks in valid PromQL in its annotations', () => {
    const queries = Object.values(rule.annotations).flatMap((text) => [
      ...text.matchAll(/printf `([^`]+)` \. \| query/g),
    ]);
    for (const [, query = ''] of queries) {
      const { errors, selectors } = parsePromql(query.replaceAll(/%(\[1\])?s/g, 'agent="work"'));
      expect(errors).toEqual([]);
      expect(selectors.flatMap(unknownIn)).toEqual([]);
    }
    expect(queries).toHaveLength((JSON.stringify(rule.annotations).match(/\| query/g) ?? []).length);
  });
});

test('equal alert names share their summary', () => {
  for (const { alert, annotations } of RULES) {
    const summaries = RULES.filter((other) => other.alert === alert).map((other) => other.annotations.summary);
    expect(new Set(summaries)).toEqual(new Set([annotations.summary]));
  }
});

test.each(KINDS.flatMap((kind) => SEVERITIES.map((severity) => ({ kind, severity }))))(
  'the number of $kind, $severity stands in its rule',
  ({ kind, severity }) => {
    const found = STORE_RULES.filter(({ labels }) => labels.kind === kind && labels.severity === severity);
    expect(found).toHaveLength(1);
    expect(found[0]?.expr).toContain(`{kind="${kind}"} > ${TOKEN_THRESHOLDS[kind][severity]}\n`);
  },
);

test('every alert has its runbook and every runbook its alert', () => {
  const runbooks = readdirSync(join(ROOT, 'docs/runbooks'));
  expect(runbooks.toSorted()).toEqual([...new Set(RULES.map(({ alert }) => `${alert}.md`))].toSorted());
});

test.each([...new Set(RULES.map(({ alert }) => alert))])('the runbook of %s says what it must', (alert) => {
  const text = readFileSync(join(ROOT, `docs/runbooks/${alert}.md`), 'utf8');
  const headings = text.split('\n').filter((line) => line.startsWith('#'));
  expect(headings).toEqual([`# ${alert}`, '## Meaning', '## Impact', '## Diagnosis', '## Mitigation']);
});

test('every alert has a promtool test that names it', () => {
  const folder = join(ROOT, 'alerts/tests');
  const tests = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
  for (const { alert } of RULES) expect(tests.join('\n')).toContain(`- alertname: ${alert}\n`);
});
