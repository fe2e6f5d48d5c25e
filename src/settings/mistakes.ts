import { ExporterError } from '../errors.ts';
import { printable } from '../printable.ts';

/** Something wrong in what an operator wrote. */
export interface Mistake {
  /** Of its file; null: it is in no file. */
  readonly line: number | null;
  /** Where it is, what is wrong, and what would be right. */
  readonly text: string;
}

/** The others are only counted. */
const TOLD = 10;

/** An error that tells all of them at once, those of a file in the order of its lines. */
export function refusal(mistakes: readonly Mistake[]): ExporterError {
  const ordered = mistakes.toSorted((one, other) => (one.line ?? 0) - (other.line ?? 0));
  const texts = [...new Set(ordered.map(({ text }) => text))];
  if (texts.length === 1) return new ExporterError('E_CONFIG', texts.join());
  const more = texts.length > TOLD ? [`and ${texts.length - TOLD} more`] : [];
  return new ExporterError('E_CONFIG', [`${texts.length} mistakes`, ...texts.slice(0, TOLD), ...more].join('\n  '));
}

/** Characters of what somebody wrote that a message repeats. */
const REPEATED = 100;

/** A piece of what somebody wrote, safe for a terminal and a log: of bounded length, and without the password of an address. */
export function repeated(text: string): string {
  const open = text.replaceAll(/:\/\/[^/@\s]*@/g, '://…@');
  return printable(open.length > REPEATED ? `${open.slice(0, REPEATED)}…` : open);
}
