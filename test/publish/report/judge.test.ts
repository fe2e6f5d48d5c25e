import { describe, expect, it } from 'vitest';
import type { CheckOutcome } from '../../../src/checks/run.ts';
import { BLIND_PROBLEMS } from '../../../src/model/problem.ts';
import type { Snapshot, SnapshotSession } from '../../../src/model/snapshot.ts';
import { remarks } from '../../../src/publish/remarks.ts';
import { judge as judgeOf, reportVerdicts } from '../../../src/publish/report/judge.ts';
import { WITHOUT_COLOURS } from '../../../src/publish/report/paint.ts';
import { verdicts } from '../../../src/publish/verdicts.ts';
import { RULES } from '../../alerts/all-rules.ts';
import { anAgent, anUnreadableAgent, aSnapshot, aTranscript, corrupted, published } from '../../support/snapshot.ts';

const NOW = Date.UTC(2026, 10, 24);
const HOUR = 3_600_000;

function judge(snapshot: Snapshot, checks: readonly CheckOutcome[]): number {
  return judgeOf(verdicts(snapshot, { nowMs: NOW, checks }));
}

const HEALTHY = published({ tokens: 150_000, transcript: aTranscript(500_000) });
const WARNING = published({ tokens: 150_001 });
const OVERDUE = published({ tokens: 90_001, window: 100_000, effectiveWindow: 90_000 });
const CRITICAL = published({ tokens: 200_001 });
const FULL = published({ tokens: 100_000, window: 100_000, effectiveWindow: 90_000 });
const LARGE = published({ transcript: aTranscript(500_001) });
const CORRUPTED = published({}, { findings: [corrupted('truncated')] });
const WITHOUT_SERIES = published({ tokens: 200_001 }, { labels: null });

describe('judge', () => {
  it.each<[string, readonly SnapshotSession[], number]>([
    ['nothing', [], 0],
    ['a session at its thresholds', [HEALTHY], 0],
    ['one over its warning', [HEALTHY, WARNING], 1],
    ['one whose compaction is overdue', [OVERDUE], 1],
    ['one with a large transcript', [LARGE], 1],
    ['one that is corrupted', [CORRUPTED], 1],
    ['one over its critical threshold', [WARNING, CRITICAL, HEALTHY], 2],
    ['one whose context is full', [FULL], 2],
    ['one that has no series of its own', [WITHOUT_SERIES], 2],
  ])('%s', (_, sessions, code) => {
    expect(judge(aSnapshot({ agents: [anAgent({ agent: 'other' }), anAgent({ sessions })] }), [])).toBe(code);
  });

  it('takes a config that cannot be used as a warning, whatever else there is', () => {
    expect(judge(aSnapshot({ configValid: false, agents: [anAgent()] }), [])).toBe(1);
    expect(judge(aSnapshot({ configValid: false, agents: [anAgent({ sessions: [CRITICAL] })] }), [])).toBe(2);
  });

  it('takes a check that failed as a warning: what it finds is unknown', () => {
    const failed = { check: 'truncated', success: false, durationSeconds: 0, error: 'a bug' };
    expect(judge(aSnapshot({ agents: [anAgent()] }), [failed])).toBe(1);
  });

  it('takes our own blindness as a warning, as its alert does', () => {
    for (const problem of BLIND_PROBLEMS) {
      expect(judge(aSnapshot({ agents: [anUnreadableAgent({ problems: [problem] })] }), [])).toBe(1);
    }
    const both = anAgent({ problems: ['archive_unpublished', 'database_unreadable'] });
    expect(judge(aSnapshot({ agents: [both] }), [])).toBe(2);
  });

  it('takes a problem of a store as critical, readable or not', () => {
    expect(judge(aSnapshot({ agents: [anAgent(), anUnreadableAgent()] }), [])).toBe(2);
    expect(judge(aSnapshot({ agents: [anAgent({ problems: ['index_missing'] })] }), [])).toBe(2);
  });
});

/** Alerts that only the history of Prometheus tells, or that are about the exporter, or that ask for nothing. */
const WITHOUT_VERDICT = [
  'OpenClawIndexLost',
  'OpenClawCompactionStorm',
  'OpenClawScanStale',
  'OpenClawReloadRefused',
  'OpenClawExporterDown',
  'OpenClawExporterAbsent',
  'OpenClawExporterFlapping',
  'OpenClawSessionsWithoutSeries',
  'OpenClawSessionsAccumulating',
  'OpenClawPreventionMissing',
];

const idle = (hours: number, session: Parameters<typeof published>[0], findings: SnapshotSession['findings'] = []) =>
  published({ ...session, lastActivityMs: NOW - hours * HOUR - 1 }, { findings });
const files = (name: 'index' | 'wal' | 'temporary' | 'database', bytes: number, stale = 0) => ({
  classes: [{ class: name, files: 1, bytes }],
  locks: { held: 0, stale },
});
const settings = (changes: object) => ({ ...anAgent().settings, ...changes });
const waiting = (oldestQueuedMs: number) => ({
  freeBytes: 0,
  unpublishedArchive: false,
  pendingInputs: { byState: [{ state: 'queued', inputs: 1 }], oldestQueuedMs },
});
const ran = (changes: object, transcript: object = {}) =>
  published({
    active: true,
    tokens: null,
    transcript: { ...aTranscript(100), messages: 4, compactions: 0, ...transcript },
    ...changes,
  });
const failed = published({ active: true, status: 'failed' });

/** For each alert a state in which the rule would fire. */
const RAISED: Readonly<Record<string, Snapshot>> = {
  OpenClawStoreMissing: aSnapshot(),
  OpenClawStoreProblem: aSnapshot({ agents: [anUnreadableAgent()] }),
  OpenClawStoreBlind: aSnapshot({ agents: [anUnreadableAgent({ problems: ['permission_denied'] })] }),
  OpenClawMigrationUnfinished: aSnapshot({ agents: [anAgent({ layout: 'sqlite', unimported: 2 })] }),
  OpenClawLockStale: aSnapshot({ agents: [anAgent({ files: files('index', 1, 1) })] }),
  OpenClawConfigInvalid: aSnapshot({ configValid: false, agents: [anAgent()] }),
  OpenClawIndexLarge: aSnapshot({ agents: [anAgent({ files: files('index', 10 * 1024 ** 2 + 1) })] }),
  OpenClawWalLarge: aSnapshot({ agents: [anAgent({ files: files('wal', 64 * 1024 ** 2 + 1) })] }),
  OpenClawStoreOverBudget: aSnapshot({
    agents: [anAgent({ files: files('database', 1101), settings: settings({ maintenanceBytes: 1000 }) })],
  }),
  OpenClawSessionsOverCap: aSnapshot({
    agents: [anAgent({ sessions: [HEALTHY, HEALTHY], settings: settings({ maintenanceEntries: 1 }) })],
  }),
  OpenClawLeftoversGrowing: aSnapshot({ agents: [anAgent({ files: files('temporary', 1e9 + 1) })] }),
  OpenClawSessionContextFull: aSnapshot({ agents: [anAgent({ sessions: [FULL] })] }),
  OpenClawSessionTokensCritical: aSnapshot({ agents: [anAgent({ sessions: [CRITICAL] })] }),
  OpenClawSessionTokensHigh: aSnapshot({ agents: [anAgent({ sessions: [WARNING] })] }),
  OpenClawCompactionOverdue: aSnapshot({ agents: [anAgent({ sessions: [OVERDUE] })] }),
  OpenClawTranscriptsLarge: aSnapshot({ agents: [anAgent({ sessions: [LARGE] })] }),
  OpenClawRunsFailing: aSnapshot({ agents: [anAgent({ sessions: [failed, failed, failed] })] }),
  OpenClawTokensUnknown: aSnapshot({ agents: [anAgent({ sessions: [ran({})] })] }),
  OpenClawInputsWaiting: aSnapshot({ agents: [anAgent({ database: waiting(NOW - 900_001) })] }),
  ...Object.fromEntries(
    (
      [
        ['OpenClawSessionsCorrupted', 'corrupted'],
        ['OpenClawSessionsDuplicate', 'duplicate'],
        ['OpenClawSessionsStray', 'stray'],
        ['OpenClawSessionCollision', 'collision'],
        ['OpenClawSessionStuck', 'stuck'],
      ] as const
    ).map(([alert, finding]) => [
      alert,
      aSnapshot({
        agents: [
          anAgent({ sessions: [published({}, { findings: [{ finding, reason: null, expectedAgent: null }] })] }),
        ],
      }),
    ]),
  ),
};

describe('the verdicts', () => {
  it('are of every alert that needs no history, each as severe as its rule', () => {
    for (const alert of new Set(RULES.map((rule) => rule.alert))) {
      if (alert === 'OpenClawCheckFailing' || WITHOUT_VERDICT.includes(alert)) continue;
      const snapshot = RAISED[alert] ?? expect.fail(`${alert}: add it to RAISED or to WITHOUT_VERDICT`);
      const found = verdicts(snapshot, { nowMs: NOW, checks: [] }).find((each) => each.alert === alert);
      const severity = RULES.find((rule) => rule.alert === alert)?.labels.severity;
      expect(found, alert).toBeDefined();
      // How fast they grow only the history tells.
      expect(found?.severity, alert).toBe(alert === 'OpenClawLeftoversGrowing' ? null : severity);
    }
    expect(WITHOUT_VERDICT.filter((name) => !RULES.some(({ alert }) => alert === name))).toEqual([]);
  });

  it.each<[string, Snapshot, number]>([
    [
      'a large session that nobody used for an hour is no page',
      aSnapshot({ agents: [anAgent({ sessions: [idle(1, { tokens: 200_001 })] })] }),
      1,
    ],
    [
      'one that nobody used for a week is nothing',
      aSnapshot({ agents: [anAgent({ sessions: [idle(168, { tokens: 200_001 })] })] }),
      0,
    ],
    [
      'a finding of a week ago counts',
      aSnapshot({ agents: [anAgent({ sessions: [idle(168, {}, [corrupted('truncated')])] })] }),
      1,
    ],
    [
      'a finding that nobody used for a month is nothing',
      aSnapshot({ agents: [anAgent({ sessions: [idle(720, {}, [corrupted('truncated')])] })] }),
      0,
    ],
    [
      'after a compaction nobody knows the tokens',
      aSnapshot({ agents: [anAgent({ sessions: [ran({}, { compactions: 1 })] })] }),
      0,
    ],
    [
      'one run that is done is enough',
      aSnapshot({
        agents: [anAgent({ sessions: [failed, failed, failed, published({ active: true, status: 'done' })] })],
      }),
      0,
    ],
    [
      'a store at its limit is normal',
      aSnapshot({ agents: [anAgent({ sessions: [HEALTHY], settings: settings({ maintenanceEntries: 1 }) })] }),
      0,
    ],
    ['leftovers judge nothing', aSnapshot({ agents: [anAgent({ files: files('temporary', 2e9) })] }), 0],
  ])('%s', (_, snapshot, code) => {
    expect(judge(snapshot, [])).toBe(code);
  });

  it('are printed with the worst last, and the last line says why, of all agents', () => {
    const agents = [
      anUnreadableAgent({ agent: 'work' }),
      anAgent({ agent: 'home', sessions: [WARNING] }),
      anAgent({ agent: 'other', sessions: [WARNING] }),
    ];
    const found = verdicts(aSnapshot({ agents }), { nowMs: NOW, checks: [] });
    const marked = (severity: string | null, line: string) => (severity === null ? line : `<${severity}>${line}`);
    expect(reportVerdicts(found, 'home', marked).split('\n')).toEqual([
      '<warning>warning: agent home: 1 session above the warning threshold of tokens',
      '<warning>  (OpenClawSessionTokensHigh)',
      '<critical>critical: agent work: its store has a problem: index_unreadable',
      '<critical>  (OpenClawStoreProblem)',
      '<critical>Exit 2: critical: OpenClawStoreProblem of agent work, and 2 more',
      '',
    ]);
    const one = verdicts(aSnapshot({ agents: [anAgent({ agent: 'home', sessions: [CORRUPTED] })] }), {
      nowMs: NOW,
      checks: [],
    });
    expect(reportVerdicts(one, null, WITHOUT_COLOURS).trimEnd().split('\n').at(-1)).toBe(
      'Exit 1: warning: agent home: 1 session corrupted (OpenClawSessionsCorrupted)',
    );
    expect(reportVerdicts([], null, WITHOUT_COLOURS)).toBe(
      'Exit 0: these figures would raise no warning and no page.\n',
    );
  });
});

describe('remarks', () => {
  it.each<[string, SnapshotSession, string[]]>([
    ['nothing', HEALTHY, []],
    ['a warning', WARNING, ['tokens (warning)']],
    ['a full context', FULL, ['tokens (critical)']],
    ['a large transcript', LARGE, ['large transcript']],
    ['findings', CORRUPTED, ['corrupted (truncated)']],
  ])('of %s', (_, session, why) => {
    expect(remarks(session)).toEqual(why);
  });

  it('are all reasons, findings first', () => {
    const findings = [corrupted('entry_invalid'), corrupted('truncated')];
    const session = published({ tokens: 200_001, transcript: aTranscript(500_001) }, { findings });
    expect(remarks(session)).toEqual([
      'corrupted (entry_invalid)',
      'corrupted (truncated)',
      'tokens (critical)',
      'large transcript',
    ]);
  });
});
