import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  type Panel,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { corruptedByReason, healthStats, problemsByReason } from './health-panels.ts';
import { largestContexts, scanAge, sessionsByKind, tokensOverTime, transcriptBytes } from './session-panels.ts';
import { SESSIONS_DASHBOARD_UID } from './uids.ts';
import { chainedVariables, datasourceVariable } from './variables.ts';

const TAG = 'openclaw';

/** From the health of the stores to single sessions. It needs no rule file, since the exporter publishes the thresholds. */
export function sessionsDashboard(): Dashboard {
  const builder = new DashboardBuilder('OpenClaw / Sessions')
    .uid(SESSIONS_DASHBOARD_UID)
    .description('The session stores of OpenClaw: what can be read, what is too large, what is damaged.')
    .tags([TAG, 'openclaw-store'])
    .readonly()
    .refresh('1m')
    .time({ from: 'now-24h', to: 'now' })
    .timezone('browser')
    .tooltip(DashboardCursorSync.Crosshair)
    .link(
      new DashboardLinkBuilder('OpenClaw')
        .type(DashboardLinkType.Dashboards)
        .tags([TAG])
        .asDropdown(true)
        .includeVars(true)
        .keepTime(true),
    )
    .withVariable(datasourceVariable());
  for (const variable of chainedVariables()) builder.withVariable(variable);
  for (const [index, panel] of panels().entries()) builder.withPanel(withId(panel, index + 1));
  return builder.build();
}

function panels(): Builder<Panel>[] {
  return [
    ...healthStats(),
    sessionsByKind(),
    corruptedByReason(),
    problemsByReason(),
    scanAge(),
    largestContexts(),
    tokensOverTime(),
    transcriptBytes(),
  ];
}

/** Without an id Grafana numbers the panels anew at each load, and links to a panel break. */
function withId(panel: Builder<Panel>, id: number): Builder<Panel> {
  return { build: () => ({ ...panel.build(), id }) };
}
