import type { CheckOutcome } from '../checks/run.ts';
import { eraOf } from '../model/layout.ts';
import { BLIND_PROBLEMS, type Problem } from '../model/problem.ts';
import { type ReadableAgent, readableAgents, type Snapshot, type SnapshotAgent } from '../model/snapshot.ts';
import { foundTranscript } from '../model/transcript.ts';
import type { FileClass } from '../openclaw/file-classes.ts';
import type { Kind } from '../openclaw/keys.ts';
import { runStatus } from '../openclaw/run-status.ts';
import { patternOfVersionsWithout } from '../openclaw/versions.ts';
import { ALERT_THRESHOLDS, inWords, type Severity } from '../thresholds.ts';
import type { AlertOfMoment } from './first-step.ts';
import { isUsed, SESSION_ALERTS } from './judged-sessions.ts';
import { problemInWords } from './problem-meanings.ts';
import { amount, counted, firstOf } from './words.ts';

/** An alert that these figures would raise, if they stayed. */
export interface Verdict {
  readonly alert: AlertOfMoment;
  /** `info` asks for no action. null: of what only the history tells. Both are shown and judge nothing. */
  readonly severity: Severity | 'info' | null;
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
      ...infoOf(agent),
    ]),
    ...ofPrevention(readableAgents(snapshot)),
  ];
  return found.toSorted((one, other) => RANKS.indexOf(one.severity) - RANKS.indexOf(other.severity));
}

const RANKS: readonly Verdict['severity'][] = ['critical', 'warning', null, 'info'];

/** Whether it asks somebody to act, and so decides whether all is well. */
export function isRaised(verdict: Verdict): verdict is Verdict & { readonly severity: Severity } {
  return verdict.severity === 'critical' || verdict.severity === 'warning';
}

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
      isUnknown ? 'its store is unreadable' : inWordsOf(damage, readable),
    ),
    ...verdict('OpenClawStoreBlind', 'warning', agent, blind.length > 0, inWordsOf(blind, readable)),
    ...verdict(
      'OpenClawMigrationUnfinished',
      'warning',
      agent,
      store.layout === 'migrating' || unimported > 0,
      `the old index holds sessions beside the database${onlyThere(unimported)}`,
    ),
  ];
}

function inWordsOf(problems: readonly Problem[], readable: boolean): string {
  return problems.map((problem) => problemInWords(problem, readable)).join(', ');
}

function onlyThere(sessions: number): string {
  if (sessions === 0) return ', which has all of them, too';
  return sessions === 1 ? ', and one of them is only there' : `, and ${amount(sessions)} of them are only there`;
}

function ofSessions(agent: ReadableAgent, nowMs: number): Verdict[] {
  return SESSION_ALERTS.flatMap((each) => {
    const { holds, idleSeconds } = each;
    const raising = agent.sessions.filter((one) => holds(one, agent.settings) && isUsed(one, idleSeconds, nowMs));
    const { length } = raising;
    return verdict(each.alert, each.severity, agent.agent, length > 0, `${counted(length, 'session')} ${each.what}`);
  });
}

/** What asks for no action, and explains other figures. */
function infoOf({ agent, sessions }: ReadableAgent): Verdict[] {
  const unlisted = sessions.filter(({ labels }) => labels === null).length;
  const { programSessions } = ALERT_THRESHOLDS;
  return [
    ...verdict(
      'OpenClawSessionsWithoutSeries',
      'info',
      agent,
      unlisted > 0,
      `${counted(unlisted, 'session')} without series: no alert can name ${unlisted === 1 ? 'it' : 'them'}, see --session.limit`,
    ),
    ...PROGRAM_KINDS.flatMap((kind) => {
      const count = sessions.filter(({ session }) => session.kind === kind).length;
      return verdict(
        'OpenClawSessionsAccumulating',
        'info',
        agent,
        count > programSessions,
        `${amount(count)} sessions of kind ${kind} slow down every listing of sessions`,
      );
    }),
  ];
}

const PROGRAM_KINDS: readonly Kind[] = ['cron', 'subagent', 'hook'];

/** Settings that keep sessions small and are missing: one verdict for each, since most hosts have them for all agents alike. */
function ofPrevention(agents: readonly ReadableAgent[]): Verdict[] {
  return PREVENTION.flatMap(({ what, isMissing }) => {
    const names = agents.filter(isMissing).map(({ agent }) => agent);
    return verdict(
      'OpenClawPreventionMissing',
      'info',
      null,
      names.length > 0,
      `${what}: ${names.length === 1 ? 'agent' : 'agents'} ${firstOf(names, SHOWN_AGENTS)}`,
    );
  });
}

const SHOWN_AGENTS = 5;

const PREVENTION: readonly { readonly what: string; readonly isMissing: (agent: ReadableAgent) => boolean }[] = [
  {
    what: 'no hard limit of the context (agents.defaults.contextTokens is not set)',
    isMissing: (agent) => isFileEraBefore(agent, 'defaultContextTokensDropped') && agent.settings.contextLimit === null,
  },
  {
    what: 'the context is not pruned (agents.defaults.contextPruning.mode is off)',
    isMissing: ({ settings }) => settings.pruning === false,
  },
  {
    what: 'sessions are not compacted (agents.defaults.compaction.enabled is false)',
    isMissing: ({ settings }) => settings.compactionMode === 'off',
  },
  {
    what: `a compaction reserve of less than ${amount(ALERT_THRESHOLDS.compactionReserveTokens)} tokens`,
    isMissing: (agent) =>
      isFileEraBefore(agent, 'reserveKeysDropped') &&
      agent.settings.compactionReserve < ALERT_THRESHOLDS.compactionReserveTokens,
  },
];

/** Later versions drop these keys when they load the config. */
function isFileEraBefore(
  { layout, version }: ReadableAgent,
  change: 'defaultContextTokensDropped' | 'reserveKeysDropped',
): boolean {
  return layout === 'file' && new RegExp(`^(?:${patternOfVersionsWithout(change)})$`).test(version ?? '');
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
      `the last run of ${counted(failed.length, 'active session')} failed, and none is done`,
    ),
    ...verdict(
      'OpenClawTokensUnknown',
      'warning',
      agent,
      unknown.length * 100 > ran.length * ALERT_THRESHOLDS.unknownTokensPercent,
      `the tokens of ${amount(unknown.length)} of ${counted(ran.length, 'active session')} are not known`,
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
    ...verdict('OpenClawLockStale', 'warning', agent, stale > 0, `stale locks: ${amount(stale)}`),
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
  severity: Verdict['severity'],
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
