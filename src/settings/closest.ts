/** More slips of the keyboard than this are another word. */
const SLIPS = 2;
/** A shorter piece is in too many words. */
const SHORTEST_PIECE = 3;
const LONGEST = 50;

/** The word that was probably meant; null: none is close. */
export function closest(given: string, words: readonly string[]): string | null {
  if (given.length > LONGEST) return null;
  const wanted = given.toLowerCase();
  const near = words
    .filter((word) => Math.abs(word.length - wanted.length) <= SLIPS)
    .map((word) => ({ word, slips: slipsBetween(wanted, word.toLowerCase()) }))
    // A word of which half is another is another word.
    .filter(({ word, slips }) => slips <= SLIPS && slips * 2 < word.length)
    .toSorted((a, b) => a.slips - b.slips);
  return near[0]?.word ?? wordWith(wanted, words);
}

/** A word of which somebody wrote the beginning or the end: `warn`, or `timeout` for `scan.timeout`. */
function wordWith(piece: string, words: readonly string[]): string | null {
  if (piece.length < SHORTEST_PIECE) return null;
  const parts = (word: string) => word.toLowerCase().split(/(?<=[._-])/);
  return (
    words.find((word) => parts(word).some((_, at, all) => at > 0 && all.slice(at).join('') === piece)) ??
    words.find((word) => word.toLowerCase().startsWith(piece)) ??
    null
  );
}

/** How many letters must be put in, taken out or changed, or neighbours swapped, to make one word of the other. */
function slipsBetween(one: string, other: string): number {
  let before: number[] = [];
  let last = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (let row = 1; row <= one.length; row += 1) {
    const now = [row];
    for (let at = 1; at <= other.length; at += 1) {
      const same = one[row - 1] === other[at - 1] ? 0 : 1;
      const isSwap = row > 1 && at > 1 && one[row - 1] === other[at - 2] && one[row - 2] === other[at - 1];
      const swap = isSwap ? (before[at - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY;
      now.push(Math.min((last[at] ?? 0) + 1, (now[at - 1] ?? 0) + 1, (last[at - 1] ?? 0) + same, swap));
    }
    before = last;
    last = now;
  }
  return last.at(-1) ?? 0;
}
