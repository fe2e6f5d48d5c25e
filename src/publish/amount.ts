/** A whole number for people: `210,000`. */
export function amount(value: number): string {
  return value.toLocaleString('en-US');
}
