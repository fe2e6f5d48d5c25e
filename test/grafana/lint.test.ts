import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as units from '@grafana/grafana-foundation-sdk/units';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { dashboardQueries, runnable } from '../../grafana/queries.ts';
import { unknownIn } from '../alerts/known-metrics.ts';
import { parsePromql } from '../alerts/promql.ts';
import { offenders } from '../support/offenders.ts';

// The useful rules of grafana/dashboard-linter, and what a reader of a panel needs.

const UNITS = new Set<unknown>(Object.values(units));

const datasource = z.object({ type: z.literal('prometheus'), uid: z.literal('$datasource') });
const panel = z.object({
  id: z.number(),
  title: z.string().min(1),
  description: z.string().min(20),
  datasource,
  gridPos: z.object({ x: z.number(), y: z.number(), w: z.number(), h: z.number() }),
  fieldConfig: z.object({
    defaults: z.object({ unit: z.string().refine((unit) => UNITS.has(unit)), noValue: z.string().min(1) }),
  }),
  targets: z.array(z.object({ refId: z.string(), expr: z.string().min(1), datasource })).min(1),
});
const variable = z.object({ name: z.string(), type: z.string(), label: z.string().min(1) });
const queryVariable = variable.extend({
  datasource,
  multi: z.literal(true),
  includeAll: z.literal(true),
  allValue: z.literal('.+'),
  // When the time range changes: what has no series any more is no longer offered.
  refresh: z.literal(2),
});
const dashboard = z.object({
  uid: z.string().regex(/^[a-z-]{8,40}$/),
  title: z.string().startsWith('OpenClaw / '),
  editable: z.literal(false),
  refresh: z.literal('1m'),
  graphTooltip: z.literal(1),
  tags: z.array(z.string()).min(1),
  panels: z.array(panel).min(1),
  templating: z.object({ list: z.array(variable) }),
});

type Place = z.infer<typeof panel>['gridPos'];

/** How the panels of the dashboards are put in place, one after the other. */
const ROWS = 'change .span() and .height(): the spans of a row add up to 24, and all panels of a row have one height';

function overlap(one: Place, other: Place): boolean {
  const isBeside = one.x + one.w <= other.x || other.x + other.w <= one.x;
  const isBelow = one.y + one.h <= other.y || other.y + other.h <= one.y;
  return !isBeside && !isBelow;
}

const FOLDER = join(import.meta.dirname, '../../grafana/dashboards');
const FILES = readdirSync(FOLDER).map((name) => ({ name, json: readFileSync(join(FOLDER, name), 'utf8') }));

describe.each(FILES)('$name', ({ json }) => {
  const raw: unknown = JSON.parse(json);

  test('dashboard and panels have what they must have', () => {
    expect(dashboard.safeParse(raw).error).toBeUndefined();
  });

  test('variables: the data source first, then job and instance, all of them chained', () => {
    const { list } = z.object({ templating: z.object({ list: z.array(z.unknown()) }) }).parse(raw).templating;
    expect(variable.parse(list[0])).toEqual({ name: 'datasource', type: 'datasource', label: 'Data source' });
    const rest = list.slice(1).map((each) => queryVariable.parse(each));
    expect(rest.map(({ name }) => name).slice(0, 2)).toEqual(['job', 'instance']);
    for (const { name, label } of rest) expect(label).toBe(name);
  });

  test('panels have ids of their own and do not overlap', () => {
    const { panels } = dashboard.parse(raw);
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const bad = panels.flatMap((one, index) => [
      ...panels
        .slice(index + 1)
        .filter((other) => overlap(one.gridPos, other.gridPos))
        .map((other) => `"${one.title}" lies over "${other.title}": ${ROWS}`),
      ...(one.gridPos.x + one.gridPos.w > 24 ? [`"${one.title}" is cut off: ${ROWS}`] : []),
    ]);
    expect(bad).toEqual([]);
  });

  const queries = dashboardQueries(json);

  test('every query is valid, of metrics that exist, for the job and instance that are chosen', () => {
    const bad = offenders(
      queries,
      ({ panel: title, expr }) => `${title}: ${expr}`,
      ({ panel: title, expr }) => {
        const { errors, selectors } = parsePromql(runnable(expr));
        const ranges = [...expr.matchAll(/\[([^\]]*)\]/g)].map(([, range = '']) => range);
        const isChoice = title === 'variable job' || title === 'variable instance';
        const chosen = isChoice ? [] : parsePromql(expr.replaceAll('[$__range]', '[1h]')).selectors;
        return [
          ...errors.map((error) => `does not parse at "${error}"`),
          ...selectors.flatMap(unknownIn).map((unknown) => `no family has ${unknown}`),
          ...ranges
            .filter((range) => range !== '$__range' && range !== '$__rate_interval')
            .map((range) => `the fixed range ${range} does not fit the resolution of what is shown`),
          ...chosen
            .filter(({ text }) => !text.includes('job=~"$job"') || !text.includes('instance=~"$instance"'))
            .map(({ text }) => `${text} is not limited to job and instance`),
        ];
      },
    );
    expect(bad).toEqual([]);
  });

  test('every variable that is offered is used by a panel', () => {
    const exprs = queries.filter(({ panel: title }) => !title.startsWith('variable ')).map(({ expr }) => expr);
    for (const { name } of dashboard.parse(raw).templating.list.slice(1)) {
      expect(exprs.some((expr) => expr.includes(`=~"$${name}"`))).toBe(true);
    }
  });
});
