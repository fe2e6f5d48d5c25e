import { PROBLEMS } from '../../src/model/problem.ts';
import { ALERT_THRESHOLDS } from '../../src/thresholds.ts';
import { type AlertCase, nearAbove, type Situation, series, type Value } from './case.ts';
import { dashboard } from './dashboard.ts';

const WORK = { agent: 'work' };
/** A second list, written by hand: a new problem must be put on one side or the other. */
const BLIND = [
  ...['permission_denied', 'schema_unsupported', 'wal_without_shm', 'archive_unpublished'],
  ...['link_refused', 'store_missing', 'scan_aborted'],
];

export function storeCases(): AlertCase[] {
  return [missing(), problem(), lost(), blind(), migration(), lock(), config()];
}

function missing(): AlertCase {
  return {
    alert: 'OpenClawStoreMissing',
    labels: {},
    description:
      'The exporter on a:10789 cannot read the state directory of OpenClaw, or finds no agent in it. Nothing of OpenClaw is watched there. First, as the user of the exporter: ls -ld ~/.openclaw ~/.openclaw/agents.',
    dashboard: dashboard(),
    series: [series('state_readable', {}, 0, 1)],
    memory: 5,
    hits: [{ name: 'no agent', series: [series('state_readable', {}, 1), series('agents', {}, 0)] }],
    misses: [{ name: 'one agent', series: [series('state_readable', {}, 1), series('agents', {}, 1)] }],
  };
}

function problem(): AlertCase {
  const has = (reason: string): Situation => ({
    name: reason,
    series: [series('readable', WORK, 0), series('problem', { ...WORK, reason }, 1)],
  });
  return {
    alert: 'OpenClawStoreProblem',
    labels: WORK,
    description:
      'The store of agent work on a:10789 has a problem. Now: index_invalid_json. Its sessions raise no other alert, and the next write of OpenClaw may replace what is left. First: stop the gateway and copy its state directory. The runbook says what to do for each reason.',
    dashboard: dashboard(WORK),
    series: [series('readable', WORK, 0, 1), series('problem', { ...WORK, reason: 'index_invalid_json' }, 1, 0)],
    memory: 5,
    hits: [
      ...PROBLEMS.filter((reason) => !BLIND.includes(reason)).map(has),
      { name: 'unreadable without a reason', series: [series('readable', WORK, 0)] },
      {
        name: 'readable with a problem',
        series: [series('readable', WORK, 1), series('problem', { ...WORK, reason: 'database_unreadable' }, 1)],
      },
      {
        name: 'a reason that changes',
        series: [
          series('problem', { ...WORK, reason: 'index_empty' }, { before: 1, minutes: 6, after: null }),
          series('problem', { ...WORK, reason: 'index_invalid_json' }, { before: null, minutes: 6, after: 1 }),
        ],
      },
    ],
    misses: [
      {
        name: 'all is well',
        series: [series('readable', WORK, 1), series('problem', { ...WORK, reason: 'index_empty' }, 0)],
      },
      {
        name: 'in one scan only',
        brief: true,
        series: [
          series('readable', WORK, { before: 0, minutes: 1, after: 1 }),
          series('problem', { ...WORK, reason: 'index_empty' }, { before: 1, minutes: 1, after: 0 }),
        ],
      },
      ...BLIND.map(has),
    ],
  };
}

/** Half an hour of history, then what happened. */
const HISTORY = 30;

function lost(): AlertCase {
  // The last count of what has no series any more is known for five minutes.
  const turn = (before: number | null, after: number | null): Value => ({
    before,
    minutes: after === null ? HISTORY - 5 : HISTORY,
    after,
  });
  const sessions = (kind: string, before: number | null, after: number | null) =>
    series('sessions', { ...WORK, kind }, turn(before, after), 24);
  const files = (name: string, before: number | null, after: number | null, ...healed: readonly [] | readonly [null]) =>
    series('files', { ...WORK, class: name }, turn(before, after), ...healed);
  const database = (before: number, after: number) =>
    series('bytes', { ...WORK, class: 'database' }, turn(before, after));
  const readable = series('readable', WORK, 1);
  const transcripts = (orphans: number | null) => [
    readable,
    files('transcript', 24, 1),
    files('orphan', null, orphans, null),
  ];
  return {
    alert: 'OpenClawIndexLost',
    labels: WORK,
    description:
      "Within 24 hours the sessions of agent work on a:10789 fell to 50 % or less, and nothing says that they were put away. OpenClaw's next clean-up may delete the transcripts that are left. First: stop the gateway and copy its state directory.",
    dashboard: dashboard(WORK),
    // 24 sessions became one, and all of their transcripts orphans. In the end the index is put back.
    series: [
      ...transcripts(23),
      series('sessions', { ...WORK, kind: 'dm' }, turn(23, 0), 23),
      series('sessions', { ...WORK, kind: 'main' }, 1),
    ],
    lead: HISTORY,
    memory: 5,
    hits: [
      {
        name: 'exactly half, beside orphans of old',
        series: [readable, sessions('dm', 24, 12), files('orphan', 600, 612)],
      },
      { name: 'no session is left', series: [...transcripts(24), sessions('dm', 24, null)] },
      {
        name: 'new sessions come',
        series: [
          ...transcripts(23),
          sessions('dm', 23, null),
          // One when the index is lost, 14 when the alert fires.
          series('sessions', { ...WORK, kind: 'group' }, { from: 1 - HISTORY / 3, perMinute: 1 / 3 }),
        ],
      },
      { name: 'another database', series: [readable, sessions('dm', 24, 1), database(9_000_000, 400_000)] },
      { name: 'nothing is left at all', series: [readable, sessions('dm', 24, null), files('transcript', 24, null)] },
    ],
    misses: [
      {
        name: 'a clean-up',
        series: [readable, sessions('dm', 24, 3), files('transcript', 24, 3), files('deleted', 2, 23)],
      },
      {
        name: 'a clean-up beside orphans of old',
        series: [readable, sessions('dm', 24, 3), files('orphan', 600, 600), files('transcript', 24, 3)],
      },
      {
        name: 'a clean-up beside orphans of old, after the store could not be read for a while',
        series: [
          series('readable', WORK, { before: 0, minutes: 15, after: 1 }),
          sessions('dm', 24, 3),
          series('files', { ...WORK, class: 'orphan' }, { before: null, minutes: 15, after: 600 }),
          series('files', { ...WORK, class: 'transcript' }, { before: null, minutes: 15, after: 24 }),
        ],
      },
      {
        name: 'a clean-up in a database',
        series: [readable, sessions('dm', 24, 3), database(9e6, 9e6), files('database', 1, 1)],
      },
      { name: 'one orphan beside a clean-up', series: [...transcripts(1), sessions('dm', 24, 11)] },
      { name: 'less than half', series: [readable, sessions('dm', 24, 13), files('orphan', null, 11)] },
      {
        name: 'many orphans, and all sessions',
        series: [readable, sessions('dm', 24, 24), files('orphan', null, 400)],
      },
      { name: 'sessions of programs', series: [readable, sessions('cron', 300, 20), files('orphan', null, 280)] },
      {
        name: 'an unreadable store',
        series: [series('readable', WORK, { before: 1, minutes: HISTORY - 5, after: 0 }), sessions('dm', 24, null)],
      },
      { name: 'a new gateway', series: [readable, sessions('dm', null, 24), files('transcript', null, 24)] },
      {
        name: 'a new gateway that grows',
        series: [
          readable,
          series('sessions', { ...WORK, kind: 'dm' }, { from: 1, perMinute: 1 }),
          files('transcript', 24, 24),
          series('bytes', { ...WORK, class: 'database' }, { from: 1e6, perMinute: 1000 }),
        ],
      },
    ],
  };
}

function blind(): AlertCase {
  const has = (reason: string): Situation => ({ name: reason, series: [series('problem', { ...WORK, reason }, 1)] });
  const others = PROBLEMS.filter((reason) => !BLIND.includes(reason)).map(has);
  return {
    alert: 'OpenClawStoreBlind',
    labels: WORK,
    description:
      'The store of agent work on a:10789 may work, but the exporter does not see all of it. Now: permission_denied. The runbook says what to do for each reason. First: openclaw-store-exporter scan --agent work, as the user of the exporter.',
    dashboard: dashboard(WORK),
    series: [series('readable', WORK, 0, 1), series('problem', { ...WORK, reason: 'permission_denied' }, 1, 0)],
    memory: 5,
    hits: BLIND.map(has),
    misses: [
      { name: 'all is well', series: [series('problem', { ...WORK, reason: 'archive_unpublished' }, 0)] },
      ...others,
    ],
  };
}

function migration(): AlertCase {
  const info = (layout: string) => series('info', { ...WORK, layout, schema: '23', version: '2026.9.6' }, 1);
  return {
    alert: 'OpenClawMigrationUnfinished',
    labels: WORK,
    description:
      'For 24 hours the old index of agent work on a:10789 has held sessions beside the database. OpenClaw 2026.8.1 and later does not see them. First: openclaw doctor --session-sqlite inspect --session-sqlite-agent work.',
    dashboard: dashboard(WORK),
    series: [series('unimported_sessions', WORK, 2, 0)],
    hits: [{ name: 'both hold sessions', series: [info('migrating'), series('unimported_sessions', WORK, 0)] }],
    misses: [
      { name: 'all are imported', series: [info('sqlite'), series('unimported_sessions', WORK, 0)] },
      { name: 'files alone', series: [info('file')] },
    ],
  };
}

function lock(): AlertCase {
  return {
    alert: 'OpenClawLockStale',
    labels: { ...WORK, state: 'stale' },
    description:
      'Stale lock files of agent work on a:10789: 1. The processes that made them crashed or hang. Other processes may wait for these locks. First: find ~/.openclaw/agents/work -name "*.lock" -ls.',
    dashboard: dashboard(WORK),
    series: [series('locks', { ...WORK, state: 'stale' }, 1, null)],
    memory: 5,
    misses: [
      { name: 'held', series: [series('locks', { ...WORK, state: 'held' }, 3)] },
      { name: 'none', series: [series('locks', { ...WORK, state: 'stale' }, 0)] },
    ],
  };
}

function config(): AlertCase {
  return {
    alert: 'OpenClawConfigInvalid',
    labels: {},
    description:
      'The exporter on a:10789 cannot use the config of OpenClaw. So windows, agents and bindings may be wrong, and a restart of the gateway may fail. First: openclaw config validate.',
    dashboard: dashboard(),
    series: [series('config_valid', {}, 0, 1)],
    memory: 5,
    misses: [{ name: 'valid', series: [series('config_valid', {}, 1)] }],
  };
}

export function sizeCases(): AlertCase[] {
  const { indexBytes, walBytes, leftovers, maintenancePercent } = ALERT_THRESHOLDS;
  const bytes = (name: string, value: Value, ...healed: readonly [] | readonly [number]) =>
    series('bytes', { ...WORK, class: name }, value, ...healed);
  const budget = series('config_maintenance_limit_bytes', WORK, 10_000_000_000);
  const cap = series('config_maintenance_limit_entries', WORK, 500);
  const near = 5 * maintenancePercent;
  const sessions = (value: number) => [
    series('sessions', { ...WORK, kind: 'main' }, 1),
    series('sessions', { ...WORK, kind: 'dm' }, value - 1, 20),
    cap,
  ];
  const ofBudget = (value: number) => [bytes('database', value - 64, 1000), bytes('wal', 64), budget];
  const grow = (perDay: number) => ({ from: 5_000_000, perMinute: perDay / 1440 });
  return [
    {
      alert: 'OpenClawIndexLarge',
      labels: { ...WORK, class: 'index' },
      description:
        'The index of agent work on a:10789 has 12MiB. OpenClaw parses and writes all of it with every message. First: openclaw sessions cleanup --dry-run --agent work.',
      dashboard: dashboard(WORK),
      series: [bytes('index', 12 * 1024 ** 2, 4000)],
      hits: [{ name: 'one above the threshold', series: [bytes('index', indexBytes + 1)] }],
      misses: [
        ...nearAbove(indexBytes, (value) => [bytes('index', value)]),
        { name: 'another class', series: [bytes('database', 10 * indexBytes)] },
      ],
    },
    {
      alert: 'OpenClawWalLarge',
      labels: { ...WORK, class: 'wal' },
      description:
        'The write-ahead log of agent work on a:10789 has 96MiB. A process holds the database open and keeps OpenClaw from recycling the log. First: fuser -v on openclaw-agent.sqlite of that agent.',
      dashboard: dashboard(WORK),
      series: [bytes('wal', 96 * 1024 ** 2, 0)],
      hits: [{ name: 'one above the threshold', series: [bytes('wal', walBytes + 1)] }],
      misses: [
        ...nearAbove(walBytes, (value) => [bytes('wal', value)]),
        { name: 'another class', series: [bytes('database', 10 * walBytes)] },
      ],
    },
    {
      alert: 'OpenClawStoreOverBudget',
      labels: WORK,
      description: `The store of agent work on a:10789 has 10.71GiB, more than ${maintenancePercent} % of its limit. OpenClaw's own maintenance should keep it below the limit, and does not. First: openclaw sessions cleanup --dry-run --agent work.`,
      dashboard: dashboard(WORK),
      series: ofBudget(11_500_000_000),
      hits: [{ name: 'one above the threshold', series: ofBudget(100_000_000 * maintenancePercent + 1) }],
      misses: [
        ...nearAbove(100_000_000 * maintenancePercent, ofBudget),
        { name: 'no limit', series: [bytes('database', 11_500_000_000)] },
        { name: 'archives of an import do not count', series: [bytes('import_archive', 11_500_000_000), budget] },
      ],
    },
    {
      alert: 'OpenClawSessionsOverCap',
      labels: WORK,
      description: `Sessions of agent work on a:10789: 580, more than ${maintenancePercent} % of its limit. OpenClaw's own maintenance should keep it at the limit, and does not. First: openclaw sessions cleanup --dry-run --agent work.`,
      dashboard: dashboard(WORK),
      series: sessions(580),
      hits: [{ name: 'one above the threshold', series: sessions(near + 1) }],
      misses: [
        ...nearAbove(near, sessions),
        { name: 'at its limit', series: sessions(500) },
        { name: 'no limit', series: [series('sessions', { ...WORK, kind: 'dm' }, 4000)] },
        { name: 'archived', series: [series('archived_sessions', WORK, 580), cap] },
      ],
    },
    {
      alert: 'OpenClawLeftoversGrowing',
      labels: WORK,
      // A megabyte a minute.
      series: [bytes('trajectory', { from: 0, perMinute: 1_000_000 }, 0), bytes('checkpoint', 7_000_000_000)],
      lead: leftovers.bytes / 1_000_000 + 5,
      description:
        'Checkpoints, trajectories and temporary files of agent work on a:10789 grew by 1.015GB within 24 hours. Nothing removes them before the disk is full. First: du -ah ~/.openclaw/agents/work | sort -h | tail.',
      dashboard: dashboard(WORK),
      hits: [
        {
          name: 'at once, where there were none',
          series: [
            bytes('index', 5_000_000),
            bytes('temporary', { before: null, minutes: 15, after: leftovers.bytes + 1 }),
          ],
        },
      ],
      misses: [
        {
          name: 'old ones that are seen again',
          series: ['index', 'temporary'].map((name) =>
            bytes(name, { before: null, minutes: 15, after: 40_000_000_000 }),
          ),
        },
        { name: 'less within a day', series: [bytes('trajectory', grow(leftovers.bytes - 1e6))] },
        { name: 'much, and no more than before', series: [bytes('temporary', 40_000_000_000)] },
        { name: 'another class', series: [bytes('transcript', grow(9_000_000_000))] },
      ],
    },
  ];
}

export function preventionCases(): AlertCase[] {
  const { compactionReserveTokens } = ALERT_THRESHOLDS;
  const info = (layout: string, ...healed: readonly [] | readonly [null]) =>
    series('info', { ...WORK, layout, schema: '0', version: '2026.7.35' }, 1, ...healed);
  const of2026 = (version: string) => series('info', { ...WORK, layout: 'file', schema: '0', version }, 1);
  const readable = series('readable', WORK, 1);
  const reserve = (value: number, ...healed: readonly [] | readonly [number]) =>
    series('config_compaction_reserve_tokens', WORK, value, ...healed);
  const mode = (name: string, ...healed: readonly [] | readonly [null]) =>
    series('config_compaction_info', { ...WORK, mode: name }, 1, ...healed);
  const of = (setting: string) => ({
    alert: 'OpenClawPreventionMissing',
    rule: { setting },
    labels: WORK,
    dashboard: dashboard(WORK),
  });
  return [
    {
      ...of('context_limit'),
      description: 'Agent work on a:10789 has no hard limit of its context: agents.defaults.contextTokens is not set.',
      series: [info('file', null), readable],
      memory: 5,
      hits: ['', '2026.2.6-3', '2026.1.29'].map((version) => ({
        name: `version ${version}`,
        series: [of2026(version), readable],
      })),
      misses: [
        { name: 'a version that drops the key', series: [of2026('2026.8.1'), readable] },
        { name: 'a later one', series: [of2026('2026.10.2'), readable] },
        { name: 'set', series: [info('file'), readable, series('config_context_limit_tokens', WORK, 100_000)] },
        { name: 'a database', series: [info('sqlite'), readable] },
        { name: 'unreadable, so not known', series: [info('file'), series('readable', WORK, 0)] },
      ],
    },
    {
      ...of('pruning'),
      description: 'Agent work on a:10789 does not prune its context: agents.defaults.contextPruning.mode is off.',
      series: [series('config_context_pruning', WORK, 0, 1)],
      misses: [{ name: 'on', series: [series('config_context_pruning', WORK, 1)] }],
    },
    {
      ...of('compaction'),
      description:
        'Agent work on a:10789 does not compact its sessions by itself: agents.defaults.compaction.enabled is false.',
      series: [mode('off', null)],
      memory: 5,
      misses: [{ name: 'on', series: [mode('safeguard')] }],
    },
    {
      ...of('compaction_reserve'),
      description: `Agent work on a:10789 keeps a compaction reserve of 20k tokens, less than ${compactionReserveTokens}: see agents.defaults.compaction.reserveTokensFloor.`,
      series: [reserve(20_000, 40_000), info('file')],
      hits: [{ name: 'one below the threshold', series: [reserve(compactionReserveTokens - 1), info('file')] }],
      misses: [
        { name: 'exactly at the threshold', series: [reserve(compactionReserveTokens), info('file')] },
        { name: 'a database, for which nobody can set it', series: [reserve(20_000), info('sqlite')] },
        { name: 'a version that drops the keys', series: [reserve(20_000), of2026('2026.9.6')] },
      ],
    },
  ];
}
