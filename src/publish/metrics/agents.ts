import { type Era, eraOf } from '../../model/layout.ts';
import { PROBLEMS, type Problem } from '../../model/problem.ts';
import type { Snapshot, SnapshotSession } from '../../model/snapshot.ts';
import { runStatus } from '../../openclaw/run-status.ts';
import { AGE_SECONDS, inWords } from '../../thresholds.ts';
import { countBy, isLookedFor, ofEveryAgent, perAgent, perAgentAnd, perFinding, perReason } from './builders.ts';
import { type Family, single, toSeconds } from './family.ts';

const OF_ANY_STORE: readonly Problem[] = ['permission_denied', 'link_refused', 'store_missing'];
/** What the store of an era can have, so that a zero is shown where there is none. */
export const POSSIBLE_PROBLEMS: Readonly<Record<Era, readonly Problem[]>> = {
  file: PROBLEMS.filter((problem) => OF_ANY_STORE.includes(problem) || problem.startsWith('index_')),
  sqlite: PROBLEMS.filter((problem) => !problem.startsWith('index_')),
};

/** One series or more for each agent. An agent that could not be read has `readable`, `info` and `problem` only. */
export const AGENT_FAMILIES: readonly Family<Snapshot>[] = [
  ofEveryAgent(
    'readable',
    "Whether the agent's session store could be read. While this is 0, the agent has no other series than info and problem.",
    [],
    ({ readable }) => single(Number(readable)),
  ),
  ofEveryAgent(
    'info',
    "The agent's store, always 1. layout is file, sqlite, migrating (both hold sessions, and those of SQLite count) or empty. schema is PRAGMA user_version, 0 for files. version is OpenClaw's, from the database, else from its config, empty when unknown.",
    ['layout', 'schema', 'version'],
    ({ layout, schema, version }) => single(1, { layout, schema: String(schema), version: version ?? '' }),
  ),
  ofEveryAgent(
    'problem',
    'Whether the store as a whole has this problem.',
    ['reason'],
    ({ layout, problems, readable }) => {
      // Of a store that was not read nobody knows what else it has.
      const possible = readable ? POSSIBLE_PROBLEMS[eraOf(layout)] : problems;
      return possible.flatMap((reason) => single(Number(problems.includes(reason)), { reason }));
    },
  ),
  perAgent(
    'last_write_timestamp_seconds',
    'When index or transcripts were last written, by the times of the files; in SQLite the newest time stored for a session.',
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
    'Sessions without series of their own: they are beyond --session.limit, or have the labels of another session.',
    ({ sessions }) => sessions.filter(({ labels }) => labels === null).length,
  ),
  perReason(
    'corrupted_sessions',
    'Corrupted sessions by reason. A session counts once for each reason that it has. Reasons that need a deep scan have series from the first deep scan on.',
    'corrupted',
  ),
  perReason(
    'duplicate_sessions',
    'Sessions of a conversation that has a second session: in another agent (cross_agent), or under another key of the same agent (alias).',
    'duplicate',
  ),
  perReason(
    'stray_sessions',
    'Sessions in an agent where OpenClaw would not create them today, by reason: binding, unlisted_agent, wrong_store. A session can have several reasons: do not sum them.',
    'stray',
  ),
  perAgent(
    'undecided_sessions',
    'Sessions for which the stored facts do not decide which agent the bindings choose. They are never counted as stray by binding.',
    ({ sessions }, snapshot) =>
      isLookedFor(snapshot, 'stray') ? sessions.filter(({ session }) => session.placement.undecided).length : null,
  ),
  perFinding(
    'collision_sessions',
    'Sessions that share their transcript with another key, or have two transcripts.',
    'collision',
  ),
  perFinding(
    'stuck_sessions',
    `Sessions whose last run is stored as running, but for which nothing was stored in ${inWords(AGE_SECONDS.stuck)}.`,
    'stuck',
  ),
  perAgentAnd(
    'ignored_findings',
    'Findings that the config file of the exporter says to ignore. No other figure counts them.',
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
    'active_sessions_by_tokens_source',
    'Active sessions by where their tokens come from: index (the stored total), transcript (the last usage), none (not known).',
    'source',
    ({ sessions }) => countBy(sessions.filter(isActive), ({ session }) => session.tokensSource),
  ),
  perAgentAnd(
    'files',
    "Regular files in the agent's folders by class, from their names; a transcript that no index refers to is an orphan.",
    'class',
    ({ files }) => (files?.classes ?? []).map((total) => [total.class, total.files]),
  ),
  perAgentAnd(
    'bytes',
    "Bytes of the regular files in the agent's folders by class, of the same files that openclaw_store_files counts.",
    'class',
    ({ files }) => (files?.classes ?? []).map((total) => [total.class, total.bytes]),
  ),
  perAgent(
    'database_free_bytes',
    'Bytes of the database in free pages (PRAGMA freelist_count): what compacting the database would give back.',
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
    'When the oldest message that is still queued was accepted; no series while none is queued.',
    ({ database }) => toSeconds(database?.pendingInputs?.oldestQueuedMs ?? null),
  ),
  perAgent(
    'unimported_sessions',
    'Sessions of an old index that the database does not hold. OpenClaw 2026.8.1 and later does not see them.',
    ({ layout, unimported }) => (eraOf(layout) === 'sqlite' ? unimported : null),
  ),
  perAgent(
    'stale_since_timestamp_seconds',
    "When the agent's figures were last read, while its database is locked and no newer ones can be read; no series otherwise.",
    ({ staleSinceMs }) => toSeconds(staleSinceMs),
  ),
  perAgentAnd(
    'locks',
    `Lock files by their age: stale after ${inWords(AGE_SECONDS.transcriptLock)}, that of the index after ${inWords(AGE_SECONDS.indexLock)} (with --openclaw.same-pid-namespace also when its process is gone), else held.`,
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
