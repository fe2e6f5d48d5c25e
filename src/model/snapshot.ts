import type { AgentSettings } from '../openclaw/limits.ts';
import type { AgentFiles } from './files.ts';
import type { DatabaseFigures, Era, Finding, Layout, Problem, Session } from './session.ts';

/** A session as it is published. */
export interface SnapshotSession {
  readonly session: Session;
  /** What stands in the label `session`. */
  readonly label: string;
  /** Account, or its digest; empty when unknown. */
  readonly account: string;
  readonly channel: string;
  readonly findings: readonly Finding[];
  /** false: beyond the session limit, or of equal labels as another. */
  readonly hasSeries: boolean;
}

export interface SnapshotAgent {
  readonly agent: string;
  readonly layout: Layout;
  readonly schema: number;
  /** OpenClaw's version, empty when unknown. */
  readonly version: string;
  readonly readable: boolean;
  readonly problems: readonly Problem[];
  readonly archived: number;
  readonly lastWriteMs: number | null;
  /** As in `StoreReading`. */
  readonly database: DatabaseFigures | null;
  readonly unimported: number;
  readonly staleSinceMs: number | null;
  /** null: its folders could not be looked at. */
  readonly files: AgentFiles | null;
  /** null: the store could not be read. */
  readonly settings: AgentSettings | null;
  readonly sessions: readonly SnapshotSession[];
  /** Findings that the config file says to ignore, by name; they are in no other figure. */
  readonly ignored: Readonly<Partial<Record<Finding['finding'], number>>>;
}

/** A reason that was looked for in every session of an era, so that a count of zero means none. */
export interface LookedFor {
  readonly era: Era;
  readonly finding: Finding['finding'];
  readonly reason: string;
}

/** Everything that is published of one scan. Without the time of the scan: equal figures are equal snapshots. */
export interface Snapshot {
  /** Why the state directory could not be read; null when it was. */
  readonly unreadable: string | null;
  readonly configValid: boolean;
  /** OpenClaw's version by its config, empty when unknown. */
  readonly version: string;
  /** Runs of the migration to SQLite that left a report; null: no migration was ever run here. */
  readonly migrationRuns: number | null;
  /** A generated sample and nobody's state. */
  readonly sample: boolean;
  readonly agents: readonly SnapshotAgent[];
  readonly lookedFor: readonly LookedFor[];
}
