import { z } from 'zod';

const target = z.object({ expr: z.string() });
const panel = z.object({ title: z.string(), targets: z.array(target).default([]) });
const variable = z.object({ name: z.string(), type: z.string(), query: z.string().optional() });
const dashboard = z.object({
  panels: z.array(panel),
  templating: z.object({ list: z.array(variable) }),
});

export interface DashboardQuery {
  /** The panel's title, or `variable <name>`. */
  readonly panel: string;
  /** PromQL with Grafana's variables still in it; see {@link runnable}. */
  readonly expr: string;
}

/** Every query of a dashboard's JSON text, those of its variables as PromQL that has a result where they have a value. */
export function dashboardQueries(json: string): DashboardQuery[] {
  const { panels, templating } = dashboard.parse(JSON.parse(json));
  return [
    ...templating.list
      .filter(({ type }) => type === 'query')
      .map(({ name, query }) => ({ panel: `variable ${name}`, expr: labelValuesAsPromql(query ?? '') })),
    ...panels.flatMap(({ title, targets }) => targets.map(({ expr }) => ({ panel: title, expr }))),
  ];
}

/** `label_values` is Grafana's and no PromQL: it answers from the series, so those are asked for, one per value. */
function labelValuesAsPromql(query: string): string {
  const match = /^label_values\((.+), (\w+)\)$/.exec(query);
  if (match === null) throw new Error(`not a label_values query: ${query}`);
  return `group by (${match[2]}) (${match[1]})`;
}

/** The query as Grafana sends it with `All` chosen everywhere and an hour shown. */
export function runnable(expr: string): string {
  return expr
    .replaceAll('$__range', '1h')
    .replaceAll('$__rate_interval', '5m')
    .replace(/\$(\w+)/g, '.+');
}
