import { charactersOf, columnsOf } from '../../lines.ts';

/** The backslash that ends a line, with the space or the quote before it. */
const TAIL = 2;

/**
 * A command in lines of at most so many columns, which a shell takes for one: each but the last ends in a backslash. A word that
 * is longer than a line is cut, and its rest begins at the start of the next line, so that nothing comes between.
 */
export function shellLines(command: string, width: number, indent = '  '): string[] {
  const words = command.match(/(?:'[^']*'|\\'|[^\s'])+/g) ?? [];
  const lines: string[] = [];
  let line = indent;
  for (const [at, word] of words.entries()) {
    const room = at === words.length - 1 ? width : width - TAIL;
    if (line.trim() !== '' && columnsOf(`${line} ${word}`) > room) {
      lines.push(`${line} \\`);
      line = `${indent}  `;
    }
    const before = line.trim() === '' ? line : `${line} `;
    const [first = '', ...rest] = columnsOf(before + word) <= room ? [word] : pieces(word, width - TAIL, before.length);
    line = before + first;
    for (const piece of rest) {
      lines.push(`${line}\\`);
      line = piece;
    }
  }
  return [...lines, line];
}

/** A character of a word, or what is never parted. */
interface Unit {
  readonly text: string;
  readonly isQuoted: boolean;
}

/** A word in pieces that a shell joins where nothing stands between them. `taken`: columns before the first one. */
function pieces(word: string, room: number, taken: number): string[] {
  const found: string[] = [];
  let piece: Unit[] = [];
  for (const unit of unitsOf(word)) {
    const before = found.length === 0 ? taken : 0;
    if (piece.length > 0 && before + columnsOf(written([...piece, unit])) > room) {
      found.push(written(piece));
      piece = [];
    }
    piece.push(unit);
  }
  return [...found, written(piece)];
}

function unitsOf(word: string): Unit[] {
  return [...word.matchAll(/'([^']+)'|''|\\'|[^\s']/gu)].flatMap(([whole, quoted]): Unit[] =>
    quoted === undefined
      ? [{ text: whole, isQuoted: false }]
      : charactersOf(quoted).map((text) => ({ text, isQuoted: true })),
  );
}

function written(units: readonly Unit[]): string {
  let text = '';
  let isQuoted = false;
  for (const unit of units) {
    if (unit.isQuoted !== isQuoted) text += "'";
    isQuoted = unit.isQuoted;
    text += unit.text;
  }
  return isQuoted ? `${text}'` : text;
}
