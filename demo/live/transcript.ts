import type { NamedSession } from '../named-session.ts';
import { type Body, compaction, recordOf, transcriptRecords, turn } from '../transcripts.ts';

/** Characters of a question and of an answer. */
const TEXT_LENGTH = 400;

/** The end of a transcript that goes on. */
export class LiveTranscript {
  private readonly id: string;
  private at: number;
  private parentId: string | null;

  /** Behind the records that the session has already. */
  constructor(session: NamedSession) {
    const last = transcriptRecords(session, 3).at(-1);
    this.id = session.id;
    this.at = transcriptRecords(session, 3).length;
    this.parentId = last !== undefined && 'id' in last ? String(last.id) : null;
  }

  /** A question and its answer, after which the context holds so many tokens. */
  turn(model: string, tokens: number, ms: number): object[] {
    return turn(this.at, model, tokens, TEXT_LENGTH).map((body) => this.next(body, ms));
  }

  /** A summary, and the first turn after it. */
  compaction(model: string, before: number, tokens: number, ms: number): object[] {
    return [this.next(compaction(before), ms), ...this.turn(model, tokens, ms)];
  }

  private next(body: Body, ms: number): object {
    const record = recordOf(this.id, this.at, body, { ms, parentId: this.parentId });
    this.at += 1;
    this.parentId = record.id;
    return record;
  }
}
