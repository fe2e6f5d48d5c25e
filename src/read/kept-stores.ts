import type { Moment } from '../clock.ts';
import type { KnownFiles } from '../discover/agent-files.ts';
import { KeptConfig } from '../discover/config-file.ts';
import type { DatabaseHead } from '../discover/database-head.ts';
import type { RegistryFile } from '../discover/registry.ts';
import { Kept } from '../disk/kept.ts';
import { Looks } from '../disk/looks.ts';
import type { StoreReading } from '../model/reading.ts';
import type { Validation } from '../model/validation.ts';
import { KeptFiles } from './file/kept-files.ts';
import { KeptDatabases } from './sqlite/kept-databases.ts';

/** Bytes of transcripts, and of events, that one quick scan validates at most; what is more waits for the deep scan. */
const QUICK_BYTES = 16 * 1024 * 1024;

/** All that is known of the stores between scans. */
export class KeptStores {
  readonly looks = new Looks();
  readonly config = new KeptConfig();
  readonly registry = new Kept<RegistryFile>();
  /** Whose databases are, where their names do not say. */
  readonly heads = new Kept<DatabaseHead>();
  /** By agent: what lies in its folders. */
  readonly agentFiles = new Kept<KnownFiles>();
  readonly files = new KeptFiles();
  readonly databases = new KeptDatabases();
  /** By agent: the last reading, and all that it was made from. */
  readonly readings = new Kept<{ readonly from: readonly unknown[]; readonly reading: StoreReading }>();
  /** Whether everything was validated once: from then on a quick scan validates what is new while it is little. */
  validatedOnce = false;

  /** Of a quick scan. */
  startScan(): void {
    const quickBytes = this.validatedOnce ? QUICK_BYTES : null;
    for (const kept of [this.looks, this.registry, this.heads, this.readings, this.agentFiles]) kept.startScan();
    this.files.startScan(quickBytes);
    this.databases.startScan(quickBytes);
  }

  /** Forgets what this scan did not use. `transcripts`: the paths of all that sessions have. */
  endScan(transcripts: ReadonlySet<string>): void {
    for (const kept of [this.looks, this.registry, this.heads, this.readings, this.agentFiles]) kept.endScan();
    this.databases.endScan();
    this.files.endScan(transcripts);
  }

  /** Bytes that the next validation has to read, as far as it is known now. */
  unvalidatedBytes(): number {
    return this.files.transcripts.unvalidatedBytes() + this.databases.unvalidatedBytes();
  }

  /** Bytes that were read of transcripts and parsed of events so far. */
  validatedBytes(): number {
    return this.files.transcripts.bytesRead + this.databases.counts.eventBytes;
  }

  /** Validates all that was not validated before. */
  *validate(now: Moment): Validation {
    yield* this.files.transcripts.validate();
    yield* this.databases.validate(now);
    this.validatedOnce = true;
  }
}
