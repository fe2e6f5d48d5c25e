import { columnsOf, WIDTH, wrapped } from '../../lines.ts';
import { printable } from '../../printable.ts';
import { type Verdict, verdictLine } from '../verdicts.ts';
import type { Paint } from './paint.ts';

/** The exit code of a scan that could look: as severe as the most severe alert that its figures would raise. */
export function judge(verdicts: readonly Verdict[]): number {
  if (verdicts.some(({ severity }) => severity === 'critical')) return 2;
  return verdicts.some(({ severity }) => severity === 'warning') ? 1 : 0;
}

/**
 * The verdicts for people, the worst last, those of one agent where only that is shown. The last line says why the exit code is
 * what it is.
 */
export function reportVerdicts(verdicts: readonly Verdict[], only: string | null, paint: Paint): string {
  // The worst always: it is why the exit code is what it is.
  const shown = verdicts
    .filter(({ agent }, at) => at === 0 || only === null || agent === null || agent === only)
    .toReversed();
  const lines = shown.flatMap((verdict) => {
    const [first = '', ...more] = wrapped(printable(verdictLine(verdict)), WIDTH - HANGING.length);
    return [first, ...more.map((line) => HANGING + line)].map((line) => paint(verdict.severity, line));
  });
  const last = exitLine(verdicts);
  return [...lines, paint(verdicts[0]?.severity ?? null, last)].map((line) => `${line}\n`).join('');
}

const HANGING = '  ';

function exitLine(verdicts: readonly Verdict[]): string {
  const code = judge(verdicts);
  const [worst] = verdicts;
  if (code === 0 || worst === undefined) return 'Exit 0: these figures would raise no warning and no page.';
  const others = verdicts.filter(({ severity }) => severity !== null).length - 1;
  const more = others === 0 ? '' : `, and ${others} more`;
  const full = printable(`Exit ${code}: ${verdictLine(worst)}${more}`);
  if (columnsOf(full) <= WIDTH) return full;
  // The line above says it in full.
  const whose = worst.agent === null ? '' : ` of agent ${worst.agent}`;
  return printable(`Exit ${code}: ${worst.severity}: ${worst.alert}${whose}${more}`);
}
