import { expect, test } from 'vitest';
import { CASES } from '../../alerts/generate.ts';
import { KINDS } from '../../src/openclaw/keys.ts';
import { ALERT_SEVERITIES } from '../../src/rules/rule.ts';
import { SEVERITIES, TOKEN_THRESHOLDS } from '../../src/thresholds.ts';
import { offenders } from '../support/offenders.ts';
import { badRules, RULES, STORE_RULES, UP_RULES } from './all-rules.ts';
import { unknownIn } from './known-metrics.ts';
import { annotationQueries, parsePromql } from './promql.ts';

/** What only a scrape of the exporter itself has. */
const OF_A_TARGET = ['up', 'process_start_time_seconds'];

test('every alert has what it must have', () => {
  const bad = badRules((rule) => {
    const { summary, description, runbook_url, dashboard_url } = rule.annotations;
    const rules: readonly (readonly [boolean, string])[] = [
      [/^OpenClaw[A-Z][A-Za-z]+$/.test(rule.alert), 'its name is not OpenClaw… in camel case'],
      [ALERT_SEVERITIES.includes(rule.labels.severity), `${rule.labels.severity} is no severity`],
      [/^\d+[mhd]$/.test(rule.for), `for: ${rule.for} is no whole number of minutes, hours or days`],
      [
        /^\d+[mhd]$/.test(rule.keep_firing_for),
        `keep_firing_for: ${rule.keep_firing_for} is none of minutes, hours or days`,
      ],
      [/^[A-Z][^{}]*\.$/.test(summary), 'its summary is no sentence without a template'],
      [/^[A-Z].*\.$/s.test(description), 'its description is no sentence'],
      [runbook_url === `docs/runbooks/${rule.alert}.md`, `${runbook_url} is not its runbook`],
      [dashboard_url.startsWith('/d/'), `${dashboard_url} is no dashboard`],
    ];
    return rules.flatMap(([isGood, reason]) => (isGood ? [] : [reason]));
  });
  expect(bad).toEqual([]);
});

test('every alert asks in valid PromQL for metrics that exist', () => {
  const bad = badRules((rule) => {
    const { errors, selectors } = parsePromql(rule.expr);
    const own = selectors.filter(({ metric }) => !(OF_A_TARGET.includes(metric) && UP_RULES.includes(rule)));
    return [
      ...errors.map((error) => `does not parse at "${error}"`),
      ...(selectors.length === 0 ? ['asks for no metric'] : []),
      ...own.flatMap(unknownIn).map((unknown) => `no family has ${unknown}`),
    ];
  });
  expect(bad).toEqual([]);
});

test('every annotation asks in valid PromQL for metrics that exist', () => {
  const bad = badRules(({ annotations }) =>
    Object.values(annotations).flatMap((text) => {
      const queries = annotationQueries(text);
      const count = text.match(/\| query/g)?.length ?? 0;
      return [
        ...(queries.length === count ? [] : [`${count} queries, of which ${queries.length} were found`]),
        ...queries.flatMap((query) => {
          const { errors, selectors } = parsePromql(query);
          return [
            ...errors.map((error) => `does not parse at "${error}": ${query}`),
            ...selectors.flatMap(unknownIn).map((unknown) => `no family has ${unknown}`),
          ];
        }),
      ];
    }),
  );
  expect(bad).toEqual([]);
});

test('the store rules ask for nothing that only a scrape of the exporter has', () => {
  const bad = badRules(
    ({ expr }) =>
      parsePromql(expr).selectors.some(({ metric }) => OF_A_TARGET.includes(metric)) ? ['asks for it'] : [],
    STORE_RULES,
  );
  expect(bad).toEqual([]);
});

test('the rules of one alert share their summary', () => {
  const bad = badRules(({ alert, annotations: { summary } }) =>
    RULES.filter((other) => other.alert === alert && other.annotations.summary !== summary).map(
      (other) => `another rule says "${other.annotations.summary}"`,
    ),
  );
  expect(bad).toEqual([]);
});

test('the threshold of each kind and severity stands beside the kind, in one rule for each severity', () => {
  const bad = offenders(
    KINDS.flatMap((kind) => SEVERITIES.map((severity) => ({ kind, severity }))),
    ({ kind, severity }) => `${kind} ${severity}`,
    ({ kind, severity }) => {
      const found = STORE_RULES.filter(
        ({ alert, labels }) => /Tokens(?:High|Critical)$/.test(alert) && labels.severity === severity,
      );
      const limits = [
        ...(found[0]?.expr ?? '').matchAll(/session_tokens\{kind(=~|!~|=)"([^"]+)"\}\[\w+\]\) > (\d+)/g),
      ].filter(([, operator, kinds = '']) => (operator !== '!~') === kinds.split('|').includes(kind));
      const isThere = limits.length === 1 && Number(limits[0]?.[3]) === TOKEN_THRESHOLDS[kind][severity];
      return found.length === 1 && isThere
        ? []
        : [`${found.length} rules, with ${limits.map(([text]) => text).join(', ')}`];
    },
  );
  expect(bad).toEqual([]);
});

test('every rule has a case in alerts/cases in which it fires, with situations in which it is silent', () => {
  const covered = Object.values(CASES).flatMap((cases) =>
    cases.flatMap(({ alert, rule = {} }) =>
      RULES.filter(
        (each) => each.alert === alert && Object.entries(rule).every(([label, value]) => each.labels[label] === value),
      ),
    ),
  );
  const bad = badRules((rule) => (covered.includes(rule) ? [] : ['add a case to alerts/cases']));
  expect(bad).toEqual([]);
});
