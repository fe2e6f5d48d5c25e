import { execFileSync } from 'node:child_process';

export interface Result {
  readonly milliseconds: number;
  /** The largest resident set of the whole process. */
  readonly peakMegabytes: number;
}

export interface Row extends Result {
  readonly way: string;
}

const ROUNDS = 5;

/**
 * Runs each way in processes of its own, in turn, so that all see the same machine; medians. The script is called with
 * the name of the way and the arguments, and prints a Result.
 */
export function compareWays(script: string, ways: readonly string[], args: readonly string[]): Row[] {
  const rounds = Array.from({ length: ROUNDS }, () =>
    ways.map((way): Result => JSON.parse(execFileSync(process.execPath, [script, way, ...args], { encoding: 'utf8' }))),
  );
  return ways.map((way, at) => ({
    way,
    milliseconds: median(rounds.map((round) => round[at]?.milliseconds ?? Number.NaN)),
    peakMegabytes: median(rounds.map((round) => round[at]?.peakMegabytes ?? Number.NaN)),
  }));
}

/** Repeats the work, and prints the Result of this process. */
export async function printResult(work: () => unknown, repeats: number): Promise<void> {
  const times: number[] = [];
  for (let at = 0; at < repeats; at += 1) {
    const startedAt = performance.now();
    await work();
    times.push(performance.now() - startedAt);
  }
  const result: Result = { milliseconds: median(times), peakMegabytes: process.resourceUsage().maxRSS / 1024 };
  process.stdout.write(JSON.stringify(result));
}

export function table(rows: readonly Row[]): string {
  const lines = rows.map(
    ({ way, milliseconds, peakMegabytes }) => `| ${way} | ${milliseconds.toFixed(1)} | ${peakMegabytes.toFixed(0)} |`,
  );
  return `| way | once, ms | peak, MB |\n| --- | --- | --- |\n${lines.join('\n')}`;
}

export function rowOf(rows: readonly Row[], way: string): Row {
  const row = rows.find((each) => each.way === way);
  if (row === undefined) throw new Error(`no way is called ${way}`);
  return row;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
