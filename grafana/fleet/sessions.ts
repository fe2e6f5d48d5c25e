import * as units from '@grafana/grafana-foundation-sdk/units';
import { PLAIN, RED_FROM_ONE, SHARE_OF_WINDOW, TIME_TO_LIMIT, YELLOW_FROM_ONE } from '../colours.ts';
import { GROWTH_HOURS, HIGHEST, rows, SESSION, share, timeToLimit } from '../expressions.ts';
import { LINKS_OF_AGENT, SESSION_OF_ROW, SESSION_OF_SERIES } from '../links.ts';
import type { Column, PanelSpec, Row } from '../panel.ts';
import { BY_AGENT, BY_KIND, TARGET } from '../variables.ts';

const TOKENS = `openclaw_store_session_tokens{${BY_KIND}}`;
const WINDOW = `openclaw_store_session_window_tokens{${BY_KIND}}`;
const BYTES = `openclaw_store_session_transcript_bytes{${BY_KIND}}`;
const OF_CRITICAL = share('tokens', 'critical');
const NO_TOKENS = 'no session with known tokens';
/** Sessions in a panel with lines or bars. */
const LINES = 10;
/** Sessions in a table. */
const ROWS = 25;
const SESSION_LABELS = { instance: 'Instance', agent: 'Agent', session: 'Session', kind: 'Kind' };
/** The agent is part of most labels of sessions. */
const LEGEND = '{{agent}} {{session}}';

/** A session is among the worst by its threshold or by its window, whichever is nearer. */
const WORST = `topk(${ROWS}, (${OF_CRITICAL} >= (${TOKENS} / ${WINDOW})) or ${TOKENS} / ${WINDOW} or ${OF_CRITICAL})`;

const COLUMNS: readonly Column[] = [
  column('Tokens', TOKENS, units.Short),
  column('Window', WINDOW, units.Short),
  { ...column('Of window', `${TOKENS} / ${WINDOW}`, units.PercentUnit), colours: SHARE_OF_WINDOW },
  {
    ...column(
      'Of effective window',
      `${TOKENS} / openclaw_store_session_effective_window_tokens{${BY_KIND}}`,
      units.PercentUnit,
    ),
    colours: YELLOW_FROM_ONE,
  },
  { ...column('Of warning', share('tokens', 'warning'), units.PercentUnit), colours: YELLOW_FROM_ONE },
  { ...column('Of critical', OF_CRITICAL, units.PercentUnit), colours: RED_FROM_ONE },
  { ...column('Time to limit', timeToLimit(BY_KIND), units.Seconds), colours: TIME_TO_LIMIT },
  column('Compactions', `openclaw_store_session_compactions{${BY_KIND}}`, units.Short),
  column(
    'Last activity',
    `1000 * openclaw_store_session_last_activity_timestamp_seconds{${BY_KIND}}`,
    units.DateTimeFromNow,
  ),
];

function column(title: string, expr: string, unit: string): Column {
  return { title, expr: rows(SESSION, `(${expr}) and ${WORST}`), unit };
}

const BY_KIND_COLUMNS: readonly Column[] = [
  { title: 'Sessions', expr: `sum by (kind) (openclaw_store_sessions{${BY_KIND}})`, unit: units.Short },
  { title: 'Largest', expr: `max by (kind) (${TOKENS})`, unit: units.Short },
  {
    title: 'Warning',
    expr: `min by (kind) (openclaw_store_threshold_tokens{${TARGET}, kind=~"$kind", severity="warning"})`,
    unit: units.Short,
  },
  {
    title: 'Critical',
    expr: `min by (kind) (openclaw_store_threshold_tokens{${TARGET}, kind=~"$kind", severity="critical"})`,
    unit: units.Short,
  },
  {
    title: 'Of warning',
    expr: `max by (kind) (${share('tokens', 'warning')})`,
    unit: units.PercentUnit,
    colours: YELLOW_FROM_ONE,
  },
  {
    title: 'Of critical',
    expr: `max by (kind) (${OF_CRITICAL})`,
    unit: units.PercentUnit,
    colours: RED_FROM_ONE,
  },
];

const LARGE_COLUMNS: readonly Column[] = [
  { title: 'Bytes', expr: rows(SESSION, `${BYTES} and ${largest()}`), unit: units.BytesSI },
  {
    title: 'Of threshold',
    expr: rows(SESSION, `${share('transcript_bytes', 'warning')} and ${largest()}`),
    unit: units.PercentUnit,
    colours: YELLOW_FROM_ONE,
  },
  {
    title: 'Messages',
    expr: rows(SESSION, `openclaw_store_session_messages{${BY_KIND}} and ${largest()}`),
    unit: units.Short,
  },
];

function largest(): string {
  return `topk(${ROWS}, ${share('transcript_bytes', 'warning')})`;
}

/** The same chat under any agent, by what follows the agent in the session's label. */
const PEERS = `label_replace(openclaw_store_session_info{${BY_KIND}, kind=~"dm|group"}, "peer", "$1", "session", "agent:[^:]+:(.+)")`;
const PEER = 'channel, account, peer';

const TWO_GATEWAYS: PanelSpec = {
  type: 'table',
  title: 'One peer on two gateways',
  description:
    'Sessions of one chat (channel, account and peer) on more than one gateway. Worry at the first: each of them holds a part of the conversation, or both answer. It needs hosts that share the salt of the labels, else their digests differ.',
  noValue: 'no peer has sessions on two gateways',
  labels: { channel: 'Channel', peer: 'Peer', ...SESSION_LABELS },
  columns: [
    {
      title: 'Sessions',
      hidden: true,
      expr: `${rows(`${SESSION}, ${PEER}`, PEERS)} and on (${PEER}) (count by (${PEER}) (count by (cluster, job, instance, ${PEER}) (${PEERS})) > 1)`,
      unit: units.Short,
    },
  ],
  links: { Session: [SESSION_OF_ROW] },
};

export const FLEET_SESSIONS: Row = {
  title: 'Sessions',
  lines: [
    {
      height: 12,
      panels: [
        {
          type: 'table',
          title: 'Worst sessions',
          description: `The ${ROWS} sessions nearest to their window or to their own critical threshold. Worry about red cells now: at its window a session fails or loses context. Yellow above the effective window (the window without the reserve of a compaction): a compaction is overdue. Time to limit: at the growth of the last ${GROWTH_HOURS} hours. An empty cell: not known, or it does not grow. A click on a session opens it.`,
          noValue: NO_TOKENS,
          labels: { cluster: 'Cluster', ...SESSION_LABELS, job: 'Job' },
          columns: COLUMNS,
          links: { Session: [SESSION_OF_ROW], Agent: LINKS_OF_AGENT },
          sortBy: 'Of critical',
        },
      ],
    },
    {
      height: 10,
      panels: [
        {
          type: 'lines',
          title: 'Share of the critical threshold',
          description: `Tokens as a share of the session’s own critical threshold, of the ${LINES} sessions with the highest share in the time shown. Worry when a line climbs to 100 % and no compaction brings it down.`,
          noValue: NO_TOKENS,
          unit: units.PercentUnit,
          colours: RED_FROM_ONE,
          width: 12,
          queries: [
            {
              expr: `${OF_CRITICAL} and topk(${LINES}, ${share('tokens', 'critical', { over: HIGHEST })})`,
              legend: LEGEND,
            },
          ],
          links: [SESSION_OF_SERIES],
        },
        {
          type: 'table',
          title: 'Tokens by kind',
          description:
            'The largest session of each kind beside the thresholds of that kind. Worry about a red cell now, about a yellow one this week. Sessions with a threshold of their own are compared with that.',
          noValue: NO_TOKENS,
          labels: { kind: 'Kind' },
          columns: BY_KIND_COLUMNS,
          sortBy: 'Of critical',
        },
      ],
    },
    {
      height: 9,
      panels: [
        {
          type: 'lines',
          title: 'Sessions by kind',
          description:
            'Sessions in the stores, without archived ones. Worry when cron or subagent only grows: OpenClaw does not clean up.',
          noValue: 'no store could be read',
          unit: units.Short,
          stacked: true,
          queries: [{ expr: `sum by (kind) (openclaw_store_sessions{${BY_KIND}})`, legend: '{{kind}}' }],
        },
        {
          type: 'lines',
          title: 'Tokens in all contexts, by kind',
          description:
            'The sum of the tokens in the contexts of all sessions. Worry when it climbs for days: nothing is compacted or reset.',
          noValue: NO_TOKENS,
          unit: units.Short,
          stacked: true,
          queries: [{ expr: `sum by (kind) (${TOKENS})`, legend: '{{kind}}' }],
        },
        {
          type: 'bars',
          title: 'Soonest at their limit',
          description: `Growing sessions, by the time until their critical threshold or their window, at the growth of the last ${GROWTH_HOURS} hours. Worry about a red one now: compact it before it is full.`,
          noValue: 'no context grows',
          unit: units.Seconds,
          colours: TIME_TO_LIMIT,
          queries: [{ expr: `sort(bottomk(${LINES}, ${timeToLimit(BY_KIND)}))`, legend: LEGEND }],
          links: [SESSION_OF_SERIES],
        },
      ],
    },
    {
      height: 9,
      panels: [
        {
          type: 'table',
          title: 'Largest transcripts',
          description: `The ${ROWS} transcripts with the highest share of their threshold of bytes. Worry about a yellow one this week: it is slow to load and to compact. In SQLite it is the bytes of its events.`,
          noValue: 'no transcript',
          labels: SESSION_LABELS,
          columns: LARGE_COLUMNS,
          links: { Session: [SESSION_OF_ROW] },
          sortBy: 'Of threshold',
        },
        TWO_GATEWAYS,
        {
          type: 'bars',
          title: 'Automatic compaction',
          description:
            'Agents by their compaction mode. Worry about off: their sessions grow until the window is full, so they are warned of at a lower share of it.',
          noValue: 'no config could be read',
          unit: units.Short,
          width: 5,
          colours: PLAIN,
          queries: [
            { expr: `count by (mode) (openclaw_store_config_compaction_info{${BY_AGENT}})`, legend: '{{mode}}' },
          ],
        },
      ],
    },
  ],
};
