/**
 * Text for a terminal. A key can hold any character: the terminal would obey a control character, and a format character can
 * turn the direction of the text after it, or hide text. Each is shown as its JSON escape, or as `?` where JSON has none.
 */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, (character) =>
    JSON.stringify(character).slice(1, -1).replace(character, '?'),
  );
}
