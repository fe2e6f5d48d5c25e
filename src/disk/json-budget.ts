const QUOTE = '"';
const BACKSLASH = '\\';

/**
 * Whether a JSON text holds more than so many values, by the commas and brackets outside of its strings: JSON.parse makes an
 * object of 100 bytes from each `[]`, so that 60 MB of them take 3 GB and most of a minute.
 */
export function hasMoreValues(text: string, most: number): boolean {
  let found = 0;
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at];
    if (char === QUOTE) {
      at = endOfString(text, at);
    } else if (char === ',' || char === '[' || char === '{') {
      found += 1;
      if (found > most) return true;
    }
  }
  return false;
}

/** Where the closing quote stands; the end of the text where there is none. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf(QUOTE, start + 1); end !== -1; end = text.indexOf(QUOTE, end + 1)) {
    let escapes = 0;
    while (text[end - 1 - escapes] === BACKSLASH) escapes += 1;
    if (escapes % 2 === 0) return end;
  }
  return text.length;
}
