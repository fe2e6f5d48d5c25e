import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CASES } from '../../alerts/generate.ts';
import { KINDS } from '../../src/openclaw/keys.ts';
import { ALERT_THRESHOLDS, SEVERITIES, TOKEN_THRESHOLDS, TRANSCRIPT_BYTES_THRESHOLD } from '../../src/thresholds.ts';
import { ALERTS, NAMED, RULES, STORE_RULES, UP_RULES } from './all-rules.ts';
import { unknownIn } from './known-metrics.ts';
import { parsePromql } from './promql.ts';

const ROOT = join(import.meta.dirname, '../..');
const RUNBOOKS = join(ROOT, 'docs/runbooks');

describe.each(NAMED)('$name', ({ rule }) => {
  test('has what every alert must have', () => {
    expect(rule.alert).toMatch(/^OpenClaw[A-Z][A-Za-z]+$/);
    expect([...SEVERITIES, 'info']).toContain(rule.labels.severity);
    expect(rule.for).toMatch(/^\d+[mhd]$/);
    expect(rule.keep_firing_for).toMatch(/^\d+[mhd]$/);
    expect(rule.annotations.summary).toMatch(/^[A-Z][^{}]*\.$/);
    expect(rule.annotations.description).toMatch(/^[A-Z].*\.$/s);
    expect(rule.annotations.runbook_url).toBe(`docs/runbooks/${rule.alert}.md`);
    expect(rule.annotations.dashboard_url).toMatch(/^\/d\//);
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

test('the store rules ask for nothing that only a scrape of the exporter has', () => {
  for (const { expr } of STORE_RULES)
    expect(parsePromql(expr).selectors.map(({ metric }) => metric)).not.toContain('up');
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
  expect(readdirSync(RUNBOOKS).toSorted()).toEqual(ALERTS.map((alert) => `${alert}.md`).toSorted());
});

describe.each(ALERTS)('the runbook of %s', (alert) => {
  const text = readFileSync(join(RUNBOOKS, `${alert}.md`), 'utf8');

  test('says what it must', () => {
    const headings = text.split('\n').filter((line) => /^#{1,2} /.test(line));
    expect(headings).toEqual([`# ${alert}`, '## Meaning', '## Impact', '## Diagnosis', '## Mitigation']);
  });

  test('links to files that are there, and names alerts that are there', () => {
    for (const [, target = ''] of text.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)) {
      expect(() => readFileSync(join(RUNBOOKS, target)), target).not.toThrow();
    }
    for (const [name] of text.matchAll(/\bOpenClaw[A-Z]\w+/g)) expect(ALERTS).toContain(name);
  });
});

test.each<[string, number]>([
  ['OpenClawSessionTokensHigh', TOKEN_THRESHOLDS.group.warning],
  ['OpenClawSessionTokensHigh', TOKEN_THRESHOLDS.dm.warning],
  ['OpenClawSessionTokensHigh', TOKEN_THRESHOLDS.main.warning],
  ['OpenClawSessionTokensCritical', TOKEN_THRESHOLDS.group.critical],
  ['OpenClawSessionTokensCritical', TOKEN_THRESHOLDS.main.critical],
  ['OpenClawTranscriptsLarge', TRANSCRIPT_BYTES_THRESHOLD.warning],
  ['OpenClawCompactionOverdue', ALERT_THRESHOLDS.windowPercent],
  ['OpenClawInputsWaiting', ALERT_THRESHOLDS.waitingInputSeconds / 60],
  ['OpenClawIndexLarge', ALERT_THRESHOLDS.indexBytes / 1024 ** 2],
  ['OpenClawWalLarge', ALERT_THRESHOLDS.walBytes / 1024 ** 2],
  ['OpenClawStoreNearBudget', ALERT_THRESHOLDS.maintenancePercent],
  ['OpenClawSessionsNearCap', ALERT_THRESHOLDS.maintenancePercent],
  ['OpenClawLeftoversGrowing', ALERT_THRESHOLDS.leftovers.bytes / 1e9],
  ['OpenClawSessionsAccumulating', ALERT_THRESHOLDS.machineSessions],
  ['OpenClawPreventionMissing', ALERT_THRESHOLDS.compactionReserveTokens],
])('the runbook of %s says the number that its rule holds: %i', (alert, number) => {
  const text = readFileSync(join(RUNBOOKS, `${alert}.md`), 'utf8');
  expect(text).toMatch(new RegExp(`\\b${number.toLocaleString('en-US')}\\b`));
});

test('every rule has cases in which it fires and cases in which it is silent', () => {
  const covered = Object.values(CASES).flatMap((cases) =>
    cases.flatMap(({ alert, rule = {} }) =>
      RULES.filter(
        (each) => each.alert === alert && Object.entries(rule).every(([label, value]) => each.labels[label] === value),
      ),
    ),
  );
  // The alert about an absent job has no instance, so its tests are written by hand.
  const left = RULES.filter((rule) => !covered.includes(rule)).map(({ alert }) => alert);
  expect(left).toEqual(['OpenClawExporterAbsent']);
  expect(readFileSync(join(ROOT, 'alerts/tests/absent.test.yml'), 'utf8')).toContain('OpenClawExporterAbsent');
});
