import { expect, test } from 'vitest';
import { badRules } from '../alerts/all-rules.ts';
import { parsePromql } from '../alerts/promql.ts';
import { FILES, parseDashboard, shownPanels } from './dashboard-json.ts';

const DASHBOARDS = FILES.map(({ json }) => parseDashboard(json)).map((dashboard) => ({
  uid: dashboard.uid,
  variables: dashboard.templating.list.map(({ name }) => name),
  metrics: new Set(
    shownPanels(dashboard)
      .flatMap(({ targets }) => targets)
      .flatMap(({ expr }) => parsePromql(expr.replaceAll(/\$__\w+/g, '1h')).selectors.map(({ metric }) => metric)),
  ),
}));

test('the figures of every alert stand in a panel of the dashboard that it links to', () => {
  const bad = badRules(({ expr, annotations: { dashboard_url: url } }) => {
    const [, uid, query = ''] = /^\/d\/([\w-]+)(?:\?(.*))?$/.exec(url) ?? [];
    const dashboard = DASHBOARDS.find((each) => each.uid === uid);
    if (dashboard === undefined) return [`${url} is none of our dashboards`];
    const asked = new Set(parsePromql(expr).selectors.map(({ metric }) => metric));
    const given = [...query.matchAll(/var-(\w+)=/g)].map(([, name = '']) => name);
    return [
      ...[...asked]
        .filter((metric) => !dashboard.metrics.has(metric))
        .map((metric) => `${uid} has no panel of ${metric}`),
      ...given.filter((name) => !dashboard.variables.includes(name)).map((name) => `${uid} has no variable ${name}`),
    ];
  });
  expect(bad).toEqual([]);
});
