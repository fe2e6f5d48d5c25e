import type { LastUsage } from '../openclaw/last-usage.ts';

/** A transcript that is there. */
export interface FoundTranscript {
  readonly state: 'there';
  /** Of its file; null: it lies in a database. */
  readonly path: string | null;
  /** Of the file; in a database the logical bytes of its events; null: not known. */
  readonly bytes: number | null;
  /** Milliseconds since the epoch; null: a database does not always say. */
  readonly writtenMs: number | null;
  /** null: nobody looked for it, or not far enough. */
  readonly lastUsage: LastUsage | null;
  /** Records of these types; null: not known yet. */
  readonly messages: number | null;
  readonly compactions: number | null;
  /** Whole lines, or events, that do not parse; null: not validated yet. */
  readonly badRecords: number | null;
  /** Lines, or events, that are too large to be judged (`LARGEST_RECORD_BYTES`); null: not validated yet. */
  readonly oversizedRecords: number | null;
}

/** The transcript of a session. `unnamed`: nothing says where it would be; `denied`, `unreadable`: it could not be looked at. */
export type Transcript = FoundTranscript | { readonly state: 'missing' | 'unnamed' | 'denied' | 'unreadable' };

/** The transcript where it is there, else null. */
export function foundTranscript({ transcript }: { readonly transcript: Transcript }): FoundTranscript | null {
  return transcript.state === 'there' ? transcript : null;
}
