import { type FileSignature, isDiskError, type OpenFile, openFile, sameSignature } from '../../disk/files.ts';
import type { Validation } from '../../model/validation.ts';
import type { IsEnough, UsageSearch } from '../../openclaw/last-usage.ts';
import { LARGEST_TRANSCRIPT_BYTES } from '../../openclaw/transcript-record.ts';
import { lastUsageFromEnd } from './last-usage.ts';
import type { TranscriptSummary } from './transcript-summary.ts';
import { continues, NOTHING_VALIDATED, type ValidationProgress, validateForward } from './transcript-validation.ts';

/** Of one deep scan. What is more waits for the next one: with holes in files, thousands of gigabytes take no room on the disk. */
const MOST_BYTES = 64 * 1024 * 1024 * 1024;

/** What is known of one transcript. */
export interface KnownTranscript {
  readonly path: string;
  /** What it must lie in. */
  readonly root: string;
  readonly signature: FileSignature;
  readonly progress: ValidationProgress;
  /** Of the file as `signature` has it; null when it was not validated to its end. */
  readonly summary: TranscriptSummary | null;
  /** Of the summary, else of the end of the file; null: nobody asked. */
  readonly usage: UsageSearch | null;
}

/** Whether the last usage of a transcript is needed, and when it was looked for enough. */
export interface UsageNeed {
  readonly isNeeded: () => boolean;
  readonly isEnough: IsEnough;
}

/**
 * What was learned of the transcripts in earlier scans, so that each byte is read once. A file that only grew is read
 * on from its last whole line; a shrunken, replaced or rewritten one (another inode, the same size with another time,
 * other bytes in front of where we stood) starts over.
 */
export class KeptTranscripts {
  /** Bytes of transcripts read so far. */
  bytesRead = 0;

  /** Another number whenever anything more is known of any of them. */
  version = 0;

  private readonly known = new Map<string, KnownTranscript>();
  /** Bytes that this quick scan may still validate; null: none, not even of an empty file. */
  private quickBytes: number | null = null;

  startScan(quickBytes: number | null): void {
    this.quickBytes = quickBytes;
  }

  /** Forgets the transcripts that no session has any more. */
  retain(paths: ReadonlySet<string>): void {
    for (const path of this.known.keys()) if (!paths.has(path)) this.known.delete(path);
  }

  /** What is known of a transcript, whether or not it is still so. */
  get(path: string): KnownTranscript | undefined {
    return this.known.get(path);
  }

  /**
   * A transcript that was seen with this signature, and its bytes where they are new: they are validated at once while they
   * are few, else only the end is read, where the last usage is needed. Throws a DiskError.
   */
  look(path: string, root: string, signature: FileSignature, { isNeeded, isEnough }: UsageNeed): KnownTranscript {
    const before = this.known.get(path);
    if (before !== undefined && sameSignature(before.signature, signature)) {
      if (isKnown(before.usage, isEnough) || !isNeeded()) return before;
    }
    using file = openFile(path, root);
    const progress = this.resume(path, file);
    const newBytes = file.signature.size - progress.offset;
    if (this.quickBytes !== null && newBytes <= this.quickBytes) {
      this.quickBytes -= newBytes;
      return finish(this.readOn(path, root, file, progress));
    }
    const usage = isNeeded() ? this.readEnd(file, isEnough) : null;
    return this.keep({ path, root, signature: file.signature, progress, summary: null, usage });
  }

  /** Bytes that were not validated yet. */
  unvalidatedBytes(): number {
    return this.unvalidated().reduce((sum, transcript) => sum + bytesLeft(transcript), 0);
  }

  /**
   * Validates what was not validated to its end, the shortest first: what little there is of the others does not wait for a large
   * one. Each transcript stands by itself.
   */
  *validate(mostBytes = MOST_BYTES): Validation {
    let left = mostBytes;
    for (const transcript of this.unvalidated().toSorted((a, b) => bytesLeft(a) - bytesLeft(b))) {
      const { path, root } = transcript;
      left -= bytesLeft(transcript);
      if (left < 0) return;
      yield { path };
      try {
        using file = openFile(path, root);
        yield* this.readOn(path, root, file, this.resume(path, file));
      } catch (error) {
        // It vanished or was closed to us since the quick scan: the next one opens it, and says so.
        if (isDiskError(error)) this.forget(path);
        else yield { path, error };
      }
      yield;
    }
  }

  private unvalidated(): KnownTranscript[] {
    return [...this.known.values()].filter(
      (transcript) => transcript.summary === null && bytesLeft(transcript) <= LARGEST_TRANSCRIPT_BYTES,
    );
  }

  private forget(path: string): void {
    this.version += 1;
    this.known.delete(path);
  }

  private keep(transcript: KnownTranscript): KnownTranscript {
    this.version += 1;
    this.known.set(transcript.path, transcript);
    return transcript;
  }

  private readEnd({ fd, signature }: OpenFile, isEnough: IsEnough): UsageSearch {
    const { search, bytesRead } = lastUsageFromEnd(fd, signature.size, isEnough);
    this.bytesRead += bytesRead;
    return search;
  }

  private *readOn(
    path: string,
    root: string,
    file: OpenFile,
    from: ValidationProgress,
  ): Generator<undefined, KnownTranscript> {
    const chunks = validateForward(file.fd, file.signature.size, from);
    for (;;) {
      const step = chunks.next();
      if (step.done) {
        const { progress, summary } = step.value;
        const usage: UsageSearch = { lastUsage: summary.lastUsage, ended: 'whole' };
        return this.keep({ path, root, signature: file.signature, progress, summary, usage });
      }
      this.bytesRead += step.value;
      yield;
    }
  }

  private resume(path: string, file: OpenFile): ValidationProgress {
    const before = this.known.get(path);
    if (before === undefined) return NOTHING_VALIDATED;
    const grew = file.signature.inode === before.signature.inode && file.signature.size > before.signature.size;
    const continued = grew || sameSignature(before.signature, file.signature);
    return continued && continues(file.fd, before.progress) ? before.progress : NOTHING_VALIDATED;
  }
}

function bytesLeft({ signature, progress }: KnownTranscript): number {
  return signature.size - progress.offset;
}

/** A search that ended because it was enough for one stored total may be too little for another. */
function isKnown(usage: UsageSearch | null, isEnough: IsEnough): boolean {
  if (usage === null) return false;
  return usage.ended !== 'enough' || isEnough(usage.lastUsage);
}

function finish<T>(steps: Generator<unknown, T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}
