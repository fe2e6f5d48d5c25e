import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const FOLDER = join(import.meta.dirname, '../../grafana/dashboards');

/** The committed dashboards: file name and text. Kustomize wants its own file beside them. */
export const FILES = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.json'))
  .map((name) => ({ name, json: readFileSync(join(FOLDER, name), 'utf8') }));

const source = z.object({ type: z.string(), uid: z.string() });
const property = z.object({ id: z.string(), value: z.unknown() });
/** Links of data: in the defaults of a panel, or as a property of a column. */
export const links = z.array(z.object({ title: z.string(), url: z.string() }));
const gridPos = z.object({ x: z.number(), y: z.number(), w: z.number(), h: z.number() });
const panel = z.object({
  id: z.number(),
  type: z.string(),
  title: z.string(),
  description: z.string().default(''),
  datasource: source.optional(),
  gridPos,
  fieldConfig: z
    .object({
      defaults: z.object({ unit: z.string().optional(), noValue: z.string().optional(), links: links.default([]) }),
      overrides: z.array(z.object({ matcher: z.object({ options: z.string() }), properties: z.array(property) })),
    })
    .optional(),
  options: z.object({ sortBy: z.array(z.object({ displayName: z.string() })).default([]) }).optional(),
  targets: z.array(z.object({ refId: z.string(), expr: z.string(), datasource: source })).default([]),
});
const variable = z.object({
  name: z.string(),
  type: z.string(),
  label: z.string(),
  query: z.string(),
  datasource: source.optional(),
  multi: z.boolean(),
  includeAll: z.boolean(),
  allValue: z.string().optional(),
  refresh: z.number().optional(),
});
const dashboard = z.object({
  uid: z.string(),
  title: z.string(),
  description: z.string(),
  editable: z.boolean(),
  refresh: z.string(),
  graphTooltip: z.number(),
  tags: z.array(z.string()),
  links: z.array(
    z.object({ type: z.string(), tags: z.array(z.string()), keepTime: z.boolean(), includeVars: z.boolean() }),
  ),
  annotations: z.object({ list: z.array(z.object({ name: z.string(), datasource: source, expr: z.string() })) }),
  panels: z.array(panel),
  templating: z.object({ list: z.array(variable) }),
});

export type Dashboard = z.infer<typeof dashboard>;
export type Panel = z.infer<typeof panel>;

export function parseDashboard(json: string): Dashboard {
  return dashboard.parse(JSON.parse(json));
}

/** The panels that show something, without the headings of rows. */
export function shownPanels({ panels }: Dashboard): Panel[] {
  return panels.filter(({ type }) => type !== 'row');
}
