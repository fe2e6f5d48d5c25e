interface Target {
  readonly what: string;
  readonly words: string;
  readonly unit: string;
  /** null: it was not measured. */
  readonly measured: number | null;
  readonly isReached: boolean;
  /** Why it is missed, where it is. */
  readonly why: string;
}

export function below(what: string, limit: number, measured: number | null, unit: string, why = ''): Target {
  return { what, words: `at most ${limit}`, unit, ...judged(measured, (value) => value <= limit), why };
}

export function above(what: string, limit: number, measured: number | null, unit: string, why = ''): Target {
  return { what, words: `at least ${limit}`, unit, ...judged(measured, (value) => value >= limit), why };
}

/** A table, and the reasons of those that were missed in this run. */
export function targetTable(targets: readonly Target[]): string {
  const rows = targets.map(({ what, words, measured, unit, isReached }) => {
    const [figure, verdict] =
      measured === null ? ['not measured', ''] : [`${measured.toFixed(1)} ${unit}`, isReached ? 'reached' : 'missed'];
    return `| ${what} | ${words} | ${figure} | ${verdict} |`;
  });
  const missed = targets.filter(({ measured, isReached }) => measured !== null && !isReached);
  const reasons = missed.map(({ what, why }) => `- ${what}. ${why}`.trimEnd());
  const told = reasons.length === 0 ? '' : `\nWhat is missed, and why:\n\n${reasons.join('\n')}\n`;
  return `| figure | target | measured | |\n| --- | --- | --- | --- |\n${rows.join('\n')}\n${told}`;
}

function judged(value: number | null, isReached: (value: number) => boolean) {
  const measured = value === null || Number.isNaN(value) ? null : value;
  return { measured, isReached: measured !== null && isReached(measured) };
}
