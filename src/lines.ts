/** Columns of the terminal that every text for people fits into, where nobody says how many there are. */
export const WIDTH = 80;
/** A narrower terminal has room for no figures, and a wider line is hard to read. */
const NARROWEST = 40;
const WIDEST = 120;

/** Columns for what is written to a stream: as COLUMNS says, else as the terminal has them. */
export function widthFor(stream: { readonly columns?: number }, { COLUMNS }: NodeJS.ProcessEnv): number {
  const said = /^\d{1,5}$/.test(COLUMNS ?? '') ? Number(COLUMNS) : 0;
  const columns = said > 0 ? said : (stream.columns ?? 0);
  return columns > 0 ? Math.min(Math.max(columns, NARROWEST), WIDEST) : WIDTH;
}

const IS_PLAIN = /^[\x20-\x7e]*$/;
/** A terminal gives two columns to each of these. */
const IS_WIDE =
  /[\p{Emoji_Presentation}\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\u3000-\u303e\uff01-\uff60]/u;

/** How many columns of a terminal a text takes that has no control characters. */
export function columnsOf(text: string): number {
  if (IS_PLAIN.test(text)) return text.length;
  return charactersOf(text).reduce((sum, character) => sum + (IS_WIDE.test(character) ? 2 : 1), 0);
}

/** The meanings of checks and problems are Markdown, for the documents. */
export function withoutMarkdown(text: string): string {
  return text.replaceAll('`', '');
}

/** A text in lines of at most so many columns, between its words. A word that is longer is cut as a key is. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ').flatMap((each) => (columnsOf(each) > width ? cutKey(each, width) : [each]))) {
    if (line !== '' && columnsOf(line) + 1 + columnsOf(word) > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}

/** A key, label or path in pieces of at most so many columns, before its colons and slashes where that is possible. */
export function cutKey(key: string, width: number): string[] {
  const pieces: string[] = [];
  let piece = '';
  for (const part of key.split(/(?=[:/])/).flatMap((each) => cut(each, width))) {
    if (piece !== '' && columnsOf(piece) + columnsOf(part) > width) {
      pieces.push(piece);
      piece = '';
    }
    piece += part;
  }
  return [...pieces, piece];
}

/**
 * A text that has a line for itself, the rest of it below its beginning by four columns. `end` stands behind it, or on a line of
 * its own.
 */
export function hanging(text: string, width: number, end = ''): string[] {
  const room = width - HANGING.length;
  const pieces = cutKey(text, room);
  const last = `${pieces.at(-1) ?? ''}${end}`;
  const whole =
    columnsOf(last) <= room ? [...pieces.slice(0, -1), last] : [...pieces, ...wrapped(end.replace(/^[ ,]+/, ''), room)];
  return whole.map((line, at) => (at === 0 ? line : HANGING + line));
}

const HANGING = '    ';

/** A sentence, the rest of it below its beginning by two columns. */
export function hangingWords(text: string, width: number): string[] {
  return wrapped(text, width - 2).map((line, at) => (at === 0 ? line : `  ${line}`));
}

function cut(text: string, width: number): string[] {
  if (columnsOf(text) <= width) return [text];
  const pieces = [''];
  for (const character of charactersOf(text)) {
    const last = pieces.at(-1) ?? '';
    if (columnsOf(last) + columnsOf(character) > width) pieces.push(character);
    else pieces[pieces.length - 1] = last + character;
  }
  return pieces;
}

/** Made when it is needed: that takes as long as loading a tenth of the program. */
let segmenter: Intl.Segmenter | null = null;

/** As a person counts them. */
export function charactersOf(text: string): string[] {
  segmenter ??= new Intl.Segmenter();
  return [...segmenter.segment(text)].map(({ segment }) => segment);
}
