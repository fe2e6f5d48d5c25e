import { printable } from '../../printable.ts';
import { type Verdict, verdictLine } from '../verdicts.ts';

/** The exit code of a scan that could look: as severe as the most severe alert that its figures would raise. */
export function judge(verdicts: readonly Verdict[]): number {
  if (verdicts.some(({ severity }) => severity === 'critical')) return 2;
  return verdicts.some(({ severity }) => severity === 'warning') ? 1 : 0;
}

/** The verdicts for people, those of one agent where only that is shown; the last line says why the exit code is what it is. */
export function reportVerdicts(verdicts: readonly Verdict[], only: string | null): string {
  const shown = verdicts.filter(({ agent }) => only === null || agent === null || agent === only);
  const code = judge(verdicts);
  const [worst] = verdicts;
  const last =
    code === 0 || worst === undefined
      ? 'Exit 0: these figures would raise no alert.'
      : `Exit ${code}: ${verdictLine(worst)}`;
  return [...shown.map(verdictLine), last].map((line) => `${printable(line)}\n`).join('');
}
