/** What each command prints. */
export const FORMATS_OF = {
  scan: ['table', 'json', 'prometheus'],
  rules: ['prometheus', 'kubernetes', 'grafana'],
  repair: ['table', 'json'],
} as const;

/** Of all commands. */
export const FORMATS = ['table', 'json', 'prometheus', 'kubernetes', 'grafana'] as const;

export type Format = (typeof FORMATS)[number];

/** The format by its type. The settings have refused those that the command does not print. */
export function formatOf<Own extends Format>(given: Format, own: readonly Own[]): Own {
  const found = own.find((each) => each === given);
  if (found === undefined) throw new Error(`the settings let the format ${given} through`);
  return found;
}
