import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  type DashboardLink,
  DashboardLinkBuilder,
  DashboardLinkType,
  type QueryVariableBuilder,
  RowBuilder,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { annotations } from './annotations.ts';
import type { Line, PanelSpec, Row } from './panel.ts';
import { renderPanel } from './render-panel.ts';
import { DASHBOARD_UIDS } from './uids.ts';
import { chainedVariables, datasourceVariable } from './variables.ts';

const TAG = 'openclaw';
/** Grafana's grid. */
const COLUMNS = 24;

export interface DashboardSpec {
  readonly name: keyof typeof DASHBOARD_UIDS;
  readonly title: string;
  readonly description: string;
  /** Variables beside those that every dashboard has. */
  readonly variables?: readonly QueryVariableBuilder[];
  readonly rows: readonly Row[];
}

/** It needs no rule file, since the exporter publishes the thresholds. */
export function renderDashboard({ name, title, description, variables = [], rows }: DashboardSpec): Dashboard {
  const builder = new DashboardBuilder(`OpenClaw / ${title}`)
    .uid(DASHBOARD_UIDS[name])
    .description(description)
    .tags([TAG, 'openclaw-store'])
    .readonly()
    .refresh('1m')
    .time({ from: 'now-24h', to: 'now' })
    .timezone('browser')
    .tooltip(DashboardCursorSync.Crosshair)
    .link(linksToTheOthers())
    .annotations(annotations())
    .withVariable(datasourceVariable());
  for (const variable of [...chainedVariables(), ...variables]) builder.withVariable(variable);
  // Without an id Grafana numbers the panels anew at each load, and links to a panel break.
  let id = 0;
  for (const row of rows) {
    id += 1;
    builder.withRow(new RowBuilder(row.title).id(id));
    for (const line of row.lines) {
      for (const { spec, width } of widths(line)) {
        id += 1;
        builder.withPanel(renderPanel(spec).id(id).height(line.height).span(width));
      }
    }
  }
  return builder.build();
}

/** The placement that the builder sets hides links in a menu, from Grafana 12.3 on. */
function linksToTheOthers(): Builder<DashboardLink> {
  const builder = new DashboardLinkBuilder('OpenClaw')
    .type(DashboardLinkType.Dashboards)
    .tags([TAG])
    .includeVars(true)
    .keepTime(true);
  return {
    build() {
      const { placement: _, ...link } = builder.build();
      return link;
    },
  };
}

/** Panels without a width share what the others leave, and the last of them has the remainder. */
function widths({ panels }: Line): { readonly spec: PanelSpec; readonly width: number }[] {
  const rest = COLUMNS - panels.reduce((sum, { width = 0 }) => sum + width, 0);
  const sharing = panels.filter(({ width }) => width === undefined);
  const each = Math.floor(rest / sharing.length);
  return panels.map((spec) => ({
    spec,
    width: spec.width ?? (spec === sharing.at(-1) ? rest - each * (sharing.length - 1) : each),
  }));
}
