import { FINDINGS } from '../../src/model/finding.ts';
import { AGE_SECONDS, ALERT_THRESHOLDS, IDLE_SECONDS } from '../../src/thresholds.ts';
import { type AlertCase, nearAbove, type Series, series, type Value } from './case.ts';
import { dashboard } from './dashboard.ts';

const WORK = { agent: 'work' };
const SESSION = { agent: 'work', session: 'agent:work:telegram:direct:77aa', kind: 'dm' };
const OTHER = { agent: 'work', session: 'agent:work:main', kind: 'main' };
const SCAN = 'openclaw-store-exporter scan --agent work --findings-only';
const EXPLAIN = 'openclaw-store-exporter scan --explain SESSION';

type Labels = Readonly<Record<string, string>>;

function finding(labels: Labels, value: Value = 1): Series {
  return series('session_finding', { ...SESSION, expected_agent: '', reason: '', ...labels }, value, null);
}

function activity(ago: number, session: Labels = SESSION): Series {
  return series('session_last_activity_timestamp_seconds', session, { ago });
}

export function findingCases(): AlertCase[] {
  return [...ofSessions(), ...ofAgents(), ...infos()];
}

function ofSessions(): AlertCase[] {
  const of = (
    alert: string,
    name: (typeof FINDINGS)[number],
    description: string,
    reasons: readonly [string, string] = ['', ''],
    expected = '',
  ): AlertCase => ({
    alert,
    labels: WORK,
    description,
    dashboard: dashboard(WORK),
    series: [
      finding({ finding: name, reason: reasons[0], expected_agent: expected }),
      activity(IDLE_SECONDS.finding - 600),
      // A second reason of the same session, and a session that nobody misses.
      ...(reasons[1] === '' ? [] : [finding({ finding: name, reason: reasons[1] })]),
      finding({ ...OTHER, finding: name, reason: reasons[0] }),
      activity(IDLE_SECONDS.finding + 1, OTHER),
    ],
    // It ends as soon as the last known finding is too old.
    memory: 5,
    hits: [
      { name: 'without a known activity', series: [finding({ finding: name })] },
      { name: 'used a month ago', series: [finding({ finding: name }), activity(IDLE_SECONDS.finding)] },
      {
        name: 'a reason that changes',
        series: [
          finding({ finding: name, reason: 'one' }, { before: 1, minutes: 6, after: null }),
          finding({ finding: name, reason: 'two' }, { before: null, minutes: 6, after: 1 }),
        ],
      },
    ],
    misses: [
      { name: 'idle for a month', series: [finding({ finding: name }), activity(IDLE_SECONDS.finding + 1)] },
      { name: 'looked for and not found', series: [series(`${name}_sessions`, WORK, 0)] },
      { name: 'ignored', series: [series('ignored_findings', { ...WORK, finding: name }, 3)] },
      {
        name: 'in one scan only',
        brief: true,
        series: [finding({ finding: name }, { before: 1, minutes: 1, after: null })],
      },
      ...FINDINGS.filter((other) => other !== name).map((other) => ({
        name: other,
        series: [finding({ finding: other })],
      })),
    ],
  });
  const used = 'used within 30 days';
  const among = 'Among them: agent:work:telegram:direct:77aa';
  return [
    of(
      'OpenClawSessionsCorrupted',
      'corrupted',
      `Corrupted sessions of agent work on a:10789, ${used}: 1. ${among} (truncated). Look at them before any clean-up: OpenClaw drops or deletes what it cannot read. First: ${SCAN}.`,
      ['truncated', ''],
    ),
    of(
      'OpenClawSessionsStray',
      'stray',
      `Stray sessions of agent work on a:10789, ${used}: 1. ${among} (binding), expected in home. The next message of these peers starts a session without this history. First: ${EXPLAIN}.`,
      ['binding', ''],
      'home',
    ),
    of(
      'OpenClawSessionsDuplicate',
      'duplicate',
      `Duplicate sessions of agent work on a:10789, ${used}: 1. ${among} (cross_agent). Each of them holds only a part of its conversation. First: ${EXPLAIN}.`,
      ['cross_agent', ''],
    ),
    of(
      'OpenClawSessionCollision',
      'collision',
      `Sessions of agent work on a:10789 that share their transcript with another key, or have two transcripts: 1. ${among}. Messages of one conversation can appear in the other. First: ${EXPLAIN}.`,
    ),
    of(
      'OpenClawSessionStuck',
      'stuck',
      `Sessions of agent work on a:10789 that are stored as running, but for which nothing was stored in 30 minutes: 1. ${among}. Their next messages may wait for ever. If a long tool runs there, wait for it; else restart the gateway. First: openclaw sessions --agent work --limit all.`,
    ),
  ];
}

function ofAgents(): AlertCase[] {
  return [runsFailing(), inputsWaiting(), tokensUnknown()];
}

function runsFailing(): AlertCase {
  const runs = (status: string, value: Value, ...healed: readonly [] | readonly [number | null]) =>
    series('active_sessions_by_status', { ...WORK, status }, value, ...healed);
  const limit = ALERT_THRESHOLDS.failingSessions;
  return {
    alert: 'OpenClawRunsFailing',
    labels: WORK,
    description:
      'Active sessions of agent work on a:10789 whose last run failed, was killed or timed out: 4, and none whose last run is done. Nobody gets an answer there. Check the credentials and the quota of the provider. First: openclaw status.',
    dashboard: dashboard(WORK),
    series: [runs('failed', 3, 2), runs('timeout', 1, null), runs('running', 1, null)],
    memory: 5,
    hits: [
      { name: 'as few as count', series: [runs('failed', limit)] },
      { name: 'none is done', series: [runs('killed', limit), runs('done', 0)] },
    ],
    misses: [
      { name: 'one is done', series: [runs('failed', 20), runs('done', 1)] },
      { name: 'fewer than count', series: [runs('failed', limit - 1)] },
      { name: 'all run', series: [runs('running', 5)] },
      { name: 'idle ones', series: [series('sessions_by_status', { ...WORK, status: 'failed' }, 20)] },
    ],
  };
}

function inputsWaiting(): AlertCase {
  const wait = ALERT_THRESHOLDS.waitingInputSeconds;
  const oldest = (ago: number) => series('oldest_pending_input_timestamp_seconds', WORK, { ago }, null);
  return {
    alert: 'OpenClawInputsWaiting',
    labels: WORK,
    description:
      'The oldest queued message to agent work on a:10789 has waited for 16m 0s, by the clocks of Prometheus and of the gateway. Check whether the gateway runs, and whether a session is stuck. First: openclaw status.',
    dashboard: dashboard(WORK),
    series: [oldest(wait + 60)],
    memory: 5,
    hits: [{ name: 'one second above the threshold', series: [oldest(wait + 1)] }],
    misses: [
      ...nearAbove(wait, (value) => [oldest(value)]),
      {
        name: 'cancelled and interrupted ones',
        series: [series('pending_inputs', { ...WORK, state: 'cancelled' }, 5)],
      },
      {
        name: 'each is taken up',
        brief: true,
        series: [series('oldest_pending_input_timestamp_seconds', WORK, { before: 0, minutes: 20, after: null })],
      },
    ],
  };
}

function tokensUnknown(): AlertCase {
  const of = (name: string) => ({ agent: 'work', session: `agent:work:telegram:direct:${name}`, kind: 'dm' });
  const unknown = (name: string, ago = 60) => [
    series('session_messages', of(name), 12),
    series('session_compactions', of(name), 0),
    activity(ago, of(name)),
  ];
  const known = (name: string, ...healed: readonly [] | readonly [null]) => [
    ...unknown(name),
    series('session_tokens', of(name), 9000, ...healed),
  ];
  const compacted = (name: string) => [
    series('session_messages', of(name), 12),
    series('session_compactions', of(name), { before: 0, minutes: 10, after: 1 }),
    series('session_tokens', of(name), { before: 90_000, minutes: 10, after: null }),
    activity(60, of(name)),
  ];
  return {
    alert: 'OpenClawTokensUnknown',
    labels: WORK,
    description:
      'Active sessions of agent work on a:10789 that have messages, were never compacted, and whose tokens are not known: 2, more than 50 % of such sessions. No alert about tokens can fire for them. First: openclaw-store-exporter scan --agent work.',
    dashboard: dashboard(WORK),
    series: [
      ...unknown('a'),
      ...[series('session_messages', of('b'), 12, null), activity(AGE_SECONDS.active - 600, of('b'))],
      ...known('c'),
    ],
    memory: 5,
    hits: [
      { name: 'all of them', series: unknown('a') },
      // Messages of a file are known from its first deep scan on, its compactions with them.
      { name: 'no compactions known', series: [series('session_messages', of('a'), 2), activity(60, of('a'))] },
    ],
    misses: [
      { name: 'exactly half', series: [...unknown('a'), ...known('b')] },
      { name: 'idle', series: unknown('a', AGE_SECONDS.active + 1) },
      { name: 'after a compaction', series: compacted('a') },
      { name: 'never ran', series: [series('session_messages', of('a'), 0), activity(60, of('a'))] },
      { name: 'no transcript', series: [activity(60, of('a'))] },
      { name: 'known', series: known('a') },
    ],
  };
}

function infos(): AlertCase[] {
  const limit = ALERT_THRESHOLDS.programSessions;
  const sessions = (kind: string, value: number) => [series('sessions', { ...WORK, kind }, value, 0)];
  return [
    {
      alert: 'OpenClawSessionsWithoutSeries',
      labels: WORK,
      description:
        'Sessions of agent work on a:10789 without series of their own: 12. They are counted, but no alert about a single session can fire for them. Sessions with findings or above a threshold get series first. See --session.limit.',
      dashboard: dashboard(WORK),
      series: [series('sessions_without_series', WORK, 12, 0)],
      misses: [{ name: 'all have series', series: [series('sessions_without_series', WORK, 0)] }],
    },
    {
      alert: 'OpenClawSessionsAccumulating',
      labels: { ...WORK, kind: 'subagent' },
      description:
        'Sessions of kind subagent of agent work on a:10789: 507. They slow down every listing of sessions. First: openclaw sessions cleanup --dry-run --agent work.',
      dashboard: dashboard({ ...WORK, kind: 'subagent' }),
      series: sessions('subagent', 507),
      hits: ['cron', 'hook'].map((kind) => ({ name: kind, series: sessions(kind, limit + 1) })),
      misses: [
        ...nearAbove(limit, (value) => sessions('cron', value)),
        { name: 'of people', series: sessions('dm', 4000) },
      ],
    },
  ];
}
