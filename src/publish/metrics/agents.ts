import type { ClassTotal } from '../../model/files.ts';
import { type Era, eraOf, type Finding, PROBLEMS, type Problem } from '../../model/session.ts';
import type { Snapshot, SnapshotAgent, SnapshotSession } from '../../model/snapshot.ts';
import { AGE_SECONDS, inWords } from '../../thresholds.ts';
import { type Family, PREFIX, type Sample, toSeconds } from './family.ts';

/** Statuses of a run that OpenClaw knows; another text would be a label of somebody's making. */
const STATUSES = new Set(['running', 'done', 'failed', 'killed', 'timeout']);

/** What the store of an era can have, so that a zero is shown where there is none. */
const POSSIBLE: Readonly<Record<Era, readonly Problem[]>> = {
  file: PROBLEMS.filter((problem) => problem === 'permission_denied' || problem.startsWith('index_')),
  sqlite: PROBLEMS.filter((problem) => !problem.startsWith('index_')),
};

/** One series or more for each agent. An agent that could not be read has `readable`, `info` and `problem` only. */
export const AGENT_FAMILIES: readonly Family<Snapshot>[] = [
  {
    name: `${PREFIX}readable`,
    type: 'gauge',
    labels: ['agent'],
    help: "Whether the agent's session store could be read (0: no other figure of it is shown but info and problem). From the last quick scan.",
    scan: 'quick',
    *samples({ agents }) {
      for (const { agent, readable } of agents) yield { labels: { agent }, value: Number(readable) };
    },
  },
  {
    name: `${PREFIX}info`,
    type: 'gauge',
    labels: ['agent', 'layout', 'schema', 'version'],
    help: "The agent's store: layout file, sqlite, migrating (both hold sessions, those of SQLite count) or empty; schema is PRAGMA user_version, 0 for files; version is OpenClaw's, from the database, else from its config, empty when unknown.",
    scan: 'quick',
    *samples({ agents }) {
      for (const { agent, layout, schema, version } of agents) {
        yield { labels: { agent, layout, schema: String(schema), version }, value: 1 };
      }
    },
  },
  {
    name: `${PREFIX}problem`,
    type: 'gauge',
    labels: ['agent', 'reason'],
    help: 'Whether the whole store has this problem. From the last quick scan.',
    scan: 'quick',
    *samples({ agents }) {
      for (const { agent, layout, problems, readable } of agents) {
        // Of a store that was not read nobody knows what else it has.
        const possible = readable ? POSSIBLE[eraOf(layout)] : problems;
        for (const reason of possible) yield { labels: { agent, reason }, value: Number(problems.includes(reason)) };
      }
    },
  },
  {
    name: `${PREFIX}last_write_timestamp_seconds`,
    type: 'gauge',
    labels: ['agent'],
    help: 'The newest write to index or transcripts, by the times of the files; in SQLite the newest time stored for a session. From the last quick scan.',
    scan: 'quick',
    samples: perAgent(({ lastWriteMs }) => (lastWriteMs === null ? null : toSeconds(lastWriteMs))),
  },
  {
    name: `${PREFIX}sessions`,
    type: 'gauge',
    labels: ['agent', 'kind'],
    help: 'Sessions in the store by kind, archived ones left out. From the last quick scan.',
    scan: 'quick',
    samples: perValue('kind', ({ session }) => session.kind),
  },
  {
    name: `${PREFIX}active_sessions`,
    type: 'gauge',
    labels: ['agent', 'kind'],
    help: `Sessions whose last activity is less than ${inWords(AGE_SECONDS.active)} ago, by kind. From the last quick scan.`,
    scan: 'quick',
    samples: perKind(({ session }) => session.active),
  },
  {
    name: `${PREFIX}archived_sessions`,
    type: 'gauge',
    labels: ['agent'],
    help: 'Archived sessions; they take part in no other figure. From the last quick scan.',
    scan: 'quick',
    samples: perAgent(({ archived }) => archived),
  },
  {
    name: `${PREFIX}sessions_without_series`,
    type: 'gauge',
    labels: ['agent'],
    help: 'Sessions without series of their own: beyond --session.limit, or with the labels of another one. From the last quick scan.',
    scan: 'quick',
    samples: perAgent(({ sessions }) => sessions.filter(({ hasSeries }) => !hasSeries).length),
  },
  perReason(
    'corrupted_sessions',
    'corrupted',
    'Corrupted sessions by reason; a session is counted once for every reason that it has. Reasons that need a deep scan are shown from the first one on.',
  ),
  perReason(
    'duplicate_sessions',
    'duplicate',
    'Sessions of a conversation that has another one: in another agent (cross_agent), or under another key of the same agent (alias). From the last quick scan.',
  ),
  perReason(
    'stray_sessions',
    'stray',
    'Sessions that would be made in another agent today, by reason (they overlap: do not sum): binding, unlisted_agent, wrong_store. From the last quick scan.',
  ),
  {
    name: `${PREFIX}undecided_sessions`,
    type: 'gauge',
    labels: ['agent'],
    help: 'Sessions of which the stored facts do not tell what the bindings would choose: never counted as stray. From the last quick scan.',
    scan: 'quick',
    *samples({ agents, lookedFor }) {
      if (!lookedFor.some(({ finding }) => finding === 'stray')) return;
      for (const { agent, sessions } of agents.filter(({ readable }) => readable)) {
        yield { labels: { agent }, value: sessions.filter(({ session }) => session.placement.undecided).length };
      }
    },
  },
  perFinding(
    'collision_sessions',
    'collision',
    'Sessions that share their transcript with another key, or have two. From the last quick scan.',
  ),
  perFinding(
    'stuck_sessions',
    'stuck',
    `Sessions whose last run is stored as running and that nothing was stored for in ${inWords(AGE_SECONDS.stuck)}. From the last quick scan.`,
  ),
  {
    name: `${PREFIX}ignored_findings`,
    type: 'gauge',
    labels: ['agent', 'finding'],
    help: 'Findings that the config file says to ignore; they are in no other figure. From the last scan.',
    scan: 'quick',
    *samples({ agents }) {
      for (const { agent, ignored } of agents) {
        for (const [finding, value] of Object.entries(ignored)) yield { labels: { agent, finding }, value };
      }
    },
  },
  {
    name: `${PREFIX}sessions_by_status`,
    type: 'gauge',
    labels: ['agent', 'status'],
    help: 'Sessions by the status of their last run, where OpenClaw stores one (2026.4.15 and later). From the last quick scan.',
    scan: 'quick',
    samples: perValue('status', ({ session }) =>
      session.status !== null && STATUSES.has(session.status) ? session.status : null,
    ),
  },
  {
    name: `${PREFIX}active_sessions_by_tokens_source`,
    type: 'gauge',
    labels: ['agent', 'source'],
    help: 'Active sessions by where their tokens were learned: index (the stored total), transcript (the last usage), none (nobody knows). From the last quick scan.',
    scan: 'quick',
    samples: perValue('source', ({ session }) => (session.active ? session.tokensSource : null)),
  },
  {
    name: `${PREFIX}files`,
    type: 'gauge',
    labels: ['agent', 'class'],
    help: "Regular files in the agent's folders by class, from their names; a transcript that no index refers to is an orphan. From the last quick scan.",
    scan: 'quick',
    samples: perClass(({ files }) => files),
  },
  {
    name: `${PREFIX}bytes`,
    type: 'gauge',
    labels: ['agent', 'class'],
    help: "Bytes of the regular files in the agent's folders by class, as files counts them. From the last quick scan.",
    scan: 'quick',
    samples: perClass(({ bytes }) => bytes),
  },
  {
    name: `${PREFIX}database_free_bytes`,
    type: 'gauge',
    labels: ['agent'],
    help: 'Bytes of the database in pages that hold nothing (PRAGMA freelist_count): what compacting it would give back. From the last quick scan.',
    scan: 'quick',
    samples: perAgent(({ database }) => database?.freeBytes ?? null),
  },
  {
    name: `${PREFIX}pending_inputs`,
    type: 'gauge',
    labels: ['agent', 'state'],
    help: 'Messages that were accepted and not taken up by a run, by state: queued, interrupted, cancelled. From session_pending_inputs (SQLite), at the last quick scan.',
    scan: 'quick',
    *samples({ agents }) {
      for (const { agent, database } of agents) {
        for (const { state, inputs } of database?.pendingInputs?.byState ?? [])
          yield { labels: { agent, state }, value: inputs };
      }
    },
  },
  {
    name: `${PREFIX}oldest_pending_input_timestamp_seconds`,
    type: 'gauge',
    labels: ['agent'],
    help: 'When the oldest message that is still queued was accepted; no series while none is. From the last quick scan.',
    scan: 'quick',
    samples: perAgent(({ database }) => {
      const ms = database?.pendingInputs?.oldestQueuedMs ?? null;
      return ms === null ? null : toSeconds(ms);
    }),
  },
  {
    name: `${PREFIX}unimported_sessions`,
    type: 'gauge',
    labels: ['agent'],
    help: 'Sessions of an old index that the database does not hold, so that OpenClaw 2026.8.1 and later sees none of them. From the last quick scan.',
    scan: 'quick',
    samples: perAgent(({ layout, unimported }) => (eraOf(layout) === 'sqlite' ? unimported : null)),
  },
  {
    name: `${PREFIX}stale_since_timestamp_seconds`,
    type: 'gauge',
    labels: ['agent'],
    help: "When the agent's figures were read, while its database is locked so that they cannot be read anew; no series otherwise. From the last quick scan.",
    scan: 'quick',
    samples: perAgent(({ staleSinceMs }) => (staleSinceMs === null ? null : toSeconds(staleSinceMs))),
  },
  {
    name: `${PREFIX}locks`,
    type: 'gauge',
    labels: ['agent', 'state'],
    help: `Lock files by their age: stale after ${inWords(AGE_SECONDS.transcriptLock)}, that of the index after ${inWords(AGE_SECONDS.indexLock)} (with --openclaw.same-pid-namespace also when its process is gone), else held. From the last quick scan.`,
    scan: 'quick',
    *samples({ agents }) {
      for (const { agent, files } of agents) {
        for (const state of ['held', 'stale'] as const) {
          const value = files?.locks[state] ?? 0;
          if (value > 0) yield { labels: { agent, state }, value };
        }
      }
    },
  },
];

/** Sessions with a finding, for each reason that was looked for. */
function perReason(name: string, finding: Finding['finding'], help: string): Family<Snapshot> {
  return {
    name: PREFIX + name,
    type: 'gauge',
    labels: ['agent', 'reason'],
    help,
    scan: 'quick',
    *samples({ agents, lookedFor }) {
      const reasons = lookedFor.filter((each) => each.finding === finding);
      for (const { agent, layout, sessions } of agents.filter(({ readable }) => readable)) {
        for (const { reason } of reasons.filter(({ era }) => era === eraOf(layout))) {
          const has = ({ findings }: SnapshotSession) =>
            findings.some((each) => each.finding === finding && each.reason === reason);
          yield { labels: { agent, reason }, value: sessions.filter(has).length };
        }
      }
    },
  };
}

/** Sessions with a finding that has no reasons, where it was looked for. */
function perFinding(name: string, finding: Finding['finding'], help: string): Family<Snapshot> {
  return {
    name: PREFIX + name,
    type: 'gauge',
    labels: ['agent'],
    help,
    scan: 'quick',
    *samples({ agents, lookedFor }) {
      if (!lookedFor.some((each) => each.finding === finding)) return;
      const has = ({ findings }: SnapshotSession) => findings.some((each) => each.finding === finding);
      for (const { agent, sessions } of agents.filter(({ readable }) => readable)) {
        yield { labels: { agent }, value: sessions.filter(has).length };
      }
    },
  };
}

function perClass(value: (total: ClassTotal) => number) {
  return function* samples({ agents }: Snapshot): Generator<Sample> {
    for (const { agent, files } of agents) {
      for (const total of files?.classes ?? []) yield { labels: { agent, class: total.class }, value: value(total) };
    }
  };
}

function perAgent(value: (agent: SnapshotAgent) => number | null) {
  return function* samples({ agents }: Snapshot): Generator<Sample> {
    for (const agent of agents) {
      const known = agent.readable ? value(agent) : null;
      if (known !== null) yield { labels: { agent: agent.agent }, value: known };
    }
  };
}

/** Counts by what a session has; null leaves it out, and what no session has has no series. */
function perValue(label: string, toValue: (session: SnapshotSession) => string | null) {
  return function* samples({ agents }: Snapshot): Generator<Sample> {
    for (const { agent, readable, sessions } of agents) {
      if (!readable) continue;
      const counts = new Map<string, number>();
      for (const session of sessions) {
        const value = toValue(session);
        if (value !== null) counts.set(value, (counts.get(value) ?? 0) + 1);
      }
      for (const [value, count] of counts) yield { labels: { agent, [label]: value }, value: count };
    }
  };
}

/** Counts by kind; a kind without sessions has no series. */
function perKind(counts: (session: SnapshotSession) => boolean) {
  return function* samples({ agents }: Snapshot): Generator<Sample> {
    for (const { agent, readable, sessions } of agents) {
      if (!readable) continue;
      const byKind = new Map<string, number>();
      for (const session of sessions) {
        const { kind } = session.session;
        byKind.set(kind, (byKind.get(kind) ?? 0) + Number(counts(session)));
      }
      for (const [kind, value] of byKind) yield { labels: { agent, kind }, value };
    }
  };
}
