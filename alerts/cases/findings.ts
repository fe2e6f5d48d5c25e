import { ALERT_THRESHOLDS, IDLE_SECONDS } from '../../src/thresholds.ts';
import { type AlertCase, nearAbove, type Series, series } from './case.ts';
import { dashboard } from './dashboard.ts';

const WORK = { agent: 'work' };
const SESSION = { agent: 'work', session: 'agent:work:telegram:direct:77aa', kind: 'dm' };
const SCAN = 'openclaw-store-exporter scan --agent work --findings-only';

function finding(labels: Readonly<Record<string, string>>): Series {
  return series('session_finding', { ...SESSION, expected_agent: '', reason: '', ...labels }, 1, null);
}

export function findingCases(): AlertCase[] {
  return [...counted(), ...single(), ...ofAgents(), ...infos()];
}

function counted(): AlertCase[] {
  return [
    {
      alert: 'OpenClawSessionsCorrupted',
      labels: { ...WORK, reason: 'truncated' },
      description: `Corrupted sessions of agent work on a:10789 with the reason truncated: 1. Among them: agent:work:telegram:direct:77aa. Look at them before any clean-up: OpenClaw drops or deletes what it cannot read. First: ${SCAN}.`,
      dashboard: dashboard(WORK),
      series: [
        series('corrupted_sessions', { ...WORK, reason: 'truncated' }, 1, 0),
        finding({ finding: 'corrupted', reason: 'truncated' }),
        finding({ finding: 'corrupted', reason: 'id_mismatch', session: 'agent:work:main' }),
      ],
      misses: [
        {
          name: 'looked for and not found',
          series: [series('corrupted_sessions', { ...WORK, reason: 'truncated' }, 0)],
        },
        { name: 'ignored', series: [series('ignored_findings', { ...WORK, finding: 'corrupted' }, 3)] },
        { name: 'archived', series: [series('archived_sessions', WORK, 3)] },
      ],
    },
    {
      alert: 'OpenClawSessionsStray',
      labels: { ...WORK, reason: 'binding' },
      description:
        'Stray sessions of agent work on a:10789 with the reason binding: 1. Among them: agent:work:telegram:direct:77aa (expected in home). The next message of these peers starts a session without this history. First: openclaw-store-exporter scan --explain SESSION.',
      dashboard: dashboard(WORK),
      series: [
        series('stray_sessions', { ...WORK, reason: 'binding' }, 1, 0),
        finding({ finding: 'stray', reason: 'binding', expected_agent: 'home' }),
      ],
      misses: [
        { name: 'looked for and not found', series: [series('stray_sessions', { ...WORK, reason: 'binding' }, 0)] },
        { name: 'undecided', series: [series('undecided_sessions', WORK, 4)] },
        { name: 'ignored', series: [series('ignored_findings', { ...WORK, finding: 'stray' }, 3)] },
      ],
    },
    {
      alert: 'OpenClawSessionsDuplicate',
      labels: { ...WORK, reason: 'cross_agent' },
      description:
        'Duplicate sessions of agent work on a:10789 with the reason cross_agent: 1. Among them: agent:work:telegram:direct:77aa. Each of them holds only a part of its conversation. First: openclaw-store-exporter scan --explain SESSION.',
      dashboard: dashboard(WORK),
      series: [
        series('duplicate_sessions', { ...WORK, reason: 'cross_agent' }, 1, 0),
        finding({ finding: 'duplicate', reason: 'cross_agent' }),
      ],
      misses: [
        { name: 'looked for and not found', series: [series('duplicate_sessions', { ...WORK, reason: 'alias' }, 0)] },
        { name: 'ignored', series: [series('ignored_findings', { ...WORK, finding: 'duplicate' }, 3)] },
      ],
    },
  ];
}

function single(): AlertCase[] {
  const activity = (ago: number) => series('session_last_activity_timestamp_seconds', SESSION, { ago });
  const idle = (name: string) => ({
    name: 'idle',
    series: [finding({ finding: name }), activity(IDLE_SECONDS.warning + 1)],
  });
  const where = 'Session agent:work:telegram:direct:77aa (kind dm) of agent work on a:10789';
  return [
    {
      alert: 'OpenClawSessionCollision',
      labels: SESSION,
      description: `${where} shares its transcript with another key, or has two transcripts. Messages of one conversation can appear in the other. First: openclaw-store-exporter scan --explain "agent:work:telegram:direct:77aa".`,
      dashboard: dashboard(SESSION),
      series: [finding({ finding: 'collision' }), activity(60)],
      misses: [
        idle('collision'),
        { name: 'another finding', series: [finding({ finding: 'duplicate' })] },
        { name: 'ignored', series: [series('ignored_findings', { ...WORK, finding: 'collision' }, 2)] },
      ],
    },
    {
      alert: 'OpenClawSessionStuck',
      labels: SESSION,
      description: `${where} is stored as running, but nothing was stored for it in 30 minutes. Its next messages may wait for ever. If a long tool runs there, wait for it; else restart the gateway. First: openclaw sessions --agent work.`,
      dashboard: dashboard(SESSION),
      series: [finding({ finding: 'stuck' }), activity(2400)],
      misses: [
        idle('stuck'),
        { name: 'runs and is not silent', series: [series('sessions_by_status', { ...WORK, status: 'running' }, 1)] },
        { name: 'ignored', series: [series('ignored_findings', { ...WORK, finding: 'stuck' }, 2)] },
      ],
    },
  ];
}

function ofAgents(): AlertCase[] {
  const wait = ALERT_THRESHOLDS.waitingInputSeconds;
  const oldest = (ago: number) => series('oldest_pending_input_timestamp_seconds', WORK, { ago }, null);
  const source = (name: string, value: number, ...healed: readonly [] | readonly [number | null]) =>
    series('active_sessions_by_tokens_source', { ...WORK, source: name }, value, ...healed);
  return [
    {
      alert: 'OpenClawInputsWaiting',
      labels: WORK,
      description:
        'The oldest queued message to agent work on a:10789 has waited for 16m 0s. Check whether the gateway runs, and whether a session is stuck. First: openclaw status.',
      dashboard: dashboard(WORK),
      series: [oldest(wait + 60)],
      hits: [{ name: 'one second above the threshold', series: [oldest(wait + 1)] }],
      misses: [
        ...nearAbove(wait, (value) => [oldest(value)]),
        {
          name: 'cancelled and interrupted ones',
          series: [series('pending_inputs', { ...WORK, state: 'cancelled' }, 5)],
        },
      ],
    },
    {
      alert: 'OpenClawTokensUnknown',
      labels: WORK,
      description:
        'Active sessions of agent work on a:10789 whose tokens are not known: 3, more than 50 % of its active sessions. No alert about tokens can fire for them. First: openclaw-store-exporter scan --agent work.',
      dashboard: dashboard(WORK),
      // A source without sessions has no series. The rule uses its last known count for a while, hence `memory`.
      series: [source('none', 3, null), source('index', 1), source('transcript', 1)],
      memory: 14,
      hits: [{ name: 'all of them', series: [source('none', 1)] }],
      misses: [
        { name: 'exactly half', series: [source('none', 2), source('index', 1), source('transcript', 1)] },
        { name: 'less than half', series: [source('none', 1), source('index', 2)] },
        { name: 'none', series: [source('index', 2)] },
      ],
    },
  ];
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
