import { EXPORTER_FAMILIES } from '../../src/publish/metrics/exporter.ts';
import { SNAPSHOT_FAMILIES } from '../../src/publish/metrics/families.ts';

/** A scrape adds these to every series, `gateway` and `cluster` by relabelling. */
const TARGET_LABELS = ['job', 'instance', 'gateway', 'cluster'];

/** Every metric that rules and dashboards may ask for, with its labels. A query for another name or label never has a result. */
const KNOWN_METRICS: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  [...SNAPSHOT_FAMILIES, ...EXPORTER_FAMILIES].map(({ name, labels }) => [
    name,
    new Set([...labels, ...TARGET_LABELS]),
  ]),
);

/** The metric or labels of a selector that no family has. */
export function unknownIn({ metric, labels }: { metric: string; labels: readonly string[] }): string[] {
  const known = KNOWN_METRICS.get(metric);
  if (known === undefined) return [metric];
  return labels.filter((label) => !known.has(label)).map((label) => `${metric}{${label}}`);
}
