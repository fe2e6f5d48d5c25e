import * as units from '@grafana/grafana-foundation-sdk/units';
import { AGE_SECONDS, ALERT_THRESHOLDS, inWords } from '../../src/thresholds.ts';
import { steps, YELLOW_FROM_ONE } from '../colours.ts';
import { rows, SESSION } from '../expressions.ts';
import { SESSION_OF_ROW } from '../links.ts';
import type { Row } from '../panel.ts';
import { BY_AGENT, BY_KIND } from '../variables.ts';

const ACTIVITY = `openclaw_store_session_last_activity_timestamp_seconds{${BY_KIND}}`;
const MESSAGES = `openclaw_store_session_messages{${BY_KIND}}`;
const STUCK = `openclaw_store_session_finding{${BY_KIND}, finding="stuck"}`;
const NO_STATUS = 'this version stores no status';

/** As the alert OpenClawTokensUnknown asks. */
const UNKNOWN = [
  `${MESSAGES} > 0`,
  `unless openclaw_store_session_compactions{${BY_KIND}} > 0`,
  `unless time() - ${ACTIVITY} > ${AGE_SECONDS.active}`,
  `unless openclaw_store_session_tokens{${BY_KIND}}`,
].join(' ');

const SESSION_LABELS = { instance: 'Instance', agent: 'Agent', session: 'Session', kind: 'Kind' };

export const HEALTH_RUNS: Row = {
  title: 'Runs and messages',
  lines: [
    {
      height: 8,
      panels: [
        {
          type: 'lines',
          title: 'Stuck runs',
          description: `Sessions that are stored as running although nothing was stored for them in ${inWords(AGE_SECONDS.stuck)}. Worry at 1 that stays: their next messages may wait for ever.`,
          noValue: 'not known',
          unit: units.Short,
          colours: YELLOW_FROM_ONE,
          queries: [
            { expr: `sum by (instance, agent) (openclaw_store_stuck_sessions{${BY_AGENT}})`, legend: '{{agent}}' },
          ],
        },
        {
          type: 'table',
          title: 'Sessions with a stuck run',
          description:
            'The sessions whose run never ended. Worry when no long tool runs there: restart the gateway. A click opens the session.',
          noValue: 'no run is stuck',
          labels: SESSION_LABELS,
          columns: [
            {
              title: 'Last activity',
              expr: `1000 * ${rows(SESSION, `${ACTIVITY} and ignoring (finding, reason, expected_agent) ${STUCK}`)}`,
              unit: units.DateTimeFromNow,
            },
          ],
          links: { Session: [SESSION_OF_ROW] },
        },
        {
          type: 'lines',
          title: 'Last runs by status',
          description:
            'Sessions by the status of their last run. Worry when failed, killed or timeout climbs. Versions before 2026.4.15 store no status.',
          noValue: NO_STATUS,
          unit: units.Short,
          stacked: true,
          queries: [{ expr: `sum by (status) (openclaw_store_sessions_by_status{${BY_AGENT}})`, legend: '{{status}}' }],
        },
        {
          type: 'bars',
          title: 'Active sessions by status',
          description: `Of the sessions that were used in ${inWords(AGE_SECONDS.active)}. Worry at ${ALERT_THRESHOLDS.failingSessions} whose run failed with none that is done: nobody gets an answer. Check the quota of the provider.`,
          noValue: NO_STATUS,
          unit: units.Short,
          queries: [
            {
              expr: `sum by (status) (openclaw_store_active_sessions_by_status{${BY_AGENT}})`,
              legend: '{{status}}',
            },
          ],
        },
      ],
    },
    {
      height: 8,
      panels: [
        {
          type: 'lines',
          title: 'Waiting messages',
          description:
            'Messages that were accepted and that no run has taken up (SQLite). Worry when queued climbs: nobody answers.',
          noValue: 'files do not store waiting messages',
          unit: units.Short,
          queries: [{ expr: `sum by (state) (openclaw_store_pending_inputs{${BY_AGENT}})`, legend: '{{state}}' }],
        },
        {
          type: 'lines',
          title: 'Wait of the oldest message',
          description: `How long the oldest queued message has waited. Worry above ${inWords(ALERT_THRESHOLDS.waitingInputSeconds)}: look whether the gateway runs and whether a session is stuck.`,
          noValue: 'no message is queued',
          unit: units.Seconds,
          colours: steps('green', [ALERT_THRESHOLDS.waitingInputSeconds, 'yellow']),
          queries: [
            {
              expr: `time() - openclaw_store_oldest_pending_input_timestamp_seconds{${BY_AGENT}}`,
              legend: '{{instance}} {{agent}}',
            },
          ],
        },
        {
          type: 'bars',
          title: 'Where tokens are known from',
          description:
            'Active sessions by the source of their tokens. Worry when most are none: no alert about tokens can fire for them.',
          noValue: 'no session is active',
          unit: units.Short,
          queries: [
            {
              expr: `sum by (source) (openclaw_store_active_sessions_by_tokens_source{${BY_AGENT}})`,
              legend: '{{source}}',
            },
          ],
        },
        {
          type: 'table',
          title: 'Active sessions with unknown tokens',
          description: `Active sessions that have messages, were never compacted, and whose tokens are not known. Worry when an agent has more than ${ALERT_THRESHOLDS.unknownTokensPercent} % of them.`,
          noValue: 'the tokens of every such session are known',
          labels: SESSION_LABELS,
          columns: [
            { title: 'Messages', expr: rows(SESSION, UNKNOWN), unit: units.Short },
            {
              title: 'Last activity',
              expr: `1000 * ${rows(SESSION, `${ACTIVITY} and (${UNKNOWN})`)}`,
              unit: units.DateTimeFromNow,
            },
          ],
          links: { Session: [SESSION_OF_ROW] },
        },
      ],
    },
  ],
};
