import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { GROWTH_HOURS } from '../../grafana/expressions.ts';
import { dashboardQueries, runnable } from '../../grafana/queries.ts';
import { processRegistry } from '../../src/publish/metrics/process.ts';
import { promDuration } from '../../src/rules/expressions.ts';
import { DASHBOARD_UIDS } from '../../src/rules/rule.ts';
import { ALERT_THRESHOLDS } from '../../src/thresholds.ts';
import { unknownIn } from '../alerts/known-metrics.ts';
import { parsePromql } from '../alerts/promql.ts';
import { offenders } from '../support/offenders.ts';
import { FILES, links, type Panel, parseDashboard, shownPanels } from './dashboard-json.ts';

// What a reader of a panel needs, beside the rules of the linter.

const DASHBOARDS = FILES.map(({ name, json }) => ({ name, json, dashboard: parseDashboard(json) }));

/** Metrics that are there beside our own families: of the scrape, of the process, of the rules. */
const OTHERS = new Set([
  'up',
  'ALERTS',
  'ALERTS_FOR_STATE',
  ...processRegistry()
    .getMetricsAsArray()
    .map(({ name }) => name),
]);
/** A range that does not follow the time shown asks the same as an alert, or is named in the description. */
const FIXED_RANGES = new Set([
  promDuration(ALERT_THRESHOLDS.compactionStorm.seconds),
  promDuration(ALERT_THRESHOLDS.leftovers.seconds),
  promDuration(GROWTH_HOURS * 3600),
]);
const RANGES = new Set(['$__range', '$__rate_interval', ...FIXED_RANGES]);

test('the tables of all gateways, agents and kinds fit a window of 1600 pixels', () => {
  const fleet = DASHBOARDS.find(({ name }) => name.includes('fleet'))?.dashboard ?? expect.fail('no dashboard Fleet');
  const titles = ['Gateways', 'Agents', 'Tokens by kind'];
  const tables = shownPanels(fleet).filter(({ title }) => titles.includes(title));
  expect(tables).toHaveLength(titles.length);
  for (const { title, gridPos, fieldConfig } of tables) {
    const properties = (fieldConfig?.overrides ?? []).flatMap((override) => override.properties);
    const widths = properties.filter(({ id }) => /^custom\.(?:minWidth|width)$/.test(id));
    const wide = widths.reduce((sum, { value }) => sum + z.number().parse(value), 0);
    // Less the margins and the frame.
    expect(wide, title).toBeLessThanOrEqual((gridPos.w * 1600) / 24 - 20);
  }
});

test('three dashboards with at least 30 panels, each with the name of its uid', () => {
  expect(DASHBOARDS.map(({ name }) => name)).toEqual(
    Object.values(DASHBOARD_UIDS)
      .map((uid) => `${uid}.json`)
      .toSorted(),
  );
  for (const { name, dashboard } of DASHBOARDS) expect(`${dashboard.uid}.json`).toBe(name);
  expect(DASHBOARDS.flatMap(({ dashboard }) => shownPanels(dashboard)).length).toBeGreaterThanOrEqual(30);
});

describe.each(DASHBOARDS)('$name', ({ json, dashboard }) => {
  const queries = dashboardQueries(json);
  const variables = dashboard.templating.list;

  test('it is read only, refreshes itself, and links to the others with time and variables', () => {
    expect(dashboard).toMatchObject({
      title: expect.stringMatching(/^OpenClaw \/ /),
      editable: false,
      refresh: '1m',
      graphTooltip: 1,
      tags: expect.arrayContaining(['openclaw']),
      links: [{ type: 'dashboards', tags: ['openclaw'], keepTime: true, includeVars: true }],
    });
  });

  test('every panel says what it shows, when to worry, and what no data means', () => {
    const bad = offenders(
      shownPanels(dashboard),
      ({ title }) => title,
      ({ description, fieldConfig, targets }) => [
        ...(/\bworry\b/i.test(description) ? [] : ['its description does not say when to worry']),
        ...(/[.!]$/.test(description) ? [] : ['its description is no sentence']),
        ...(fieldConfig?.defaults.noValue ? [] : ['it has no text for no data']),
        ...(new Set(targets.map(({ refId }) => refId)).size === targets.length ? [] : ['two queries have one refId']),
      ],
    );
    expect(bad).toEqual([]);
    const titles = shownPanels(dashboard).map(({ title }) => title);
    expect(titles.filter((title, index) => titles.indexOf(title) !== index)).toEqual([]);
  });

  test('variables are chained: each is limited by all that stand before it', () => {
    const names = variables.map(({ name }) => name);
    const all = ['datasource', 'cluster', 'job', 'instance', 'agent', 'kind', 'session'];
    expect(names).toEqual(all.slice(0, names.length));
    const bad = offenders(
      variables.slice(1),
      ({ name }) => name,
      ({ name, label, query }) => [
        ...all
          .slice(1, all.indexOf(name))
          .filter((before) => !query.includes(`${before}=~"$${before}"`))
          .map((before) => `is not limited by ${before}`),
        ...(label.toLowerCase() === name && label !== name ? [] : [`is labelled ${label}`]),
      ],
    );
    expect(bad).toEqual([]);
  });

  test('every variable that is offered is used by a panel', () => {
    const exprs = queries.filter(({ of }) => of === 'panel').map(({ expr }) => expr);
    for (const { name } of variables.slice(1))
      expect(
        exprs.some((expr) => expr.includes(`"$${name}"`)),
        name,
      ).toBe(true);
  });

  test('panels have ids of their own, fill their lines and do not overlap', () => {
    const { panels } = dashboard;
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const bad = panels.flatMap((one, index) => [
      ...panels
        .slice(index + 1)
        .filter((other) => overlap(one.gridPos, other.gridPos))
        .map((other) => `"${one.title}" lies over "${other.title}"`),
      ...(one.gridPos.x + one.gridPos.w > 24
        ? [`"${one.title}" is cut off: the widths of a line are more than 24`]
        : []),
    ]);
    expect(bad).toEqual([]);
    for (const lines of Map.groupBy(panels, ({ gridPos }) => gridPos.y).values()) {
      expect(
        lines.reduce((sum, { gridPos }) => sum + gridPos.w, 0),
        lines[0]?.title,
      ).toBe(24);
    }
  });

  test('every heading of a table fits its column, with its filter and the arrow of the sorted one', () => {
    const tables = shownPanels(dashboard).filter(({ type }) => type === 'table');
    const bad = tables.flatMap(({ title, fieldConfig, options }) =>
      (fieldConfig?.overrides ?? []).flatMap(({ matcher: { options: heading }, properties }) => {
        const { value } = properties.find(({ id }) => /^custom\.(?:minWidth|width)$/.test(id)) ?? {};
        const isSorted = options?.sortBy.some(({ displayName }) => displayName === heading) === true;
        // Grafana's letters are 7 pixels wide, in the mean.
        const needed = heading.length * 7 + 38 + (isSorted ? 18 : 0);
        return typeof value !== 'number' || value >= needed
          ? []
          : [`${title}: ${heading}: ${value} of ${needed} pixels`];
      }),
    );
    expect(bad).toEqual([]);
    // Of a stat in an eighth of a window of 1600 pixels, beside its icon.
    const stats = shownPanels(dashboard).filter(({ type, gridPos }) => type === 'stat' && gridPos.w <= 3);
    expect(stats.map(({ title }) => title).filter((title) => title.length > 17)).toEqual([]);
  });

  test('every query is valid, of metrics that exist, for what is chosen', () => {
    const bad = offenders(
      queries,
      ({ title, expr }) => `${title}: ${expr}`,
      ({ of, title, expr }) => {
        const { errors, selectors } = parsePromql(runnable(expr));
        const ranges = [...expr.matchAll(/\[(\$\w+|\d+[smhd])\]/g)].map(([, range = '']) => range);
        const chosen = parsePromql(expr.replaceAll(/\$__\w+/g, '1h')).selectors;
        const isChoice = of === 'variable' && ['cluster', 'job', 'instance'].includes(title);
        return [
          ...errors.map((error) => `does not parse at "${error}"`),
          ...selectors
            .filter(({ metric }) => !OTHERS.has(metric))
            .flatMap(unknownIn)
            .map((unknown) => `no family has ${unknown}`),
          ...ranges
            .filter((range) => !RANGES.has(range))
            .map((range) => `the range ${range} does not fit what is shown`),
          ...(isChoice ? [] : chosen)
            .filter(({ text }) => ['cluster', 'job', 'instance'].some((name) => !text.includes(`${name}=~"$${name}`)))
            .map(({ text }) => `${text} is not limited to the chosen targets`),
        ];
      },
    );
    expect(bad).toEqual([]);
  });

  test('every link opens a dashboard with the time and every variable of it', () => {
    const bad = offenders(
      shownPanels(dashboard).flatMap(linksOf),
      ({ title, url }) => `${title}: ${url}`,
      ({ url }) => {
        const [, uid = '', query = ''] = /^\/d\/([\w-]+)\?(.*)$/.exec(url) ?? [];
        const opened = DASHBOARDS.find((each) => each.dashboard.uid === uid)?.dashboard;
        if (opened === undefined) return ['opens no dashboard'];
        const given = query.split('&');
        const wanted = opened.templating.list.map(({ name }) => name);
        return [
          ...(given.includes('$' + '{__url_time_range}') ? [] : ['loses the time']),
          ...wanted
            .filter(
              (name) => !given.some((each) => each === `\${${name}:queryparam}` || each.startsWith(`var-${name}=$`)),
            )
            .map((name) => `loses ${name}`),
        ];
      },
    );
    expect(bad).toEqual([]);
  });
});

test('from the fleet one click leads to an agent, and one more to a session', () => {
  const opened = new Map(
    DASHBOARDS.map(({ dashboard }) => [
      dashboard.uid,
      new Set(
        shownPanels(dashboard)
          .flatMap(linksOf)
          .map(({ url }) => /\/d\/([\w-]+)/.exec(url)?.[1]),
      ),
    ]),
  );
  const { fleet, health, session } = DASHBOARD_UIDS;
  expect(opened.get(fleet)).toEqual(new Set([fleet, health, session]));
  expect(opened.get(health)).toEqual(new Set([fleet, health, session]));
  expect(opened.get(session)).toEqual(new Set([fleet, health]));
});

function linksOf({ fieldConfig }: Panel): { title: string; url: string }[] {
  if (fieldConfig === undefined) return [];
  const ofColumns = fieldConfig.overrides.flatMap(({ properties }) => properties.filter(({ id }) => id === 'links'));
  return [...fieldConfig.defaults.links, ...ofColumns.flatMap(({ value }) => links.parse(value))];
}

function overlap(one: Panel['gridPos'], other: Panel['gridPos']): boolean {
  const isBeside = one.x + one.w <= other.x || other.x + other.w <= one.x;
  const isBelow = one.y + one.h <= other.y || other.y + other.h <= one.y;
  return !isBeside && !isBelow;
}
