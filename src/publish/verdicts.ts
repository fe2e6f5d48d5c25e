import type { CheckOutcome } from '../checks/run.ts';
import { FINDINGS, type Finding } from '../model/finding.ts';
import { eraOf } from '../model/layout.ts';
import { BLIND_PROBLEMS } from '../model/problem.ts';
import { type ReadableAgent, readableAgents, type Snapshot, type SnapshotAgent } from '../model/snapshot.ts';
import { foundTranscript } from '../model/transcript.ts';
import type { FileClass } from '../openclaw/file-classes.ts';
import { runStatus } from '../openclaw/run-status.ts';
import { ALERT_THRESHOLDS, IDLE_SECONDS, inWords, isTranscriptLarge, type Severity } from '../thresholds.ts';
import type { AlertOfMoment } from './first-step.ts';
import { amount } from './words.ts';

/** An alert that these figures would raise, if they stayed. */
export interface Verdict {
  readonly alert: AlertOfMoment;
  /** null: of what only the history tells, so it is shown and judges nothing. */
  readonly severity: Severity | null;
  /** null: of all of them. */
  readonly agent: string | null;
  /** What is wrong, without a full stop. */
  readonly text: string;
}

/** What time is it, and what did the checks say, beside the figures. */
interface Circumstances {
  readonly nowMs: number;
  readonly checks: readonly CheckOutcome[];
}

/**
 * What is wrong, by the same list as the alert rules, the most severe first. A test holds the two together; what needs the
 * history of Prometheus is not here.
 */
export function verdicts(snapshot: Snapshot, circumstances: Circumstances): Verdict[] {
  const found = [
    ...ofGateway(snapshot, circumstances),
    ...snapshot.agents.flatMap(ofStore),
    ...readableAgents(snapshot).flatMap((agent) => [
      ...ofSessions(agent, circumstances.nowMs),
      ...ofRuns(agent),
      ...ofFiles(agent),
      ...ofQueue(agent, circumstances.nowMs),
    ]),
  ];
  return found.toSorted((one, other) => RANKS.indexOf(one.severity) - RANKS.indexOf(other.severity));
}

const RANKS: readonly (Severity | null)[] = ['critical', 'warning', null];

function ofGateway({ agents, configValid }: Snapshot, { checks }: Circumstances): Verdict[] {
  const failed = checks.filter(({ success }) => !success).map(({ check }) => check);
  return [
    ...verdict('OpenClawStoreMissing', 'critical', null, agents.length === 0, 'no agent was found'),
    ...verdict('OpenClawConfigInvalid', 'warning', null, !configValid, "OpenClaw's config is not valid"),
    ...verdict('OpenClawCheckFailing', 'warning', null, failed.length > 0, `checks failed: ${failed.join(', ')}`),
  ];
}

function ofStore({ agent, problems, readable, ...store }: SnapshotAgent): Verdict[] {
  const damage = problems.filter((problem) => !BLIND_PROBLEMS.includes(problem));
  const blind = problems.filter((problem) => BLIND_PROBLEMS.includes(problem));
  const isUnknown = !readable && problems.length === 0;
  const unimported = 'unimported' in store && eraOf(store.layout) === 'sqlite' ? (store.unimported ?? 0) : 0;
  return [
    ...verdict(
      'OpenClawStoreProblem',
      'critical',
      agent,
      damage.length > 0 || isUnknown,
      isUnknown ? 'its store is unreadable' : `its store has a problem: ${damage.join(', ')}`,
    ),
    ...verdict('OpenClawStoreBlind', 'warning', agent, blind.length > 0, `not all is seen: ${blind.join(', ')}`),
    ...verdict(
      'OpenClawMigrationUnfinished',
      'warning',
      agent,
      store.layout === 'migrating' || unimported > 0,
      `the old index holds sessions beside the database, ${unimported} of them only there`,
    ),
  ];
}

export const ALERT_OF_FINDING = {
  corrupted: 'OpenClawSessionsCorrupted',
  duplicate: 'OpenClawSessionsDuplicate',
  stray: 'OpenClawSessionsStray',
  collision: 'OpenClawSessionCollision',
  stuck: 'OpenClawSessionStuck',
} as const satisfies Record<Finding['finding'], string>;

function ofSessions({ agent, sessions, settings }: ReadableAgent, nowMs: number): Verdict[] {
  // One without a known activity is awake.
  const awake = (idleSeconds: number) =>
    sessions.filter(({ session }) => nowMs - (session.lastActivityMs ?? nowMs) <= idleSeconds * 1000);
  const used = awake(IDLE_SECONDS.critical);
  const ofWeek = awake(IDLE_SECONDS.warning).map(({ session }) => session);
  const isCompactionOff = settings.compactionMode === 'off';
  const counted = (alert: AlertOfMoment, severity: Severity, count: number, what: string) =>
    verdict(alert, severity, agent, count > 0, `${count} ${count === 1 ? 'session' : 'sessions'} ${what}`);
  const above = ({ tokens }: { readonly tokens: number | null }, limit: number | null) =>
    tokens !== null && limit !== null && tokens > limit;
  return [
    ...counted(
      'OpenClawSessionContextFull',
      'critical',
      used.filter(({ session: { tokens, window } }) => tokens !== null && window !== null && tokens >= window).length,
      'with a full context',
    ),
    ...counted(
      'OpenClawSessionTokensCritical',
      'critical',
      used.filter(({ session }) => above(session, session.thresholds.tokens.critical)).length,
      'above the critical threshold of tokens',
    ),
    ...counted(
      'OpenClawCompactionOverdue',
      'warning',
      ofWeek.filter((session) =>
        above(
          session,
          isCompactionOff && session.window !== null
            ? (session.window * ALERT_THRESHOLDS.windowPercent) / 100
            : isCompactionOff
              ? null
              : session.effectiveWindow,
        ),
      ).length,
      'whose compaction is overdue',
    ),
    ...counted(
      'OpenClawSessionTokensHigh',
      'warning',
      ofWeek.filter((session) => above(session, session.thresholds.tokens.warning)).length,
      'above the warning threshold of tokens',
    ),
    ...counted(
      'OpenClawTranscriptsLarge',
      'warning',
      ofWeek.filter(isTranscriptLarge).length,
      'with a large transcript',
    ),
    ...FINDINGS.flatMap((name) =>
      counted(
        ALERT_OF_FINDING[name],
        'warning',
        awake(IDLE_SECONDS.finding).filter(({ findings }) => findings.some(({ finding }) => finding === name)).length,
        name,
      ),
    ),
  ];
}

function ofRuns({ agent, sessions }: ReadableAgent): Verdict[] {
  const active = sessions.map(({ session }) => session).filter((session) => session.active);
  const statuses = active.map(({ status }) => runStatus(status));
  const failed = statuses.filter((status) => status !== null && ['failed', 'killed', 'timeout'].includes(status));
  // Neither a session that never ran nor one that was compacted has tokens before its next run ends.
  const ran = active.filter((session) => {
    const transcript = foundTranscript(session);
    return (transcript?.messages ?? 0) > 0 && (transcript?.compactions ?? 0) === 0;
  });
  const unknown = ran.filter(({ tokens }) => tokens === null);
  return [
    ...verdict(
      'OpenClawRunsFailing',
      'critical',
      agent,
      failed.length >= ALERT_THRESHOLDS.failingSessions && !statuses.includes('done'),
      `the last run of ${failed.length} active sessions failed, and none is done`,
    ),
    ...verdict(
      'OpenClawTokensUnknown',
      'warning',
      agent,
      unknown.length * 100 > ran.length * ALERT_THRESHOLDS.unknownTokensPercent,
      `the tokens of ${unknown.length} of ${ran.length} active sessions are not known`,
    ),
  ];
}

const LEFTOVERS: readonly FileClass[] = ['checkpoint', 'trajectory', 'temporary'];

function ofFiles({ agent, files, sessions, settings }: ReadableAgent): Verdict[] {
  const bytes = (isMeant: (name: FileClass) => boolean) =>
    (files?.classes ?? []).reduce((sum, total) => sum + (isMeant(total.class) ? total.bytes : 0), 0);
  const { indexBytes, walBytes, leftovers, maintenancePercent } = ALERT_THRESHOLDS;
  const isOver = (figure: number, limit: number | null) => limit !== null && figure * 100 > limit * maintenancePercent;
  const ofClass = (name: FileClass) => bytes((each) => each === name);
  const left = bytes((name) => LEFTOVERS.includes(name));
  const stale = files?.locks.stale ?? 0;
  return [
    ...verdict('OpenClawLockStale', 'warning', agent, stale > 0, `stale locks: ${stale}`),
    ...verdict(
      'OpenClawIndexLarge',
      'warning',
      agent,
      ofClass('index') > indexBytes,
      `its index has ${amount(ofClass('index'))} bytes`,
    ),
    ...verdict(
      'OpenClawWalLarge',
      'warning',
      agent,
      ofClass('wal') > walBytes,
      `its write-ahead log has ${amount(ofClass('wal'))} bytes`,
    ),
    ...verdict(
      'OpenClawStoreOverBudget',
      'warning',
      agent,
      isOver(
        bytes((name) => name !== 'import_archive'),
        settings.maintenanceBytes,
      ),
      `its store is above ${maintenancePercent} % of OpenClaw's limit of bytes`,
    ),
    ...verdict(
      'OpenClawSessionsOverCap',
      'warning',
      agent,
      isOver(sessions.length, settings.maintenanceEntries),
      `it holds more than ${maintenancePercent} % of OpenClaw's limit of sessions`,
    ),
    ...verdict(
      'OpenClawLeftoversGrowing',
      null,
      agent,
      left > leftovers.bytes,
      `checkpoints, trajectories and temporary files have ${amount(left)} bytes`,
    ),
  ];
}

function ofQueue({ agent, database }: ReadableAgent, nowMs: number): Verdict[] {
  const oldest = database?.pendingInputs?.oldestQueuedMs ?? nowMs;
  const limit = ALERT_THRESHOLDS.waitingInputSeconds;
  return verdict(
    'OpenClawInputsWaiting',
    'warning',
    agent,
    nowMs - oldest > limit * 1000,
    `a message has waited for more than ${inWords(limit)}`,
  );
}

function verdict(
  alert: AlertOfMoment,
  severity: Severity | null,
  agent: string | null,
  holds: boolean,
  text: string,
): Verdict[] {
  return holds ? [{ alert, severity, agent, text }] : [];
}

/** One verdict as a line for people. */
export function verdictLine({ alert, severity, agent, text }: Verdict): string {
  return `${severity ?? 'look'}: ${agent === null ? '' : `agent ${agent}: `}${text} (${alert})`;
}
