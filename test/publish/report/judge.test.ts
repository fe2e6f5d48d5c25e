import { describe, expect, it } from 'vitest';
import type { CheckOutcome } from '../../../src/checks/run.ts';
import { BLIND_PROBLEMS, PROBLEMS } from '../../../src/model/problem.ts';
import type { Snapshot, SnapshotSession } from '../../../src/model/snapshot.ts';
import { remarks } from '../../../src/publish/remarks.ts';
import { judge as judgeOf, reportVerdicts } from '../../../src/publish/report/judge.ts';
import { WITHOUT_COLOURS } from '../../../src/publish/report/paint.ts';
import { verdicts } from '../../../src/publish/verdicts.ts';
import { RULES } from '../../alerts/all-rules.ts';
import { anAgent, anUnreadableAgent, aSnapshot, aTranscript, corrupted, published } from '../../support/snapshot.ts';

const NOW = Date.UTC(2026, 10, 24);
const HOUR = 3_600_000;
const OPTIONS = { agent: null, all: false, width: 80, paint: WITHOUT_COLOURS };

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

/** Alerts that only the history of Prometheus tells, or that are about the exporter. */
const WITHOUT_VERDICT = [
  'OpenClawIndexLost',
  'OpenClawCompactionStorm',
  'OpenClawScanStale',
  'OpenClawReloadRefused',
  'OpenClawExporterDown',
  'OpenClawExporterAbsent',
  'OpenClawExporterFlapping',
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
  OpenClawSessionsWithoutSeries: aSnapshot({ agents: [anAgent({ sessions: [published({}, { labels: null })] })] }),
  OpenClawSessionsAccumulating: aSnapshot({
    agents: [anAgent({ sessions: Array.from({ length: 201 }, () => published({ kind: 'hook' })) })],
  }),
  OpenClawPreventionMissing: aSnapshot({
    agents: [anAgent({ layout: 'sqlite', settings: settings({ pruning: false }) })],
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

  it('of settings that are missing name the agents, and ask for no action', () => {
    const found = (changes: Parameters<typeof anAgent>[0]) =>
      verdicts(
        aSnapshot({ agents: ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((agent) => anAgent({ agent, ...changes })) }),
        {
          nowMs: NOW,
          checks: [],
        },
      );
    expect(found({}).map(({ severity, text }) => [severity, text])).toEqual([
      [
        'info',
        'no hard limit of the context (agents.defaults.contextTokens is not set): agents a, b, c, d, e and 2 more',
      ],
      ['info', 'a compaction reserve of less than 25,000 tokens: agents a, b, c, d, e and 2 more'],
    ]);
    // Later versions drop these keys.
    expect(found({ layout: 'sqlite' })).toEqual([]);
    expect(found({ version: '2026.8.1' })).toEqual([]);
    expect(found({ version: null })).toHaveLength(2);
    expect(found({ layout: 'sqlite', settings: settings({ compactionMode: 'off' }) })).toMatchObject([
      { alert: 'OpenClawPreventionMissing', agent: null, text: expect.stringMatching(/^sessions are not compacted/) },
    ]);
  });

  it.each([true, false])(
    'say every problem of a store in words, with its code in brackets (store read: %s)',
    (isRead) => {
      for (const problem of PROBLEMS) {
        const agent = isRead ? anAgent({ problems: [problem] }) : anUnreadableAgent({ problems: [problem] });
        const [worst] = verdicts(aSnapshot({ agents: [agent] }), { nowMs: NOW, checks: [] });
        expect(worst?.text).toMatch(new RegExp(`^[a-zA-Z][^_]{10,75} \\(${problem}\\)$`));
      }
    },
  );

  it('tell a database that OpenClaw set aside from one that cannot be read', () => {
    const texts = [anAgent, anUnreadableAgent].map((made) => {
      const agents = [made({ problems: ['database_unreadable'] })];
      return verdicts(aSnapshot({ agents }), { nowMs: NOW, checks: [] })[0]?.text;
    });
    expect(texts).toEqual([
      'its database was damaged, and OpenClaw went on with an empty one (database_unreadable)',
      'its database cannot be read (database_unreadable)',
    ]);
  });

  it('have their counts with thousands apart', () => {
    const sessions = Array.from({ length: 1234 }, () => WARNING);
    const [worst] = verdicts(aSnapshot({ agents: [anAgent({ layout: 'sqlite', sessions })] }), {
      nowMs: NOW,
      checks: [],
    });
    expect(worst?.text).toBe('1,234 sessions above the warning threshold of tokens');
  });

  it('are printed with the worst last, and the last line says why, of all agents', () => {
    const agents = [
      anUnreadableAgent({ agent: 'work' }),
      anAgent({ agent: 'home', layout: 'sqlite', sessions: [WARNING, published({}, { labels: null })] }),
      anAgent({ agent: 'other', layout: 'sqlite', sessions: [WARNING] }),
    ];
    const found = verdicts(aSnapshot({ agents }), { nowMs: NOW, checks: [] });
    const marked = (severity: string | null, line: string) => (severity === null ? line : `<${severity}>${line}`);
    expect(reportVerdicts(found, null, { ...OPTIONS, agent: 'home', paint: marked }).split('\n')).toEqual([
      'info: agent home: 1 session without series: no alert can name it, see',
      '  --session.limit (OpenClawSessionsWithoutSeries)',
      '<warning>warning: agent home: 1 session above the warning threshold of tokens',
      '<warning>  (OpenClawSessionTokensHigh)',
      '<critical>critical: agent work: its index cannot be read (index_unreadable)',
      '<critical>  (OpenClawStoreProblem)',
      '<critical>Exit 2: critical: OpenClawStoreProblem of agent work, and 2 more',
      '',
    ]);
    const one = verdicts(aSnapshot({ agents: [anAgent({ agent: 'home', layout: 'sqlite', sessions: [CORRUPTED] })] }), {
      nowMs: NOW,
      checks: [],
    });
    expect(reportVerdicts(one, null, OPTIONS).trimEnd().split('\n').at(-1)).toBe(
      'Exit 1: warning: agent home: 1 session corrupted (OpenClawSessionsCorrupted)',
    );
    expect(reportVerdicts([], null, OPTIONS)).toBe('Exit 0: these figures would raise no warning and no page.\n');
  });

  it('are printed beside what could not be looked into, whatever the exit code is', () => {
    const closed = 'Not looked into, since this user may not enter: agents/ops.';
    expect(reportVerdicts([], closed, OPTIONS)).toBe(
      `${closed}\nExit 0: these figures would raise no warning and no page.\n`,
    );
  });

  it('are thirty of many, and of all with --all', () => {
    const agents = Array.from({ length: 40 }, (_, at) => anUnreadableAgent({ agent: `a${at}` }));
    const found = verdicts(aSnapshot({ agents }), { nowMs: NOW, checks: [] });
    const lines = (all: boolean) =>
      reportVerdicts(found, null, { ...OPTIONS, all, width: 120 })
        .trimEnd()
        .split('\n');
    expect(lines(false)).toHaveLength(32);
    expect(lines(false)[0]).toBe('... and 10 more, none of them worse: --all');
    expect(lines(true)).toHaveLength(41);
  });

  it.each([40, 60, 80])('fit %i columns', (width) => {
    const agents = [anUnreadableAgent({ agent: 'a'.repeat(64) }), anAgent({ sessions: [CRITICAL, WARNING] })];
    const found = verdicts(aSnapshot({ agents }), { nowMs: NOW, checks: [] });
    const text = reportVerdicts(found, `Not looked into: agents/${'x'.repeat(100)}.`, { ...OPTIONS, width });
    expect(text.split('\n').filter((line) => line.length > width)).toEqual([]);
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
    expect(remarks(session).map(({ text }) => text)).toEqual(why);
  });

  it('are all reasons, findings first', () => {
    const findings = [corrupted('entry_invalid'), corrupted('truncated')];
    const session = published({ tokens: 200_001, transcript: aTranscript(500_001) }, { findings });
    expect(remarks(session).map(({ text }) => text)).toEqual([
      'corrupted (entry_invalid)',
      'corrupted (truncated)',
      'tokens (critical)',
      'large transcript',
    ]);
  });
});
