import { styleText } from 'node:util';
import type { Severity } from '../../thresholds.ts';

/** Gives a text the colour of a severity; null: as it is. */
export type Paint = (severity: Severity | null, text: string) => string;

const COLOURS = { critical: 'red', warning: 'yellow' } as const satisfies Record<Severity, string>;

export const WITHOUT_COLOURS: Paint = (_, text) => text;

/** Colours where the stream is a terminal that has them. Node looks at NO_COLOR, FORCE_COLOR and TERM. */
export function paintFor(stream: NodeJS.WriteStream): Paint {
  return (severity, text) => (severity === null ? text : styleText(COLOURS[severity], text, { stream }));
}
