import { z } from 'zod';

const target = z.object({ expr: z.string() });
const panel = z.object({ title: z.string(), type: z.string(), targets: z.array(target).default([]) });
const variable = z.object({ name: z.string(), type: z.string(), query: z.string().optional() });
const annotation = z.object({ name: z.string(), expr: z.string() });
const dashboard = z.object({
  panels: z.array(panel),
  annotations: z.object({ list: z.array(annotation) }),
  templating: z.object({ list: z.array(variable) }),
});

export interface DashboardQuery {
  readonly of: 'panel' | 'variable' | 'annotation';
  /** The title of the panel, or the name of the variable or the annotation. */
  readonly title: string;
  /** PromQL that still holds Grafana's variables; see {@link runnable}. */
  readonly expr: string;
}

/** Every query of a dashboard's JSON text. The query of a variable is given as PromQL that has one result for each value. */
export function dashboardQueries(json: string): DashboardQuery[] {
  const { panels, annotations, templating } = dashboard.parse(JSON.parse(json));
  return [
    ...templating.list
      .filter(({ type }) => type === 'query')
      .map(({ name, query }) => ({ of: 'variable' as const, title: name, expr: labelValuesAsPromql(query ?? '') })),
    ...annotations.list.map(({ name, expr }) => ({ of: 'annotation' as const, title: name, expr })),
    ...panels.flatMap(({ title, targets }) => targets.map(({ expr }) => ({ of: 'panel' as const, title, expr }))),
  ];
}

/** `label_values` is no PromQL. Grafana takes the values from the series, so the PromQL asks for one series for each value. */
function labelValuesAsPromql(query: string): string {
  const match = /^label_values\((.+), (\w+)\)$/.exec(query);
  if (match === null) throw new Error(`not a label_values query: ${query}`);
  return `group by (${match[2]}) (${match[1]})`;
}

/**
 * The query as Grafana sends it when one hour is shown. Without a choice for a variable All is chosen; the variable `session` has
 * no All.
 */
export function runnable(expr: string, chosen: Readonly<Record<string, string>> = {}): string {
  return (
    expr
      .replaceAll('$__range', '1h')
      .replaceAll('$__rate_interval', '5m')
      // Not `$1`, which is PromQL's own.
      .replace(/\$([a-z]\w*)/g, (_, name: string) => chosen[name] ?? (name === 'cluster' ? '.*' : '.+'))
  );
}
