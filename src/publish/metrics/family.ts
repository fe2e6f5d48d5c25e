/** One sample of a family: a value for each of its labels. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A metric family: data, and one pure function from a state to its samples. */
export interface Family<State> {
  /** With its prefix and unit. */
  readonly name: string;
  readonly type: 'gauge' | 'counter';
  readonly labels: readonly string[];
  /** What it means and where it comes from; it becomes HELP. */
  readonly help: string;
  /** Which scan knows it: a `deep` one has no series before the first deep scan; `none` is the exporter's own. */
  readonly scan: 'quick' | 'deep' | 'none';
  samples(state: State): Iterable<Sample>;
}

export const PREFIX = 'openclaw_store_';

/** One sample without labels. */
export function* single(value: number | null): Generator<Sample> {
  if (value !== null) yield { labels: {}, value };
}

export function toSeconds(ms: number): number {
  return ms / 1000;
}
