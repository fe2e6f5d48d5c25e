import { LARGEST_RECORD_BYTES, parseRecord, type ReadRecord } from '../../openclaw/transcript-record.ts';

/** What one line is. A `bad` one is not blank. */
export type Line = ReadRecord | 'blank';

const BYTE_ORDER_MARK = Buffer.from('\ufeff');

/** A line that is in memory; `isFirst`: of the file. Invalid UTF-8 becomes U+FFFD, as for OpenClaw. */
export function readLine(bytes: Buffer, isFirst: boolean, largestBytes = LARGEST_RECORD_BYTES): Line {
  if (bytes.length > largestBytes) return 'oversized';
  const hasMark = isFirst && bytes.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK);
  const text = bytes.toString('utf8', hasMark ? BYTE_ORDER_MARK.length : 0);
  if (text.trim() === '') return 'blank';
  return parseRecord(text) ?? 'bad';
}

/** A line that spans chunks. Its bytes are held until they are more than a record may have; then they are only counted. */
export class PendingLine {
  private pieces: Buffer[] = [];
  private bytes = 0;
  private readonly isFirst: boolean;
  private readonly largestBytes: number;

  constructor(isFirst: boolean, largestBytes: number) {
    this.isFirst = isFirst;
    this.largestBytes = largestBytes;
  }

  /** Takes a copy. */
  add(piece: Buffer): this {
    this.bytes += piece.length;
    if (this.bytes > this.largestBytes) this.pieces = [];
    else this.pieces.push(Buffer.from(piece));
    return this;
  }

  end(): Line {
    if (this.bytes > this.largestBytes) return 'oversized';
    return readLine(Buffer.concat(this.pieces), this.isFirst, this.largestBytes);
  }
}
