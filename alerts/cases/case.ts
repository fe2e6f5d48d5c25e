/** What a series is worth in one minute after the other. */
export type Value =
  | number
  /** A time so many seconds before now. */
  | { readonly ago: number }
  /** From this at minute 0, by so much a minute. */
  | { readonly from: number; readonly perMinute: number };

export interface Series {
  readonly metric: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: Value;
  /** What it is when all is well again; null: it is gone. Without it, it stays as it is. */
  readonly healed?: Value | null;
}

/** One situation of a gateway of its own. */
export interface Situation {
  readonly name: string;
  readonly series: readonly Series[];
}

/** What an alert must do, in minutes of a test clock that begins at 0. */
export interface AlertCase {
  readonly alert: string;
  /** Static labels of the rule beside its severity, where an alert has several rules. */
  readonly rule?: Readonly<Record<string, string>>;
  /** Labels of the alert beside severity, job and instance. */
  readonly labels: Readonly<Record<string, string>>;
  readonly description: string;
  readonly dashboard: string;
  readonly series: readonly Series[];
  /** Minutes until the condition holds, beside the rule's `for`. */
  readonly lead?: number;
  /** Minutes for which it still holds when all is well again. */
  readonly memory?: number;
  /** Other situations in which it fires. */
  readonly hits?: readonly Situation[];
  /** Situations in which it is not even pending, however near they are. */
  readonly misses: readonly [Situation, ...Situation[]];
}

/** `Above` the threshold only: exactly at it and one below are well. */
export function nearAbove(
  threshold: number,
  at: (value: number) => readonly Series[],
): readonly [Situation, Situation] {
  return [
    { name: 'exactly at the threshold', series: at(threshold) },
    { name: 'one below the threshold', series: at(threshold - 1) },
  ];
}

export function series(
  metric: string,
  labels: Readonly<Record<string, string>>,
  value: Value,
  ...healed: readonly [] | readonly [Value | null]
): Series {
  const all = { metric: `openclaw_store_${metric}`, labels, value };
  return healed.length === 0 ? all : { ...all, healed: healed[0] };
}
