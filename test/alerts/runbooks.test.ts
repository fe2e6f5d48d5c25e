import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CHECKS } from '../../src/checks/all.ts';
import { BLIND_PROBLEMS, PROBLEMS } from '../../src/model/problem.ts';
import { ALERT_OF_FINDING } from '../../src/publish/remarks.ts';
import { promDuration } from '../../src/rules/expressions.ts';
import type { AlertRule } from '../../src/rules/rule.ts';
import { AGE_SECONDS, inWords, LAST_KNOWN_SECONDS } from '../../src/thresholds.ts';
import { offenders } from '../support/offenders.ts';
import { ALERT_NAMES, RULES } from './all-rules.ts';
import { parsePromql } from './promql.ts';

const FOLDER = join(import.meta.dirname, '../../docs/runbooks');
const HEADINGS = ['## Meaning', '## Impact', '## Diagnosis', '## Mitigation'];

const FILES = readdirSync(FOLDER);
const WRITTEN = ALERT_NAMES.filter((alert) => FILES.includes(`${alert}.md`));

function textOf(alert: string): string {
  return readFileSync(join(FOLDER, `${alert}.md`), 'utf8');
}

test('every alert has its runbook and every runbook its alert', () => {
  const missing = ALERT_NAMES.filter((alert) => !WRITTEN.includes(alert)).map(
    (alert) => `write docs/runbooks/${alert}.md`,
  );
  const left = FILES.filter((name) => !ALERT_NAMES.some((alert) => name === `${alert}.md`)).map(
    (name) => `remove ${name}`,
  );
  expect([...missing, ...left]).toEqual([]);
});

test('every runbook has the same headings, links that lead somewhere, and names of alerts that are there', () => {
  const bad = offenders(WRITTEN, String, (alert) => {
    const text = textOf(alert);
    const headings = text.split('\n').filter((line) => /^#{1,2} /.test(line));
    const links = [...text.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)].map(([, target = '']) => target);
    const names = [...text.matchAll(/\bOpenClaw[A-Z]\w+/g)].map(([name]) => name);
    return [
      ...(headings.join() === [`# ${alert}`, ...HEADINGS].join()
        ? []
        : [`has the headings ${headings.join(', ')}; expected # ${alert}, ${HEADINGS.join(', ')}`]),
      ...links.filter((target) => !existsSync(join(FOLDER, target))).map((target) => `${target} is not there`),
      ...names.filter((name) => !ALERT_NAMES.includes(name)).map((name) => `no alert is called ${name}`),
    ];
  });
  expect(bad).toEqual([]);
});

const MIB = 1024 ** 2;
const GB = 1e9;
const UNITS: Readonly<Record<string, number>> = { m: 60, h: 3600, d: 86_400 };

/** The ways to say a number of a rule, or a duration of it in seconds, in a runbook. */
function waysToSay(number: number): string[] {
  if (!Number.isInteger(number)) return [`${(number * 100).toFixed()} %`];
  return [
    number.toLocaleString('en-US'),
    ...(number >= 10 ? [inWords(number)] : []),
    ...(number % MIB === 0 ? [`${number / MIB} MiB`] : []),
    ...(number % GB === 0 ? [`${number / GB} GB`] : []),
  ];
}

function says(text: string, number: number): boolean {
  const words = text.replace(/\s+/g, ' ');
  return waysToSay(number).some((way) => new RegExp(`(?<![\\d.,])${way}(?![\\d.,]*\\d)`).test(words));
}

/** The numbers of a rule, its `for` among them. 0 and 1 only ask whether something is there. */
function numbersOf({ expr, for: wait }: AlertRule): number[] {
  // How long a figure counts as known is no condition of the alert.
  const known = promDuration(LAST_KNOWN_SECONDS);
  const conditions = expr.replaceAll(new RegExp(`\\w+\\((\\w+(?:\\{[^}]*\\})?)\\[${known}\\]\\)`, 'g'), '($1)');
  const numbers = parsePromql(`${conditions} or x[${wait}]`).numbers.map((text) => {
    const [, count = '', unit = ''] = /^([\d.]+)([a-z]*)$/.exec(text) ?? [];
    return Number(count) * (UNITS[unit] ?? 1);
  });
  return [...new Set(numbers)].filter((number) => number !== 0 && number !== 1);
}

test('every runbook says the numbers of its rules', () => {
  const bad = offenders(WRITTEN, String, (alert) => {
    const text = textOf(alert);
    const numbers = new Set(RULES.filter((rule) => rule.alert === alert).flatMap(numbersOf));
    return [...numbers]
      .filter((number) => !says(text, number))
      .map((number) => `docs/runbooks/${alert}.md does not say ${waysToSay(number).join(' or ')}`);
  });
  expect(bad).toEqual([]);
});

test('a runbook says the ages by which a scan judges', () => {
  const ages = [
    ['OpenClawLockStale', AGE_SECONDS.transcriptLock],
    ['OpenClawLockStale', AGE_SECONDS.indexLock],
    ['OpenClawSessionCollision', AGE_SECONDS.collisionGap],
    ['OpenClawSessionCollision', AGE_SECONDS.collision],
    ['OpenClawSessionStuck', AGE_SECONDS.stuck],
    ['OpenClawStoreProblem', AGE_SECONDS.lockedDatabase],
    ['OpenClawTokensUnknown', AGE_SECONDS.active],
  ] as const;
  const bad = ages.filter(([alert, age]) => !textOf(alert).includes(inWords(age)));
  expect(bad.map(([alert, age]) => `the runbook of ${alert} does not say ${inWords(age)}`)).toEqual([]);
});

test('a runbook explains every reason of its alert', () => {
  const reasons = [
    ...CHECKS.flatMap((check) => check.reasons.map((reason) => [ALERT_OF_FINDING[check.finding], reason] as const)),
    ...PROBLEMS.map(
      (problem) => [BLIND_PROBLEMS.includes(problem) ? 'OpenClawStoreBlind' : 'OpenClawStoreProblem', problem] as const,
    ),
  ];
  const bad = reasons.filter(([alert, reason]) => reason !== null && !textOf(alert).includes(`\`${reason}\``));
  expect(bad.map(([alert, reason]) => `explain ${reason} in docs/runbooks/${alert}.md`)).toEqual([]);
});

test('a number that a runbook does not say is found', () => {
  expect(says('More than 150,000 tokens.', 50_000)).toBe(false);
  expect(says('More than 50,000 tokens.', 50_000)).toBe(true);
  expect(says('After 30\nminutes', 1800)).toBe(true);
  expect(says('Above 90 % of it.', 0.9)).toBe(true);
  expect(RULES.flatMap(numbersOf)).toContain(604_800);
});
