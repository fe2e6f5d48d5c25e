import * as units from '@grafana/grafana-foundation-sdk/units';
import { AGE_SECONDS, inWords } from '../../src/thresholds.ts';
import { RED_FROM_ONE, YELLOW_FROM_ONE } from '../colours.ts';
import { AGENT, rows, SESSION } from '../expressions.ts';
import { LINKS_OF_AGENT, SESSION_OF_ROW } from '../links.ts';
import type { Row, TableSpec } from '../panel.ts';
import { BY_AGENT, BY_KIND } from '../variables.ts';

const FOUND = `${SESSION}, finding, reason, expected_agent`;
const ACTIVITY = `openclaw_store_session_last_activity_timestamp_seconds{${BY_KIND}}`;

/** Sessions with some of the findings, by name. */
function found(title: string, findings: string, more: Pick<TableSpec, 'description' | 'noValue'>): TableSpec {
  const finding = `openclaw_store_session_finding{${BY_KIND}, finding=~"${findings}"}`;
  return {
    type: 'table',
    title,
    labels: {
      instance: 'Instance',
      agent: 'Agent',
      session: 'Session',
      kind: 'Kind',
      finding: 'Finding',
      reason: 'Reason',
      expected_agent: 'Expected agent',
    },
    columns: [
      { title: 'Found', hidden: true, expr: rows(FOUND, finding), unit: units.Short },
      {
        title: 'Last activity',
        expr: `1000 * ${rows(FOUND, `${finding} * ignoring (finding, reason, expected_agent) group_left () ${ACTIVITY}`)}`,
        unit: units.DateTimeFromNow,
      },
    ],
    links: { Session: [SESSION_OF_ROW], Agent: LINKS_OF_AGENT },
    sortBy: 'Last activity',
    ...more,
  };
}

export const HEALTH_DAMAGE: Row = {
  title: 'Damaged and misplaced',
  lines: [
    {
      height: 8,
      panels: [
        {
          type: 'bars',
          title: 'Corrupted sessions by reason',
          description:
            'A session is counted under each of its reasons, so do not add the bars up. Some reasons appear after the first deep scan. Worry at 1: OpenClaw drops or deletes what it cannot read.',
          noValue: 'not known',
          unit: units.Short,
          colours: YELLOW_FROM_ONE,
          queries: [
            {
              expr: `sort_desc(sum by (reason) (openclaw_store_corrupted_sessions{${BY_AGENT}}))`,
              legend: '{{reason}}',
            },
          ],
        },
        {
          type: 'lines',
          title: 'Corrupted sessions over time',
          description:
            'Worry at a step upwards: look at what happened then, as a full disk, a crash or an upgrade. Restarts are marked.',
          noValue: 'not known',
          unit: units.Short,
          queries: [{ expr: `sum by (reason) (openclaw_store_corrupted_sessions{${BY_AGENT}})`, legend: '{{reason}}' }],
        },
        {
          type: 'table',
          title: 'Problems of whole stores',
          description:
            'Agents whose store as a whole has a problem. Worry at the first: stop the gateway and copy its state directory before anything else. The runbook of OpenClawStoreProblem explains each reason.',
          noValue: 'no store has a problem',
          labels: { instance: 'Instance', agent: 'Agent', reason: 'Reason' },
          columns: [
            {
              title: 'Problem',
              hidden: true,
              expr: rows(`${AGENT}, reason`, `openclaw_store_problem{${BY_AGENT}} > 0`),
              unit: units.Short,
              colours: RED_FROM_ONE,
            },
          ],
          links: { Agent: LINKS_OF_AGENT },
        },
      ],
    },
    {
      height: 9,
      panels: [
        found('Corrupted sessions', 'corrupted', {
          description:
            'Each corrupted session with its reason. Worry at the first: look at it before any clean-up of OpenClaw.',
          noValue: 'no session is corrupted',
        }),
        found('Strays, duplicates and collisions', 'stray|duplicate|collision', {
          description:
            'Sessions that are not where today’s bindings send their chat, that have a twin, or that share a transcript. Worry at the first: the next message goes to the expected agent, which lacks this history.',
          noValue: 'every session is where it belongs',
        }),
      ],
    },
    {
      height: 7,
      panels: [
        {
          type: 'bars',
          title: 'Misplaced sessions by reason',
          description:
            'Strays and duplicates by reason, and collisions. Reasons overlap, so do not add the bars up. Worry at 1 after a change of the bindings.',
          noValue: 'not known',
          unit: units.Short,
          colours: YELLOW_FROM_ONE,
          queries: [
            { expr: `sum by (reason) (openclaw_store_stray_sessions{${BY_AGENT}})`, legend: 'stray: {{reason}}' },
            {
              expr: `sum by (reason) (openclaw_store_duplicate_sessions{${BY_AGENT}})`,
              legend: 'duplicate: {{reason}}',
            },
            { expr: `sum(openclaw_store_collision_sessions{${BY_AGENT}})`, legend: 'collision' },
          ],
        },
        {
          type: 'lines',
          title: 'Undecided sessions',
          description:
            'Sessions for which the stored facts do not decide what the bindings choose. They are never counted as stray. Worry when all are: strays cannot be found then.',
          noValue: 'not known',
          unit: units.Short,
          queries: [{ expr: `sum by (agent) (openclaw_store_undecided_sessions{${BY_AGENT}})`, legend: '{{agent}}' }],
        },
        {
          type: 'bars',
          title: 'Ignored findings',
          description:
            'Findings that the exporter’s config file says to ignore. No other panel counts them. Worry when there are more than you meant.',
          noValue: 'nothing is ignored',
          unit: units.Short,
          queries: [
            {
              expr: `sum by (finding) (openclaw_store_ignored_findings{${BY_AGENT}}) > 0`,
              legend: '{{finding}}',
            },
          ],
        },
        {
          type: 'bars',
          title: 'Figures of locked databases',
          description: `How old the figures of an agent are whose database is locked. Worry after ${inWords(AGE_SECONDS.lockedDatabase)}: it is unreadable then.`,
          noValue: 'no database is locked',
          unit: units.Seconds,
          queries: [
            {
              expr: `time() - openclaw_store_stale_since_timestamp_seconds{${BY_AGENT}}`,
              legend: '{{instance}} {{agent}}',
            },
          ],
        },
      ],
    },
  ],
};
