import { type Era, eraOf } from '../../model/layout.ts';
import { PROBLEMS, type Problem } from '../../model/problem.ts';
import type { Snapshot, SnapshotSession } from '../../model/snapshot.ts';
import { runStatus } from '../../openclaw/run-status.ts';
import { AGE_SECONDS, inWords } from '../../thresholds.ts';
import { countBy, isLookedFor, ofEveryAgent, perAgent, perAgentAnd, perFinding, perReason } from './builders.ts';
import { type Family, single, toSeconds } from './family.ts';

const OF_ANY_STORE: readonly Problem[] = ['permission_denied', 'link_refused', 'store_missing', 'scan_aborted'];
/** What the store of an era can have, so that a zero is shown where there is none. */
export const POSSIBLE_PROBLEMS: Readonly<Record<Era, readonly Problem[]>> = {
  file: PROBLEMS.filter((problem) => OF_ANY_STORE.includes(problem) || problem.startsWith('index_')),
  sqlite: PROBLEMS.filter((problem) => !problem.startsWith('index_')),
};

/** One series or more for each agent. An agent that could not be read has `readable`, `info` and `problem` only. */
export const AGENT_FAMILIES: readonly Family<Snapshot>[] = [
  ofEveryAgent(
    'readable',
    "Whether the agent's session store could be read. While this is 0, the agent has only info and problem besides.",
    [],
    ({ readable }) => single(Number(readable)),
  ),
  ofEveryAgent(
    'info',
    "The agent's store, always 1. layout is file, sqlite, migrating (both hold sessions, and those of SQLite count) or empty. schema is PRAGMA user_version of the database, 0 for files. version is that of OpenClaw, from the agent's database, else from the config, else from the database for all agents; empty when unknown.",
    ['layout', 'schema', 'version'],
    ({ layout, schema, version }) => single(1, { layout, schema: String(schema), version: version ?? '' }),
  ),
  ofEveryAgent(
    'problem',
    'Whether the store as a whole has this problem. docs/metrics.md explains each reason.',
    ['reason'],
    ({ layout, problems, readable }) => {
      // Of a store that was not read nobody knows what else it has.
      const possible = readable ? POSSIBLE_PROBLEMS[eraOf(layout)] : [];
      // Beside a database there can be an index that could not be looked at.
      return [...new Set([...possible, ...problems])].flatMap((reason) =>
        single(Number(problems.includes(reason)), { reason }),
      );
    },
  ),
  perAgent(
    'last_write_timestamp_seconds',
    'When the index or a transcript was written last, by the times of the files; in SQLite the newest time that is stored for a session.',
    ({ lastWriteMs }) => toSeconds(lastWriteMs),
  ),
  perAgentAnd('sessions', 'Sessions in the store by kind, without the archived ones.', 'kind', ({ sessions }) =>
    countBy(sessions, kindOf),
  ),
  perAgentAnd(
    'active_sessions',
    `Sessions whose last activity is less than ${inWords(AGE_SECONDS.active)} ago, by kind.`,
    'kind',
    ({ sessions }) => countBy(sessions, kindOf, isActive),
  ),
  perAgent(
    'archived_sessions',
    'Archived sessions. No other figure of sessions counts them.',
    ({ archived }) => archived,
  ),
  perAgent(
    'sessions_without_series',
    'Sessions that have no series of their own, because they are beyond --session.limit, or because another session has the same labels.',
    ({ sessions }) => sessions.filter(({ labels }) => labels === null).length,
  ),
  perReason(
    'corrupted_sessions',
    'Corrupted sessions by reason. A session counts once for each reason that it has. Reasons that need a deep scan have series from the first deep scan on. docs/metrics.md explains each reason.',
    'corrupted',
  ),
  perReason(
    'duplicate_sessions',
    'Sessions whose conversation has a second session: in another agent (cross_agent), or under another key of the same agent (alias). The sessions of an agent whose readable is 0 are compared with none.',
    'duplicate',
  ),
  perReason(
    'stray_sessions',
    'Sessions that OpenClaw would not create in this agent today, by reason: binding (the bindings choose another agent), unlisted_agent (the config does not list this agent), wrong_store (the key names another agent). A session can have several reasons: do not add them up.',
    'stray',
  ),
  perAgent(
    'undecided_sessions',
    'Sessions for which it is not known which agent the bindings choose, since a fact that they ask for is not stored. They are never counted as stray by binding.',
    ({ agent, sessions }, snapshot) =>
      isLookedFor(snapshot, 'stray', agent)
        ? sessions.filter(({ session }) => session.placement.undecided).length
        : null,
  ),
  perFinding(
    'collision_sessions',
    'Sessions that share their transcript with another session, or have two transcripts. The sessions of an agent whose readable is 0 are compared with none.',
    'collision',
  ),
  perFinding(
    'stuck_sessions',
    `Sessions whose last run is stored as running, although nothing was stored for them in the last ${inWords(AGE_SECONDS.stuck)}.`,
    'stuck',
  ),
  perAgentAnd(
    'ignored_findings',
    "Findings that the exporter's config file says to ignore. No other figure counts them.",
    'finding',
    ({ ignored }) => Object.entries(ignored),
  ),
  perAgentAnd(
    'sessions_by_status',
    'Sessions by the status of their last run, where OpenClaw stores one (2026.4.15 and later).',
    'status',
    // Another text would be a label of somebody's making.
    ({ sessions }) => countBy(sessions, ({ session }) => runStatus(session.status)),
  ),
  perAgentAnd(
    'active_sessions_by_status',
    'Active sessions by the status of their last run, where OpenClaw stores one (2026.4.15 and later).',
    'status',
    ({ sessions }) => countBy(sessions.filter(isActive), ({ session }) => runStatus(session.status)),
  ),
  perAgentAnd(
    'active_sessions_by_tokens_source',
    'Active sessions by the source of their tokens: index (the total that OpenClaw stored), transcript (its last usage), none (not known).',
    'source',
    ({ sessions }) => countBy(sessions.filter(isActive), ({ session }) => session.tokensSource),
  ),
  perAgentAnd(
    'files',
    "Regular files in the agent's folders by class, which name and folder decide. A transcript that neither an index nor a database refers to is an orphan.",
    'class',
    ({ files }) => (files?.classes ?? []).map((total) => [total.class, total.files]),
  ),
  perAgentAnd('bytes', 'Bytes of the files that openclaw_store_files counts, by class.', 'class', ({ files }) =>
    (files?.classes ?? []).map((total) => [total.class, total.bytes]),
  ),
  perAgent(
    'database_free_bytes',
    'Bytes of the database in free pages (PRAGMA freelist_count). Compacting the database would give them back.',
    ({ database }) => database?.freeBytes ?? null,
  ),
  perAgentAnd(
    'pending_inputs',
    'Messages that were accepted and that no run has taken up, by state: queued, interrupted, cancelled. From the table session_pending_inputs (SQLite).',
    'state',
    ({ database }) => (database?.pendingInputs?.byState ?? []).map(({ state, inputs }) => [state, inputs]),
  ),
  perAgent(
    'oldest_pending_input_timestamp_seconds',
    'When the oldest message that is still queued was accepted. No series while none is queued.',
    ({ database }) => toSeconds(database?.pendingInputs?.oldestQueuedMs ?? null),
  ),
  perAgent(
    'unimported_sessions',
    'Sessions of an old sessions.json that are not in the database. OpenClaw 2026.8.1 and later does not see them.',
    ({ layout, unimported }) => (eraOf(layout) === 'sqlite' ? unimported : null),
  ),
  perAgent(
    'stale_since_timestamp_seconds',
    "When the agent's figures were read last, while its database is locked and cannot be read. No series otherwise.",
    ({ staleSinceMs }) => toSeconds(staleSinceMs),
  ),
  perAgentAnd(
    'locks',
    `Lock files by state. A lock is stale after ${inWords(AGE_SECONDS.transcriptLock)}, the lock of the index after ${inWords(AGE_SECONDS.indexLock)}, and with --openclaw.same-pid-namespace also when its process is gone. Every other one is held.`,
    'state',
    ({ files }) => Object.entries(files?.locks ?? {}).filter(([, locks]) => locks > 0),
  ),
];

function kindOf({ session }: SnapshotSession): string {
  return session.kind;
}

function isActive({ session }: SnapshotSession): boolean {
  return session.active;
}
