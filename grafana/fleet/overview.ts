import * as units from '@grafana/grafana-foundation-sdk/units';
import { PLAIN, RED_FROM_ONE, YELLOW_FROM_ONE } from '../colours.ts';
import { orNone, rows, SESSION, share } from '../expressions.ts';
import { TO_HEALTH } from '../links.ts';
import { SEVERITY_RANKS, severities } from '../mappings.ts';
import type { Row, StatSpec } from '../panel.ts';
import { BY_AGENT, BY_KIND, OF_ALERTS, TARGET } from '../variables.ts';

const NOT_KNOWN = 'not known';
const ALERT_LABELS = {
  alertname: 'Alert',
  cluster: 'Cluster',
  instance: 'Instance',
  agent: 'Agent',
  kind: 'Kind',
  session: 'Session',
  setting: 'Setting',
  scan: 'Scan',
  check: 'Check',
};

const COUNTS: readonly StatSpec[] = [
  count('State directories', `count(openclaw_store_state_readable{${TARGET}})`, {
    description: 'State directories that are watched, one for each gateway. Worry when one is missing.',
  }),
  count('Folders not read', `sum(1 - openclaw_store_state_readable{${TARGET}})`, {
    description:
      'State directories that the last scan could not read. Worry at 1: nothing of that gateway is in any other panel.',
    colours: RED_FROM_ONE,
    links: [TO_HEALTH],
  }),
  count('Agents not read', `sum(1 - openclaw_store_readable{${BY_AGENT}})`, {
    description: 'Agents whose store could not be read. Worry at 1: their sessions are in no panel.',
    colours: RED_FROM_ONE,
    links: [TO_HEALTH],
  }),
  count('Sessions', orNone(`sum(openclaw_store_sessions{${BY_KIND}})`), {
    description: 'Sessions in all stores, without the archived ones. Worry when it falls at once.',
  }),
  count('Active sessions', orNone(`sum(openclaw_store_active_sessions{${BY_KIND}})`), {
    description: 'Sessions that were used in the last 24 hours. Worry when it is 0 while people use the gateway.',
  }),
  count('Above warning', `sum(${share('tokens', 'warning')} > bool 1)`, {
    description:
      'Sessions with more tokens than their own warning threshold, idle ones, too (alerts leave these out). Worry this week: compact or reset them.',
    colours: YELLOW_FROM_ONE,
  }),
  count('Above critical', `sum(${share('tokens', 'critical')} > bool 1)`, {
    description:
      'Sessions with more tokens than their own critical threshold, idle ones, too (alerts leave these out). Worry now: compact them.',
    colours: RED_FROM_ONE,
  }),
  count('Corrupted', `sum(max without (reason) (openclaw_store_corrupted_sessions{${BY_AGENT}}))`, {
    description:
      'Corrupted sessions, at least: of each agent those with its most frequent reason. Worry at 1: OpenClaw drops or deletes what it cannot read.',
    colours: YELLOW_FROM_ONE,
    links: [TO_HEALTH],
  }),
];

const OURS = `alertname=~"OpenClaw.+", ${OF_ALERTS}`;
const FIRING = `ALERTS{${OURS}, alertstate="firing"}`;
const RANK = [
  ...SEVERITY_RANKS.map(
    ({ severity, rank }) => `${rank} * ALERTS{${OURS}, alertstate="firing", severity="${severity}"}`,
  ),
  `0 * ${FIRING}`,
].join(' or ');

/** The severity is no part of who an alert is of: it has a column of its own. */
function alertRows(expr: string): string {
  return rows(`severity, ${Object.keys(ALERT_LABELS).join(', ')}`, expr);
}

export const FLEET_OVERVIEW: Row = {
  title: 'Is all well',
  lines: [
    { height: 4, panels: COUNTS },
    {
      height: 7,
      panels: [
        {
          type: 'table',
          title: 'Firing alerts',
          description:
            'Alerts of the shipped rules that fire now. Worry about each critical one now, and about each warning this week. It is empty, too, where Prometheus has not loaded the rules.',
          noValue: 'no alert fires, or Prometheus has not loaded the rules',
          labels: ALERT_LABELS,
          sortBy: 'Severity',
          columns: [
            { title: 'Severity', expr: alertRows(RANK), unit: units.Short, mappings: severities(), first: true },
            {
              title: 'Since',
              // Grafana counts in milliseconds.
              expr: `1000 * ${alertRows(`ALERTS_FOR_STATE{${OURS}} and ignoring (alertstate) ${FIRING}`)}`,
              unit: units.DateTimeFromNow,
            },
          ],
        },
        {
          type: 'bars',
          title: 'Sessions with findings',
          description:
            'Sessions with each finding, each session once. Worry at 1 of any: the dashboard Store health names the sessions.',
          unit: units.Short,
          noValue: 'no session has a finding',
          width: 8,
          colours: YELLOW_FROM_ONE,
          queries: [
            {
              expr: `sort_desc(count by (finding) (${rows(`${SESSION}, finding`, `openclaw_store_session_finding{${BY_KIND}}`)}))`,
              legend: '{{finding}}',
            },
          ],
          links: [TO_HEALTH],
        },
      ],
    },
  ],
};

function count(title: string, expr: string, more: Pick<StatSpec, 'description' | 'colours' | 'links'>): StatSpec {
  return {
    type: 'stat',
    title,
    unit: units.Short,
    noValue: NOT_KNOWN,
    colours: PLAIN,
    queries: [{ expr, legend: title }],
    ...more,
  };
}
