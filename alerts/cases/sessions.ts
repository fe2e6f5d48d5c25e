import { KINDS } from '../../src/openclaw/keys.ts';
import {
  ALERT_THRESHOLDS,
  IDLE_SECONDS,
  SEVERITIES,
  type Severity,
  TOKEN_THRESHOLDS,
  TRANSCRIPT_BYTES_THRESHOLD,
} from '../../src/thresholds.ts';
import { type AlertCase, nearAbove, type Series, series, type Value } from './case.ts';
import { dashboard } from './dashboard.ts';

const SHRINK = 'Send /compact in that conversation, or /new if nobody needs its history.';
const SHRINK_THEM = 'Send /compact in these conversations, or /new where nobody needs the history.';
const NAMES = { warning: 'OpenClawSessionTokensHigh', critical: 'OpenClawSessionTokensCritical' } as const;
const PERIODS = { warning: '7 days', critical: '60 minutes' } as const;
const LIMITS = {
  warning: '50000 for group, 100000 for dm, 150000 for other kinds',
  critical: '150000 for dm and group, 200000 for other kinds',
} as const;

export function tokenCases(): AlertCase[] {
  return SEVERITIES.map(tokenCase);
}

function tokenCase(severity: Severity): AlertCase {
  const idle = IDLE_SECONDS[severity];
  const limitOf = (kind: (typeof KINDS)[number]) => TOKEN_THRESHOLDS[kind][severity];
  const limit = limitOf('group');
  const session = (name: string, kind = 'group') => ({ agent: 'work', session: `agent:work:telegram:${name}`, kind });
  const of = (name: string, tokens: number, ago?: number, kind = 'group') => [
    series('session_tokens', session(name, kind), tokens, 9400),
    ...(ago === undefined ? [] : [active(name, ago)]),
  ];
  const own = (name: string, value: number, of: Severity = severity) =>
    series('session_threshold_tokens', { ...session(name), severity: of }, value);
  const active = (name: string, ago: number) =>
    series('session_last_activity_timestamp_seconds', session(name), { ago });
  const other = severity === 'warning' ? 'critical' : 'warning';
  const labels = { agent: 'work', kind: 'group' };
  return {
    alert: NAMES[severity],
    labels,
    description:
      `Sessions of agent work (kind group) on a:10789 above their ${severity} threshold: 5. The threshold is ${LIMITS[severity]}, ` +
      `unless configured otherwise, and they were used within ${PERIODS[severity]}. Largest: agent:work:telegram:d (400k tokens), ` +
      `agent:work:telegram:c (300k tokens), agent:work:telegram:b (200k tokens). ${SHRINK_THEM}`,
    dashboard: dashboard(labels),
    // Compacted in the end.
    series: [
      ...of('a', limit + 1, 60),
      ...of('b', 200_000, idle),
      ...of('c', 300_000),
      // At a time that lies ahead.
      ...of('d', 400_000, -600),
      series('session_tokens', session('lowered'), 1001, 900),
      own('lowered', 1000),
      ...of('raised', 500_000, 60),
      own('raised', 500_000),
      ...of('idle', 600_000, idle + 1),
      ...of('small', limit, 60),
    ],
    hits: [
      ...KINDS.map((kind) => ({
        name: `${kind} one above the threshold`,
        series: of('x', limitOf(kind) + 1, undefined, kind),
      })),
      { name: 'a kind that a later version brings', series: of('x', limitOf('main') + 1, undefined, 'moon') },
      { name: 'another severity has a threshold of its own', series: [...of('x', limit + 1), own('x', 9e6, other)] },
    ],
    misses: [
      { name: 'idle', series: of('x', limit + 1, idle + 1) },
      ...KINDS.map((kind) => ({
        name: `${kind} exactly at the threshold`,
        series: of('x', limitOf(kind), undefined, kind),
      })),
      { name: 'at a higher threshold of its own', series: [...of('x', limit + 1), own('x', limit + 1)] },
      { name: 'above a lower threshold of its own but idle', series: [...of('x', 1001, idle + 1), own('x', 1000)] },
      { name: 'archived, so without a figure', series: [series('archived_sessions', { agent: 'work' }, 1)] },
      { name: 'stale tokens, so without a figure', series: [active('x', 60)] },
      {
        name: 'above it in one scan only',
        brief: true,
        series: [series('session_tokens', session('x'), { before: limit + 1, minutes: 1, after: null })],
      },
    ],
  };
}

const GROUP = { agent: 'work', session: 'agent:work:telegram:group:9c0e', kind: 'group' };
const WHERE = 'Session agent:work:telegram:group:9c0e of agent work on a:10789 (kind group)';

export function windowCases(): AlertCase[] {
  return [contextFull(), compactionOverdue(), compactionStorm()];
}

function contextFull(): AlertCase {
  const of = (tokens: number, ...more: readonly Series[]) => [
    series('session_tokens', GROUP, tokens, 9400),
    series('session_window_tokens', GROUP, 32_000),
    ...more,
  ];
  return {
    alert: 'OpenClawSessionContextFull',
    labels: GROUP,
    description: `${WHERE} holds 32500 tokens. They fill its whole context window: the next message fails or loses context. ${SHRINK}`,
    dashboard: dashboard(GROUP),
    series: of(32_500),
    hits: [
      { name: 'exactly the window', series: of(32_000) },
      { name: 'used an hour ago', series: of(32_000, activity(IDLE_SECONDS.critical)) },
    ],
    misses: [
      { name: 'one below the window', series: of(31_999) },
      { name: 'idle', series: of(40_000, activity(IDLE_SECONDS.critical + 1)) },
      { name: 'no window known', series: [series('session_tokens', GROUP, 400_000)] },
      { name: 'no tokens known', series: [series('session_window_tokens', GROUP, 32_000)] },
    ],
  };
}

function compactionOverdue(): AlertCase {
  const limit = 200_000 * (ALERT_THRESHOLDS.windowPercent / 100);
  const mode = (name: string) => series('config_compaction_info', { agent: 'work', mode: name }, 1);
  const of = (tokens: number, ...more: readonly Series[]) => [
    series('session_tokens', GROUP, tokens, 9400),
    series('session_window_tokens', GROUP, 200_000),
    series('session_effective_window_tokens', GROUP, 175_000),
    ...more,
  ];
  const labels = { agent: 'work', kind: 'group' };
  return {
    alert: 'OpenClawCompactionOverdue',
    labels,
    description:
      'Sessions of agent work (kind group) on a:10789 whose compaction is overdue: 1. They hold more tokens than their window without the ' +
      `compaction reserve, or more than ${ALERT_THRESHOLDS.windowPercent} % of the window where compaction is off. ` +
      `Largest: agent:work:telegram:group:9c0e (177k tokens). ${SHRINK_THEM}`,
    dashboard: dashboard(labels),
    series: of(177_000, mode('safeguard')),
    hits: [
      { name: 'one above the effective window', series: of(175_001) },
      { name: 'compaction off and near the window', series: of(limit + 1, mode('off')) },
      { name: 'used a week ago', series: of(176_000, activity(IDLE_SECONDS.warning)) },
    ],
    misses: [
      { name: 'exactly the effective window', series: of(175_000, mode('safeguard')) },
      { name: 'compaction off', series: of(177_000, mode('off')) },
      { name: 'compaction off and exactly near the window', series: of(limit, mode('off')) },
      { name: 'idle', series: of(177_000, activity(IDLE_SECONDS.warning + 1)) },
      {
        name: 'freshly compacted, so without a figure',
        series: [series('session_effective_window_tokens', GROUP, 175_000)],
      },
      {
        name: 'compacted after half an hour',
        brief: true,
        series: [
          series('session_tokens', GROUP, { before: 177_000, minutes: 30, after: null }),
          series('session_effective_window_tokens', GROUP, 175_000),
        ],
      },
    ],
  };
}

function compactionStorm(): AlertCase {
  const count = ALERT_THRESHOLDS.compactionStorm.compactions;
  const of = (value: Value, ...healed: readonly [] | readonly [Value]) => [
    series('session_compactions', GROUP, value, ...healed),
  ];
  return {
    alert: 'OpenClawCompactionStorm',
    labels: GROUP,
    // One compaction in 4 minutes, then a reset.
    series: of({ from: 2, perMinute: 1 / 4 }, 1),
    lead: 4 * count,
    description: `${WHERE} was compacted 6.5 times within 60 minutes. Each compaction costs a call of the model and loses detail, and the context soon fills again. Find what fills it, often a tool with large results, or send /new.`,
    dashboard: dashboard(GROUP),
    misses: [
      { name: 'one less within an hour', series: of({ from: 2, perMinute: (count - 1) / 60 }) },
      { name: 'many of long ago', series: of(40) },
      { name: 'fewer after a reset', series: of({ from: 40, perMinute: -1 / 4 }) },
    ],
  };
}

function activity(ago: number): Series {
  return series('session_last_activity_timestamp_seconds', GROUP, { ago });
}

export function transcriptCases(): AlertCase[] {
  const limit = TRANSCRIPT_BYTES_THRESHOLD.warning;
  const session = (name: string) => ({ agent: 'work', session: `agent:work:cron:${name}`, kind: 'cron' });
  const bytes = (name: string, value: number) => series('session_transcript_bytes', session(name), value, 160);
  const own = (name: string, value: number) =>
    series('session_threshold_transcript_bytes', { ...session(name), severity: 'warning' }, value);
  const used = (name: string, ago: number) => series('session_last_activity_timestamp_seconds', session(name), { ago });
  return [
    {
      alert: 'OpenClawTranscriptsLarge',
      labels: { agent: 'work', kind: 'cron' },
      description:
        `Large transcripts of agent work (kind cron) on a:10789: 5. They are above their threshold (${limit} bytes, unless configured otherwise) and were used within 7 days. ` +
        'Largest: agent:work:cron:d4 (3.9MB), agent:work:cron:d3 (2.4MB), agent:work:cron:d2 (612kB). Large transcripts are slow to load and to compact. /compact makes the context smaller, not the transcript. ' +
        'First: openclaw-store-exporter scan --agent work --findings-only.',
      dashboard: dashboard({ agent: 'work', kind: 'cron' }),
      series: [
        bytes('d1', limit + 1),
        bytes('d2', 612_000),
        bytes('d3', 2_400_000),
        bytes('d4', 3_900_000),
        bytes('lowered', 100_001),
        own('lowered', 100_000),
        bytes('raised', 5_000_000),
        own('raised', 5_000_000),
        bytes('idle', 9_000_000),
        used('idle', IDLE_SECONDS.warning + 1),
      ],
      hits: [{ name: 'used a week ago', series: [bytes('d1', limit + 1), used('d1', IDLE_SECONDS.warning)] }],
      misses: [
        ...nearAbove(limit, (value) => [bytes('d1', value)]),
        { name: 'idle', series: [bytes('d1', limit + 1), used('d1', IDLE_SECONDS.warning + 1)] },
        { name: 'at a higher threshold of its own', series: [bytes('d1', 700_000), own('d1', 700_000)] },
      ],
    },
  ];
}
