import * as units from '@grafana/grafana-foundation-sdk/units';
import { describe, expect, test } from 'vitest';
import { parsePromql } from '../alerts/promql.ts';
import { type Dashboard, FILES, type Panel, parseDashboard, shownPanels } from './dashboard-json.ts';

// The rules of github.com/grafana/dashboard-linter for Prometheus, by their names there. The rules for LogQL have nothing to look at.

const UNITS = new Set<unknown>(Object.values(units));
const TEMPLATED = '$datasource';

interface Rule {
  readonly name: string;
  readonly complaints: (dashboard: Dashboard) => readonly string[];
  /** Breaks the rule: it must notice. */
  readonly spoil: (dashboard: Dashboard) => unknown;
}

const RULES: readonly Rule[] = [
  {
    name: 'template-datasource-rule',
    complaints: ({ templating }) =>
      templating.list
        .filter(({ type, name, label }) => type === 'datasource' && (name !== 'datasource' || label !== 'Data source'))
        .map(({ name }) => name),
    spoil: ({ templating }) => Object.assign(first(templating.list), { label: 'datasource' }),
  },
  {
    name: 'template-job-rule',
    complaints: (each) => target(each, 'job'),
    spoil: (each) => Object.assign(variable(each, 'job'), { label: 'job' }),
  },
  {
    name: 'template-instance-rule',
    complaints: (each) => target(each, 'instance'),
    spoil: (each) => Object.assign(variable(each, 'instance'), { name: 'host' }),
  },
  {
    name: 'template-label-promql-rule',
    complaints: ({ templating }) =>
      templating.list
        .filter(({ type }) => type === 'query')
        .filter(({ query }) => {
          const [, selector = '('] = /^label_values\((.+), \w+\)$/.exec(query) ?? [];
          return parsePromql(selector).errors.length > 0;
        })
        .map(({ query }) => query),
    spoil: (each) => Object.assign(variable(each, 'agent'), { query: 'label_values((x, agent)' }),
  },
  {
    name: 'template-on-time-change-reload-rule',
    complaints: ({ templating }) =>
      templating.list.filter(({ type, refresh }) => type === 'query' && refresh !== 2).map(({ name }) => name),
    spoil: (each) => Object.assign(variable(each, 'agent'), { refresh: 1 }),
  },
  {
    name: 'panel-datasource-rule',
    complaints: (each) =>
      panels(each, ({ datasource, targets }) =>
        [datasource, ...targets.map((one) => one.datasource)].every((one) => one?.uid === TEMPLATED),
      ),
    spoil: (each) => Object.assign(firstTarget(each).datasource, { uid: 'prometheus' }),
  },
  {
    name: 'panel-title-description-rule',
    complaints: (each) => panels(each, ({ title, description }) => title !== '' && description !== ''),
    spoil: (each) => Object.assign(firstPanel(each), { description: '' }),
  },
  {
    name: 'panel-units-rule',
    complaints: (each) => panels(each, (panel) => unitsOf(panel).every((unit) => UNITS.has(unit))),
    spoil: (each) => Object.assign(firstPanel(each), { fieldConfig: undefined }),
  },
  {
    name: 'panel-no-targets-rule',
    complaints: (each) => panels(each, ({ targets }) => targets.length > 0),
    spoil: (each) => Object.assign(firstPanel(each), { targets: [] }),
  },
  {
    name: 'target-promql-rule',
    complaints: (each) => targets(each, (expr) => parsePromql(plain(expr)).errors.length === 0),
    spoil: (each) => append(each, ')'),
  },
  {
    name: 'target-rate-interval-rule',
    complaints: (each) => targets(each, (expr) => !/\bi?rate\([^()]*\[(?!\$__rate_interval\])/.test(expr)),
    spoil: (each) => append(each, ' + rate(x[5m])'),
  },
  {
    name: 'target-counter-agg-rule',
    complaints: (each) =>
      targets(each, (expr) =>
        [...expr.matchAll(/(\w*\()?\s*\w+_total\b/g)].every(
          ([, call]) => call !== undefined && /^(i?rate|increase)\($/.test(call),
        ),
      ),
    spoil: (each) => append(each, ' + x_total'),
  },
  {
    name: 'target-job-rule',
    complaints: (each) => limited(each, 'job'),
    spoil: (each) => append(each, ' + x{instance=~"$instance"}'),
  },
  {
    name: 'target-instance-rule',
    complaints: (each) => limited(each, 'instance'),
    spoil: (each) => append(each, ' + x{job=~"$job"}'),
  },
  {
    name: 'uneditable-dashboard-rule',
    complaints: ({ editable, title }) => (editable ? [title] : []),
    spoil: (each) => Object.assign(each, { editable: true }),
  },
];

describe.each(FILES)('$name', ({ json }) => {
  test.each(RULES)('$name', ({ complaints, spoil }) => {
    const dashboard = parseDashboard(json);
    expect(complaints(dashboard)).toEqual([]);
    spoil(dashboard);
    expect(complaints(dashboard)).not.toEqual([]);
  });
});

function first<T>([one]: readonly T[]): T {
  if (one === undefined) throw new Error('nothing to spoil');
  return one;
}

function firstPanel(dashboard: Dashboard): Panel {
  return first(shownPanels(dashboard));
}

function firstTarget(dashboard: Dashboard): Panel['targets'][number] {
  return first(firstPanel(dashboard).targets);
}

function append(dashboard: Dashboard, text: string): void {
  const one = firstTarget(dashboard);
  one.expr += text;
}

function variable({ templating }: Dashboard, name: string): Dashboard['templating']['list'][number] {
  return first(templating.list.filter((each) => each.name === name));
}

function target({ templating }: Dashboard, name: string): string[] {
  const found = templating.list.find((each) => each.name === name);
  if (found === undefined) return [`${name} is missing`];
  const isGood =
    found.type === 'query' &&
    found.datasource?.uid === TEMPLATED &&
    found.label.toLowerCase() === name &&
    /^[A-Z]/.test(found.label) &&
    found.multi &&
    found.allValue === '.+';
  return isGood ? [] : [name];
}

function panels(dashboard: Dashboard, isGood: (panel: Panel) => boolean): string[] {
  return shownPanels(dashboard)
    .filter((panel) => !isGood(panel))
    .map(({ title }) => title);
}

function targets(dashboard: Dashboard, isGood: (expr: string) => boolean): string[] {
  const all = shownPanels(dashboard).flatMap((panel) =>
    panel.targets.map(({ expr }) => ({ title: panel.title, expr })),
  );
  return all.filter(({ expr }) => !isGood(expr)).map(({ title, expr }) => `${title}: ${expr}`);
}

/**
 * Every selector asks for the chosen targets. Alerts may ask for an empty label as well: an alert about a target that is gone has
 * no instance.
 */
function limited(dashboard: Dashboard, label: 'job' | 'instance'): string[] {
  return targets(dashboard, (expr) =>
    parsePromql(plain(expr)).selectors.every(
      ({ metric, text }) =>
        text.includes(`${label}=~"$${label}"`) ||
        (metric.startsWith('ALERTS') && text.includes(`${label}=~"$${label}|"`)),
    ),
  );
}

/** Grafana's variables for durations do not parse. Its other variables stand in the text of matchers. */
function plain(expr: string): string {
  return expr.replaceAll(/\$__\w+/g, '5m');
}

/** A table has its units in the overrides of its columns. A table of labels alone has none. */
function unitsOf({ fieldConfig }: Panel): unknown[] {
  const { defaults, overrides = [] } = fieldConfig ?? {};
  const own = overrides.flatMap(({ properties }) =>
    properties.filter(({ id }) => id === 'unit').map(({ value }) => value),
  );
  return [...own, ...(own.length === 0 || defaults?.unit !== undefined ? [defaults?.unit] : [])];
}
