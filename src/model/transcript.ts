/** The context in use, as the records of a transcript tell it. Tokens. */
export interface Usage {
  /** Of the last assistant message after the newest compaction or reset. */
  readonly after: number | null;
  /** Of the last assistant message before it. */
  readonly before: number | null;
  /** Whether there is a compaction or a reset at all. */
  readonly compacted: boolean;
}

export const NO_USAGE: Usage = { after: null, before: null, compacted: false };

/** What a whole transcript says; messages and compactions are counts of records. */
export interface TranscriptFacts {
  /** The first record that parses, when it is a header; `startedMs` is null when its time is none. */
  readonly header: { readonly id: string; readonly startedMs: number | null } | null;
  readonly records: number;
  readonly messages: number;
  readonly compactions: number;
  /** Whole lines that do not parse. */
  readonly badLines: number;
  /** Lines larger than the largest record that is judged. */
  readonly oversizedRecords: number;
  /** The file ends in bytes without a newline that do not parse. */
  readonly unfinished: boolean;
  readonly usage: Usage;
}

export const NO_FACTS: TranscriptFacts = {
  header: null,
  records: 0,
  messages: 0,
  compactions: 0,
  badLines: 0,
  oversizedRecords: 0,
  unfinished: false,
  usage: NO_USAGE,
};
