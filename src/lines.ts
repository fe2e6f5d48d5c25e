/** Columns of the terminal that every text for people fits into. */
export const WIDTH = 80;

const SEGMENTER = new Intl.Segmenter();
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

/** A text in lines of at most so many columns, between its words. A word that is longer has a line of its own. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && columnsOf(line) + 1 + columnsOf(word) > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}

/** A key or label in pieces of at most so many columns, before its colons where that is possible. */
export function cutKey(key: string, width: number): string[] {
  const pieces: string[] = [];
  let piece = '';
  for (const part of key.split(/(?=:)/).flatMap((each) => cut(each, width))) {
    if (piece !== '' && columnsOf(piece) + columnsOf(part) > width) {
      pieces.push(piece);
      piece = '';
    }
    piece += part;
  }
  return [...pieces, piece];
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

function charactersOf(text: string): string[] {
  return [...SEGMENTER.segment(text)].map(({ segment }) => segment);
}
