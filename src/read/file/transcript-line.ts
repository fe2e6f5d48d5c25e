import { parseRecord } from '../../openclaw/record.ts';
import { type Line, LineScan } from './transcript-line-scan.ts';

/** A longer line is scanned, never parsed: JSON.parse takes up to 40 times the bytes of the text (Node 24.21). */
export const LONG_LINE_BYTES = 1024 * 1024;

const MARK = Buffer.from('\ufeff');

/** A line that lies in memory; `isFirst`: of the file. Invalid UTF-8 becomes U+FFFD, as for OpenClaw. */
export function readLine(bytes: Buffer, isFirst: boolean): Line {
  const text = withoutMark(bytes, isFirst).toString('utf8');
  if (text.trim() === '') return 'blank';
  return parseRecord(text) ?? 'bad';
}

/** A line of which the end was not read yet. */
export class PendingLine {
  private pieces: Buffer[] = [];
  private bytes = 0;
  private scan: LineScan | null = null;
  private readonly isFirst: boolean;
  private readonly longLineBytes: number;

  constructor(isFirst: boolean, longLineBytes: number) {
    this.isFirst = isFirst;
    this.longLineBytes = longLineBytes;
  }

  /** Takes a copy. */
  add(piece: Buffer): this {
    if (this.scan !== null) {
      this.scan.add(piece);
      return this;
    }
    this.pieces.push(Buffer.from(piece));
    this.bytes += piece.length;
    if (this.bytes <= Math.max(this.longLineBytes, MARK.length)) return this;
    this.scan = new LineScan();
    this.scan.add(withoutMark(Buffer.concat(this.pieces), this.isFirst));
    this.pieces = [];
    return this;
  }

  end(): Line {
    return this.scan?.end() ?? readLine(Buffer.concat(this.pieces), this.isFirst);
  }
}

/** Without a byte order mark in front. */
function withoutMark(bytes: Buffer, isFirst: boolean): Buffer {
  return isFirst && bytes.subarray(0, MARK.length).equals(MARK) ? bytes.subarray(MARK.length) : bytes;
}
