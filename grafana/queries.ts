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
  /** PromQL that still holds Grafana's variables; see {@link runnable}. */
  readonly expr: string;
}

/** Every query of a dashboard's JSON text. The query of a variable is given as PromQL that has one result for each value. */
export function dashboardQueries(json: string): DashboardQuery[] {
  const { panels, templating } = dashboard.parse(JSON.parse(json));
  return [
    ...templating.list
      .filter(({ type }) => type === 'query')
      .map(({ name, query }) => ({ panel: `variable ${name}`, expr: labelValuesAsPromql(query ?? '') })),
    ...panels.flatMap(({ title, targets }) => targets.map(({ expr }) => ({ panel: title, expr }))),
  ];
}

/** `label_values` is no PromQL. Grafana takes the values from the series, so the PromQL asks for one series for each value. */
function labelValuesAsPromql(query: string): string {
  const match = /^label_values\((.+), (\w+)\)$/.exec(query);
  if (match === null) throw new Error(`not a label_values query: ${query}`);
  return `group by (${match[2]}) (${match[1]})`;
}

/** The query as Grafana sends it when `All` is chosen everywhere and one hour is shown. */
export function runnable(expr: string): string {
  return expr
    .replaceAll('$__range', '1h')
    .replaceAll('$__rate_interval', '5m')
    .replace(/\$(\w+)/g, '.+');
}
