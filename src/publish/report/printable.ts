/** A key can hold anything, a terminal obeys control characters, and others turn the direction of what follows. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, (character) =>
    JSON.stringify(character).slice(1, -1).replace(character, '?'),
  );
}
