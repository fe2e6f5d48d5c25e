import type { AgentStore } from '../../discover/agent-stores.ts';
import { Kept } from '../../disk/kept.ts';
import type { Problem } from '../../model/problem.ts';
import type { ReadableStore } from '../../model/reading.ts';
import type { NeedsLastUsage } from '../../model/session.ts';
import type { IndexResult } from './index-file.ts';
import { KeptTranscripts } from './kept-transcripts.ts';
import type { ReadSession } from './session.ts';
import type { TranscriptFolders } from './transcript-path.ts';

/** What a store was read from. While it is the same, nothing that was read can be another way. */
export interface Basis {
  readonly store: AgentStore;
  readonly index: IndexResult;
  readonly folders: TranscriptFolders;
  readonly needsLastUsage: NeedsLastUsage;
  /** Of the folders, and of what is known of transcripts. */
  readonly versions: readonly number[];
}

/** The last reading of an agent's store. */
export interface KnownReading {
  readonly basis: Basis;
  /** Every transcript lies in one of the folders, and could be looked at: their versions tell of every change. */
  readonly isTold: boolean;
  /** By key, archived ones too. */
  readonly sessions: ReadonlyMap<string, ReadSession>;
  readonly reading: ReadableStore;
}

/** What an index still holds beside a database. */
export interface LeftInIndex {
  readonly keys: readonly string[];
  readonly transcriptPaths: readonly string[];
  /** Why it is not known what it holds; null: it is. */
  readonly problem: Problem | null;
}

/** What is known of stores of the file era between scans. */
export class KeptFiles {
  readonly transcripts = new KeptTranscripts();
  /** By path. */
  readonly indexes = new Kept<IndexResult>();
  /** By agent, as all below. */
  readonly readings = new Kept<KnownReading>();
  readonly folders = new Kept<TranscriptFolders>();
  readonly left = new Kept<{
    readonly basis: Pick<Basis, 'store' | 'index' | 'folders'>;
    readonly left: LeftInIndex;
  }>();

  startScan(quickBytes: number | null): void {
    this.transcripts.startScan(quickBytes);
    for (const kept of [this.indexes, this.readings, this.folders, this.left]) kept.startScan();
  }

  /** Forgets what this scan did not use. `transcripts`: the paths of all that sessions have. */
  endScan(transcripts: ReadonlySet<string>): void {
    this.transcripts.retain(transcripts);
    for (const kept of [this.indexes, this.readings, this.folders, this.left]) kept.endScan();
  }
}
