import type { AgentSettings } from '../openclaw/agent-settings.ts';
import type { AgentFiles } from './files.ts';
import type { Finding, FindingCounts } from './finding.ts';
import type { Era } from './layout.ts';
import type { PassedOver, UnusedDatabase } from './passed-over.ts';
import type { ReadableStore, UnreadableStore } from './reading.ts';
import type { Session } from './session.ts';

/** Labels by which the series of a session are told from others. */
export interface SeriesLabels {
  /** Its key, or what stands for it. */
  readonly session: string;
  /** Account, or its digest; null: unknown. */
  readonly account: string | null;
  /** null: its key has none that is known as a channel. */
  readonly channel: string | null;
  /** Or their digests; null: unknown. */
  readonly model: string | null;
  readonly provider: string | null;
}

/** A session as it is published. */
export interface SnapshotSession {
  readonly session: Session;
  /** null: it has no series, since it is beyond the session limit or has the labels of another. */
  readonly labels: SeriesLabels | null;
  /** The expected agent of each is a label, too. */
  readonly findings: readonly Finding[];
  /** What the config file says to ignore; in no figure of the session. */
  readonly ignored: readonly Finding[];
}

/** An agent whose store was read; `version` is the config's where the store has none. */
export interface ReadableAgent extends Omit<ReadableStore, 'sessions' | 'shared' | 'transcriptPaths'> {
  readonly sessions: readonly SnapshotSession[];
  /** null: its folders could not be looked at. */
  readonly files: AgentFiles | null;
  readonly settings: AgentSettings;
  /** Findings that the config file says to ignore, by name; they are in no other figure. */
  readonly ignored: FindingCounts;
}

/** Of an agent whose store could not be read nothing else is published. */
export type SnapshotAgent = ReadableAgent | UnreadableStore;

/** The agents whose stores were read: only of these are there figures. */
export function readableAgents({ agents }: Pick<Snapshot, 'agents'>): ReadableAgent[] {
  return agents.filter((agent) => agent.readable);
}

/** A reason that was looked for in the sessions of an era, so that a count of zero means none. */
export interface LookedFor {
  readonly era: Era;
  readonly finding: Finding['finding'];
  /** null where the finding has no reasons. */
  readonly reason: string | null;
  /** Agents in whose sessions it could not be looked for. */
  readonly exceptIn: readonly string[];
}

/** Why there is nothing to read in a state directory. */
export type Unreadable = 'missing' | 'no_folder' | 'denied' | 'empty' | 'unreadable' | 'link_refused';

/** Everything that is published of one scan. Without the time of the scan: equal figures are equal snapshots. */
export interface Snapshot {
  /** Why the state directory could not be read; null when it was. */
  readonly unreadable: Unreadable | null;
  /** Where it is empty, the name of a folder in it that is probably the one that was meant; null: none is known. */
  readonly stateDirBelow: string | null;
  readonly configValid: boolean;
  /** The parts of it that have the wrong shape and count as absent, as paths. */
  readonly configDropped: readonly string[];
  /** OpenClaw's version by its config; null: unknown. */
  readonly version: string | null;
  /** Runs of the migration to SQLite that left a report; null: no migration was ever run here. */
  readonly migrationRuns: number | null;
  /** A generated sample and nobody's state. */
  readonly sample: boolean;
  /** What is in no figure, and an operator should know of. */
  readonly passedOver: readonly PassedOver[];
  readonly unusedDatabases: readonly UnusedDatabase[];
  readonly agents: readonly SnapshotAgent[];
  readonly lookedFor: readonly LookedFor[];
}
