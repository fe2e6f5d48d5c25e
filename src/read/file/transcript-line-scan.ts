import { StringDecoder } from 'node:string_decoder';
import { JsonError, JsonWalk, skipSpace, type Watcher } from '../../disk/json-scan.ts';
import { LONGEST_TEXT, RECORD_FIELDS, recordOf, type TranscriptRecord } from '../../openclaw/record.ts';
import { WantedFields } from './transcript-line-fields.ts';

/** What one line is: `bad` is not blank and does not parse. */
export type Line = TranscriptRecord | 'blank' | 'bad';

/** Longer tokens are cut. A UTF-16 unit takes 6 bytes at most: so LONGEST_TEXT of them are there. */
const LONGEST_TOKEN_BYTES = 64 * 1024;
const NEWLINE = Buffer.from('\n');
const QUOTE = 0x22;
/** More than any wanted name takes, with each of its characters an escape. */
const LONGEST_NAME_BYTES = 100;

/**
 * One line that does not stand in memory as a whole, judged as `parseRecord` would judge it. Held are the token that
 * was met last and a bit for each open bracket. Where that token is long, its middle is dropped: a string is as valid
 * without it, and a number with a digit for each row of them. Of a string that is wanted the first LONGEST_TEXT
 * characters count then; such a number counts as absent.
 */
export class LineScan implements Watcher {
  private readonly window: Buffer;
  private filled = 0;
  private readonly longestToken: number;
  private readonly walk = new JsonWalk(this);
  private readonly found = new WantedFields(RECORD_FIELDS);
  /** `ended`: behind the value, where only blanks may follow. */
  private state: 'within' | 'ended' | 'bad' = 'within';
  /** What counts of the token at the beginning of the window when its middle was dropped. */
  private cut: { readonly value: string | null } | null = null;
  /** Until it is no longer blank as String.trim has it, which drops more than the blanks of JSON. */
  private decoder: StringDecoder | null = new StringDecoder('utf8');

  constructor(longestToken = LONGEST_TOKEN_BYTES) {
    this.longestToken = longestToken;
    // With the byte 0 that ends the text for the walk.
    this.window = Buffer.alloc(2 * longestToken + 1);
  }

  /** More of the line. */
  add(bytes: Uint8Array): void {
    let taken = 0;
    while (taken < bytes.length && (this.state !== 'bad' || this.decoder !== null)) {
      const part = bytes.subarray(taken, taken + this.window.length - 1 - this.filled);
      taken += part.length;
      if (this.decoder !== null && this.decoder.write(part).trim() !== '') this.decoder = null;
      this.scan(part);
    }
  }

  /** What the line is, with what was added to it so far. */
  end(): Line {
    if (this.decoder !== null && this.decoder.end() === '') return 'blank';
    // A blank for JSON: behind it a number has ended too.
    this.scan(NEWLINE);
    return this.state === 'ended' ? recordOf(this.found.value) : 'bad';
  }

  key(_text: Uint8Array, from: number, end: number): void {
    const tooLong = end - from > LONGEST_NAME_BYTES || this.isCut(from);
    this.found.key(tooLong ? null : this.textAt(from, end));
  }

  scalar(_text: Uint8Array, from: number, end: number): void {
    if (!this.found.wanted) return;
    this.found.put(this.isCut(from) ? this.cut?.value : JSON.parse(this.window.toString('utf8', from, end)));
  }

  open(byte: number): boolean {
    return this.found.begin(byte);
  }

  close(): void {
    this.found.end();
  }

  private isCut(from: number): boolean {
    return from === 0 && this.cut !== null;
  }

  /** A string token as its text; most have no escape. */
  private textAt(from: number, end: number): string {
    const token = this.window.toString('utf8', from, end);
    return token.includes('\\') ? String(JSON.parse(token)) : token.slice(1, -1);
  }

  private scan(part: Uint8Array): void {
    if (this.state === 'bad') return;
    this.window.set(part, this.filled);
    this.filled += part.length;
    this.window[this.filled] = 0;
    let at = 0;
    try {
      if (this.state === 'within') at = this.walk.end(this.window, 0);
      this.state = skipSpace(this.window, at) === this.filled ? 'ended' : 'bad';
    } catch (error) {
      if (!(error instanceof JsonError)) throw error;
      if (error.offset >= this.filled) {
        this.keepToken(error);
        return;
      }
      this.state = 'bad';
    }
    this.filled = 0;
  }

  /** Moves the token that has not ended to the beginning. */
  private keepToken(error: JsonError): void {
    const from = this.walk.at;
    if (from > 0) this.cut = null;
    this.window.copyWithin(0, from, this.filled);
    this.filled -= from;
    if (this.filled > this.longestToken) this.cutToken(error.escapeAt - from);
  }

  /** `whole`: where the escape begins that has not ended. */
  private cutToken(whole: number): void {
    if (this.window[0] === QUOTE) {
      this.cut ??= { value: String(JSON.parse(`${this.window.toString('utf8', 0, whole)}"`)).slice(0, LONGEST_TEXT) };
      this.window.copyWithin(1, whole, this.filled);
      this.filled -= whole - 1;
      return;
    }
    this.cut = { value: null };
    const digits = this.window.toString('latin1', 0, this.filled);
    this.filled = this.window.write(digits.replaceAll(/(\d)\d+/g, '$1'), 'latin1');
  }
}
