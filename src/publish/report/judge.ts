import { columnsOf, hangingWords, wrapped } from '../../lines.ts';
import { printable } from '../../printable.ts';
import { isRaised, type Verdict, verdictLine } from '../verdicts.ts';
import { amount } from '../words.ts';
import type { Paint } from './paint.ts';

/** The exit code of a scan that could look: as severe as the most severe alert that its figures would raise. */
export function judge(verdicts: readonly Verdict[]): number {
  if (verdicts.some(({ severity }) => severity === 'critical')) return 2;
  return verdicts.some(({ severity }) => severity === 'warning') ? 1 : 0;
}

export interface VerdictOptions {
  /** The agent whose verdicts are shown; null: of all. */
  readonly agent: string | null;
  /** All of them, however many there are. */
  readonly all: boolean;
  /** Columns. */
  readonly width: number;
  readonly paint: Paint;
}

/** Of verdicts, unless all are asked for. */
const SHOWN = 30;

/**
 * The verdicts for people, the worst last, and the folders that could not be looked into. The last line says why the exit code
 * is what it is. `notLookedInto`: as a sentence; null: all was looked into.
 */
export function reportVerdicts(
  verdicts: readonly Verdict[],
  notLookedInto: string | null,
  { agent: only, all, width, paint }: VerdictOptions,
): string {
  // The worst always: it is why the exit code is what it is.
  const meant = verdicts.filter(({ agent }, at) => at === 0 || only === null || agent === null || agent === only);
  const shown = all ? meant : meant.slice(0, SHOWN);
  const rest = meant.length - shown.length;
  const lines = shown.toReversed().flatMap((verdict) => {
    const severity = isRaised(verdict) ? verdict.severity : null;
    return hangingWords(printable(verdictLine(verdict)), width).map((line) => paint(severity, line));
  });
  return [
    ...(rest === 0 ? [] : [`... and ${amount(rest)} more, none of them worse: --all`]),
    ...lines,
    ...(notLookedInto === null
      ? []
      : hangingWords(printable(notLookedInto), width).map((line) => paint('warning', line))),
    ...exitLines(verdicts, width).map((line) => paint(verdicts.find(isRaised)?.severity ?? null, line)),
  ]
    .map((line) => `${line}\n`)
    .join('');
}

function exitLines(verdicts: readonly Verdict[], width: number): string[] {
  const code = judge(verdicts);
  const [worst, ...others] = verdicts.filter(isRaised);
  if (worst === undefined) return wrapped('Exit 0: these figures would raise no warning and no page.', width);
  const more = others.length === 0 ? '' : `, and ${amount(others.length)} more`;
  const full = printable(`Exit ${code}: ${verdictLine(worst)}${more}`);
  if (columnsOf(full) <= width) return [full];
  // A line above says it in full.
  const whose = worst.agent === null ? '' : ` of agent ${worst.agent}`;
  return wrapped(printable(`Exit ${code}: ${worst.severity}: ${worst.alert}${whose}${more}`), width);
}
