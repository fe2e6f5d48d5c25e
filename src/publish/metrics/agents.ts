import { type Era, eraOf } from '../../model/layout.ts';
import { PROBLEMS, type Problem } from '../../model/problem.ts';
import type { Snapshot, SnapshotSession } from '../../model/snapshot.ts';
import { AGE_SECONDS, inWords } from '../../thresholds.ts';
import { countBy, isLookedFor, ofEveryAgent, perAgent, perAgentAnd, perFinding, perReason } from './builders.ts';
import { type Family, single, toSeconds } from './family.ts';

/** Statuses of a run that OpenClaw knows; another text would be a label of somebody's making. */
const STATUSES = new Set(['running', 'done', 'failed', 'killed', 'timeout']);

/** What the store of an era can have, so that a zero is shown where there is none. */
const POSSIBLE: Readonly<Record<Era, readonly Problem[]>> = {
  file: PROBLEMS.filter((problem) => problem === 'permission_denied' || problem.startsWith('index_')),
  sqlite: PROBLEMS.filter((problem) => !problem.startsWith('index_')),
};

/** One series or more for each agent. An agent that could not be read has `readable`, `info` and `problem` only. */
export const AGENT_FAMILIES: readonly Family<Snapshot>[] = [
  ofEveryAgent(
    'readable',
    "Whether the agent's session store could be read (0: no other figure of it is shown but info and problem). From the last quick scan.",
    [],
    ({ readable }) => single(Number(readable)),
  ),
  ofEveryAgent(
    'info',
    "The agent's store: layout file, sqlite, migrating (both hold sessions, those of SQLite count) or empty; schema is PRAGMA user_version, 0 for files; version is OpenClaw's, from the database, else from its config, empty when unknown.",
    ['layout', 'schema', 'version'],
    ({ layout, schema, version }) => single(1, { layout, schema: String(schema), version: version ?? '' }),
  ),
  ofEveryAgent(
    'problem',
    'Whether the whole store has this problem. From the last quick scan.',
    ['reason'],
    ({ layout, problems, readable }) => {
      // Of a store that was not read nobody knows what else it has.
      const possible = readable ? POSSIBLE[eraOf(layout)] : problems;
      return possible.flatMap((reason) => single(Number(problems.includes(reason)), { reason }));
    },
  ),
  perAgent(
    'last_write_timestamp_seconds',
    'The newest write to index or transcripts, by the times of the files; in SQLite the newest time stored for a session. From the last quick scan.',
    ({ lastWriteMs }) => toSeconds(lastWriteMs),
  ),
  perAgentAnd(
    'sessions',
    'Sessions in the store by kind, archived ones left out. From the last quick scan.',
    'kind',
    ({ sessions }) => countBy(sessions, kindOf),
  ),
  perAgentAnd(
    'active_sessions',
    `Sessions whose last activity is less than ${inWords(AGE_SECONDS.active)} ago, by kind. From the last quick scan.`,
    'kind',
    ({ sessions }) => countBy(sessions, kindOf, isActive),
  ),
  perAgent(
    'archived_sessions',
    'Archived sessions; they take part in no other figure. From the last quick scan.',
    ({ archived }) => archived,
  ),
  perAgent(
    'sessions_without_series',
    'Sessions without series of their own: beyond --session.limit, or with the labels of another one. From the last quick scan.',
    ({ sessions }) => sessions.filter(({ labels }) => labels === null).length,
  ),
  perReason(
    'corrupted_sessions',
    'Corrupted sessions by reason; a session is counted once for every reason that it has. Reasons that need a deep scan are shown from the first one on.',
    'corrupted',
  ),
  perReason(
    'duplicate_sessions',
    'Sessions of a conversation that has another one: in another agent (cross_agent), or under another key of the same agent (alias). From the last quick scan.',
    'duplicate',
  ),
  perReason(
    'stray_sessions',
    'Sessions that would be made in another agent today, by reason (they overlap: do not sum): binding, unlisted_agent, wrong_store. From the last quick scan.',
    'stray',
  ),
  perAgent(
    'undecided_sessions',
    'Sessions of which the stored facts do not tell what the bindings would choose: never counted as stray. From the last quick scan.',
    ({ sessions }, snapshot) =>
      isLookedFor(snapshot, 'stray') ? sessions.filter(({ session }) => session.placement.undecided).length : null,
  ),
  perFinding(
    'collision_sessions',
    'Sessions that share their transcript with another key, or have two. From the last quick scan.',
    'collision',
  ),
  perFinding(
    'stuck_sessions',
    `Sessions whose last run is stored as running and that nothing was stored for in ${inWords(AGE_SECONDS.stuck)}. From the last quick scan.`,
    'stuck',
  ),
  perAgentAnd(
    'ignored_findings',
    'Findings that the config file says to ignore; they are in no other figure. From the last scan.',
    'finding',
    ({ ignored }) => Object.entries(ignored),
  ),
  perAgentAnd(
    'sessions_by_status',
    'Sessions by the status of their last run, where OpenClaw stores one (2026.4.15 and later). From the last quick scan.',
    'status',
    ({ sessions }) =>
      countBy(sessions, ({ session: { status } }) => (status !== null && STATUSES.has(status) ? status : null)),
  ),
  perAgentAnd(
    'active_sessions_by_tokens_source',
    'Active sessions by where their tokens were learned: index (the stored total), transcript (the last usage), none (nobody knows). From the last quick scan.',
    'source',
    ({ sessions }) => countBy(sessions.filter(isActive), ({ session }) => session.tokensSource),
  ),
  perAgentAnd(
    'files',
    "Regular files in the agent's folders by class, from their names; a transcript that no index refers to is an orphan. From the last quick scan.",
    'class',
    ({ files }) => (files?.classes ?? []).map((total) => [total.class, total.files]),
  ),
  perAgentAnd(
    'bytes',
    "Bytes of the regular files in the agent's folders by class, as files counts them. From the last quick scan.",
    'class',
    ({ files }) => (files?.classes ?? []).map((total) => [total.class, total.bytes]),
  ),
  perAgent(
    'database_free_bytes',
    'Bytes of the database in pages that hold nothing (PRAGMA freelist_count): what compacting it would give back. From the last quick scan.',
    ({ database }) => database?.freeBytes ?? null,
  ),
  perAgentAnd(
    'pending_inputs',
    'Messages that were accepted and not taken up by a run, by state: queued, interrupted, cancelled. From session_pending_inputs (SQLite), at the last quick scan.',
    'state',
    ({ database }) => (database?.pendingInputs?.byState ?? []).map(({ state, inputs }) => [state, inputs]),
  ),
  perAgent(
    'oldest_pending_input_timestamp_seconds',
    'When the oldest message that is still queued was accepted; no series while none is. From the last quick scan.',
    ({ database }) => toSeconds(database?.pendingInputs?.oldestQueuedMs ?? null),
  ),
  perAgent(
    'unimported_sessions',
    'Sessions of an old index that the database does not hold, so that OpenClaw 2026.8.1 and later sees none of them. From the last quick scan.',
    ({ layout, unimported }) => (eraOf(layout) === 'sqlite' ? unimported : null),
  ),
  perAgent(
    'stale_since_timestamp_seconds',
    "When the agent's figures were read, while its database is locked so that they cannot be read anew; no series otherwise. From the last quick scan.",
    ({ staleSinceMs }) => toSeconds(staleSinceMs),
  ),
  perAgentAnd(
    'locks',
    `Lock files by their age: stale after ${inWords(AGE_SECONDS.transcriptLock)}, that of the index after ${inWords(AGE_SECONDS.indexLock)} (with --openclaw.same-pid-namespace also when its process is gone), else held. From the last quick scan.`,
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
