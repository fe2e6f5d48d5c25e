import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { annotationQueries, parsePromql } from './promql.ts';

/**
 * Every number of `src/thresholds.ts` is multiplied by this prime, then rules and dashboards are made. A number in them
 * that is no multiple of it was written elsewhere.
 */
const FACTOR = 1009;
const THRESHOLDS = '../../src/thresholds.ts';

function multiplied(value: unknown): unknown {
  if (typeof value === 'number') return value * FACTOR;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, multiplied(each)]));
}

/** What makes rules and dashboards, evaluated anew with these numbers. */
async function withMultipliedThresholds() {
  const original: object = await vi.importActual(THRESHOLDS);
  vi.resetModules();
  vi.doMock(THRESHOLDS, () => Object.fromEntries(Object.entries(original).map(([name, n]) => [name, multiplied(n)])));
  const [rules, dashboards] = [await import('../../src/rules/groups.ts'), await import('../../grafana/generate.ts')];
  return { ...rules, ...dashboards };
}

let generated: Awaited<ReturnType<typeof withMultipliedThresholds>>;

beforeAll(async () => {
  generated = await withMultipliedThresholds();
});
// Other files may run in this process.
afterAll(() => {
  vi.doUnmock(THRESHOLDS);
  vi.resetModules();
});

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** 0 and 1 ask whether something is there at all; a ratio is a hundredth of a percentage. */
function isForeign(number: number): boolean {
  return ![0, 1].includes(number) && Math.round(number * 100) % FACTOR !== 0;
}

/** Numbers and durations of a query that are written elsewhere. */
function foreignInQuery(query: string): string[] {
  return parsePromql(query).numbers.filter((text) => {
    const [, count = '', unit = ''] = /^([\d.]+)([a-z]*)$/.exec(text) ?? [];
    return isForeign(Number(count) * (UNITS[unit] ?? 1));
  });
}

/** What holds digits and is no threshold. */
const NO_NUMBERS = [
  /\{\{.*?\}\}/gs, // a template; its queries are looked at by themselves
  /\b20\d\d\.\d+\.\d+\b/g, // a version of OpenClaw
  /\b\d+\.\d+\.\d+\.\d+:\d+\b/g, // an address
];
const NUMBER_WORDS =
  /\bhalf\b|\btwice\b|\b(?:an?|one|two|three|four|five|six|seven|eight|nine|ten) (?:second|minute|hour|day|week|time|token|byte|percent)s?\b/gi;

function foreignInText(text: string): string[] {
  const bare = NO_NUMBERS.reduce((rest, pattern) => rest.replaceAll(pattern, ' '), text);
  const numbers = [...bare.matchAll(/\d[\d,]*(?:\.\d+)?/g)].map(([number]) => number);
  return [
    ...numbers.filter((number) => isForeign(Number(number.replaceAll(',', '')))),
    ...[...bare.matchAll(NUMBER_WORDS)].map(([word]) => word),
  ];
}

test('every number in rules and their texts comes from src/thresholds.ts', () => {
  const rules = [...generated.storeGroups(), ...generated.upGroups()].flatMap((group) => group.rules);
  const offenders = rules.flatMap((rule) => {
    const queries = [rule.expr, `x[${rule.for}]`, `x[${rule.keep_firing_for}]`];
    const texts = Object.values(rule.annotations);
    const numbers = [
      ...[...queries, ...texts.flatMap(annotationQueries)].flatMap(foreignInQuery),
      ...texts.flatMap(foreignInText),
    ];
    return numbers.map((number) => `${rule.alert}: ${number} is written in the rule; make it from src/thresholds.ts`);
  });
  expect(offenders).toEqual([]);
});

const steps = z.object({ steps: z.array(z.object({ value: z.number().nullable() })) });

test('every threshold in the dashboards comes from src/thresholds.ts', () => {
  const offenders = Object.entries(generated.renderDashboards()).flatMap(([file, json]) => {
    const found: string[] = [];
    let seen = 0;
    JSON.parse(json, (_, value: unknown) => {
      const values = steps.safeParse(value).data?.steps.map((step) => step.value) ?? [];
      seen += values.length;
      for (const number of values) if (number !== null && isForeign(number)) found.push(`${file}: ${number}`);
      return value;
    });
    expect(seen, `${file} has thresholds`).toBeGreaterThan(0);
    return found;
  });
  expect(offenders).toEqual([]);
});

test.each([
  ['a > 50000', ['50000']],
  ['a > 0.9 * b', ['0.9']],
  ['a - min_over_time(a[1h]) > 0', ['1h']],
  [`a > ${50 * FACTOR} and b == 1`, []],
])('the query %s is looked through', (query, expected) => {
  expect(foreignInQuery(query)).toEqual(expected);
});

test.each([
  ['Grew by {{ $value | humanize1024 }} within 24 hours.', ['24']],
  ['Used within a week, and above 500,000 bytes.', ['500,000', 'a week']],
  [`OpenClaw 2026.8.1 on 127.0.0.1:10789, for ${FACTOR} hours.`, []],
])('the text %s is looked through', (text, expected) => {
  expect(foreignInText(text)).toEqual(expected);
});
