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

/** A gauge; the name gets the prefix. */
export function gauge<State>(
  name: string,
  help: string,
  { labels, scan }: Pick<Family<State>, 'labels' | 'scan'>,
  samples: Family<State>['samples'],
): Family<State> {
  return { name: PREFIX + name, type: 'gauge', labels, help, scan, samples };
}

/** The samples of a family of one series; without labels, or with those that are given. null: no series. */
export function single(value: number | null, labels: Sample['labels'] = {}): Sample[] {
  return value === null ? [] : [{ labels, value }];
}

/** Times are published in seconds since the epoch; null stays unknown. */
export function toSeconds(ms: number | null): number | null {
  return ms === null ? null : ms / 1000;
}
