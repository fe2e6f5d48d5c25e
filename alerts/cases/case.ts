/** The value of a series, minute by minute. */
export type Value =
  | number
  /** A time that is always this many seconds ago. */
  | { readonly ago: number }
  /** This value at minute 0, and `perMinute` more with each minute. */
  | { readonly from: number; readonly perMinute: number }
  /** One value for so many minutes, then another; null: there is no series. */
  | { readonly before: number | null; readonly minutes: number; readonly after: number | null };

export interface Series {
  readonly metric: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: Value;
  /** The value after the trouble has ended; null: the series is gone. Without it the value stays as it is. */
  readonly healed?: Value | null;
}

/** One situation. Each has a gateway of its own. */
export interface Situation {
  readonly name: string;
  /** A near miss in which the condition holds, and not for as long as it must. */
  readonly brief?: true;
  readonly series: readonly Series[];
}

/** What an alert must do. Times are minutes of a test clock that begins at 0. */
export interface AlertCase {
  readonly alert: string;
  /** Which rule it is about, by its static labels; only where an alert has several rules. */
  readonly rule?: Readonly<Record<string, string>>;
  /** Labels of the firing alert, without severity, job and instance. */
  readonly labels: Readonly<Record<string, string>>;
  readonly description: string;
  readonly dashboard: string;
  readonly series: readonly Series[];
  /** Minutes until the condition holds; the rule's `for` is added. */
  readonly lead?: number;
  /** Minutes for which the condition still holds after the trouble has ended. */
  readonly memory?: number;
  /** Other situations in which the alert fires. */
  readonly hits?: readonly Situation[];
  /** It counts scrapes, so with half of the scrapes it takes twice as long. */
  readonly countsScrapes?: true;
  /** Situations that are near and in which the alert does not fire; it is not even pending unless they are `brief`. */
  readonly misses: readonly [Situation, ...Situation[]];
}

/** Only values above a threshold count: exactly at it and one below it are near misses. */
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
