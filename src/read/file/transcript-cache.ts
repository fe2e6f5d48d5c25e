import { type FileSignature, type OpenFile, openFile, sameSignature, signatureOf } from '../../disk/files.ts';
import type { TranscriptFacts, Usage } from '../../model/transcript.ts';
import { continues, NOTHING_READ, type Progress, readForward } from './transcript-reader.ts';
import { readTail } from './transcript-tail.ts';

/** What is known of one transcript. */
export interface KnownTranscript {
  readonly signature: FileSignature;
  /** What it must lie in. */
  readonly root: string;
  readonly progress: Progress;
  /** Of the file as `signature` has it; null when it was not validated to its end. */
  readonly facts: TranscriptFacts | null;
  /** From the facts, else from the end of the file. */
  readonly usage: Usage;
}

/** Bytes that one quick scan validates at most; what is more waits for the deep scan. */
const QUICK_BYTES = 16 * 1024 * 1024;

/**
 * What was learned of the transcripts in earlier scans, so that each byte is read once. A file that only grew is read
 * on from its last whole line; a shrunken, replaced or rewritten one (another inode, the same size with another time,
 * other bytes in front of where we stood) starts over.
 */
export class TranscriptCache {
  /** Bytes of transcripts read so far. */
  bytesRead = 0;

  private readonly known = new Map<string, KnownTranscript>();
  private seen = new Set<string>();
  private quickBytes = 0;
  private deepEnded = false;
  /** Real paths of folders, as this scan found them. */
  private readonly folders = new Map<string, string>();

  startQuickScan(): void {
    this.seen = new Set();
    this.folders.clear();
    this.quickBytes = QUICK_BYTES;
  }

  /** Forgets the transcripts that no session used in this scan. */
  endQuickScan(): void {
    for (const path of this.known.keys()) if (!this.seen.has(path)) this.known.delete(path);
  }

  endDeepScan(): void {
    this.deepEnded = true;
  }

  /**
   * A transcript by `stat`, and by its bytes where they are new: those of a store that was deep-scanned before are
   * validated at once while they are few, else only the end is read. `total` is the stored count of
   * tokens, see `readTail`. Throws a DiskError.
   */
  look(path: string, root: string, total: number | null): KnownTranscript {
    const signature = signatureOf(path, root, this.folders);
    this.seen.add(path);
    const before = this.known.get(path);
    if (before !== undefined && sameSignature(before.signature, signature)) return before;
    using file = openFile(path, root);
    const progress = this.resume(path, file);
    const newBytes = file.signature.size - progress.offset;
    if (this.deepEnded && newBytes <= this.quickBytes) {
      this.quickBytes -= newBytes;
      return finish(this.readOn(path, root, file, progress));
    }
    const tail = readTail(file.fd, file.signature.size, total);
    this.bytesRead += tail.bytesRead;
    return this.keep(path, { signature: file.signature, root, progress, facts: null, usage: tail.usage });
  }

  /** The transcripts of the last quick scan that were not validated to their end. */
  unvalidated(): { path: string; root: string }[] {
    return [...this.known].filter(([, { facts }]) => facts === null).map(([path, { root }]) => ({ path, root }));
  }

  /** Validates what is new in a transcript; yields after each chunk, so that the caller can pause. Throws a DiskError. */
  *validate(path: string, root: string): Generator<number, KnownTranscript> {
    using file = openFile(path, root);
    return yield* this.readOn(path, root, file, this.resume(path, file));
  }

  private *readOn(path: string, root: string, file: OpenFile, from: Progress): Generator<number, KnownTranscript> {
    const chunks = readForward(file.fd, file.signature.size, from);
    for (;;) {
      const step = chunks.next();
      if (step.done) {
        const { progress, facts } = step.value;
        return this.keep(path, { signature: file.signature, root, progress, facts, usage: facts.usage });
      }
      this.bytesRead += step.value;
      yield step.value;
    }
  }

  private resume(path: string, file: OpenFile): Progress {
    const before = this.known.get(path);
    if (before === undefined) return NOTHING_READ;
    const grew = file.signature.inode === before.signature.inode && file.signature.size > before.signature.size;
    const continued = grew || sameSignature(before.signature, file.signature);
    return continued && continues(file.fd, before.progress) ? before.progress : NOTHING_READ;
  }

  private keep(path: string, known: KnownTranscript): KnownTranscript {
    this.known.set(path, known);
    return known;
  }
}

function finish<T>(steps: Generator<unknown, T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}
