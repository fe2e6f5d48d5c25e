import type { DatabaseHead } from '../discover/database-head.ts';
import type { RegistryFile } from '../discover/registry.ts';
import { Kept } from '../disk/kept.ts';
import type { IndexResult } from './file/index-file.ts';
import { KeptTranscripts } from './file/kept-transcripts.ts';
import { KeptDatabases } from './sqlite/kept-databases.ts';

/** Bytes of transcripts, and of events, that one quick scan validates at most; what is more waits for the deep scan. */
const QUICK_BYTES = 16 * 1024 * 1024;

/** All that is known of the stores between scans. */
export class KeptStores {
  readonly registry = new Kept<RegistryFile>();
  /** Whose databases are, where their names do not say. */
  readonly heads = new Kept<DatabaseHead>();
  readonly indexes = new Kept<IndexResult>();
  readonly transcripts = new KeptTranscripts();
  readonly databases = new KeptDatabases();
  /** Whether everything was validated once: from then on a quick scan validates what is new while it is little. */
  validatedOnce = false;

  /** Of a quick scan. */
  startScan(): void {
    const quickBytes = this.validatedOnce ? QUICK_BYTES : null;
    this.registry.startScan();
    this.heads.startScan();
    this.indexes.startScan();
    this.transcripts.startScan(quickBytes);
    this.databases.startScan(quickBytes);
  }

  /** Forgets what this scan did not use. */
  endScan(): void {
    for (const kept of [this.registry, this.heads, this.indexes, this.transcripts, this.databases]) kept.endScan();
  }

  /** Validates all that was not validated before; yields between slices, so that the caller can pause. `now`: since the epoch. */
  *validate(now: number): Generator<void> {
    yield* this.transcripts.validate();
    yield* this.databases.validate(now);
    this.validatedOnce = true;
  }
}
