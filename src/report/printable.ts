/** A key can hold anything, and a terminal obeys control characters. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, (character) => JSON.stringify(character).slice(1, -1).replace(character, '?'));
}
