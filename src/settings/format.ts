import { ExporterError } from '../errors.ts';

/** Of what is printed. Each command has some of them. */
export const FORMATS = ['table', 'json', 'prometheus', 'kubernetes', 'grafana'] as const;

type Format = (typeof FORMATS)[number];

/** The format that was asked for. Throws an ExporterError where the command does not have it. */
export function formatOf<Own extends Format>(given: Format, command: string, own: readonly Own[]): Own {
  const found = own.find((each) => each === given);
  if (found !== undefined) return found;
  throw new ExporterError('E_USAGE', `--format: ${command} prints ${own.join(', ')}, not ${given}`);
}
