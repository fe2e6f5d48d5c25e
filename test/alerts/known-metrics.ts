import { EXPORTER_FAMILIES } from '../../src/publish/metrics/exporter.ts';
import { SNAPSHOT_FAMILIES } from '../../src/publish/metrics/families.ts';

/** A scrape adds these to every series. */
const TARGET_LABELS = ['job', 'instance'];

/** Published only where a threshold of a session's own is configured, so no family has to be there. */
const OWN_THRESHOLDS = ['session_threshold_tokens', 'session_threshold_transcript_bytes'].map((name) => ({
  name: `openclaw_store_${name}`,
  labels: ['agent', 'session', 'kind', 'severity'],
}));

/**
 * Every metric that rules and dashboards may ask for, with its labels: a query for any other name or label is silent
 * for ever.
 */
const KNOWN_METRICS: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  [...SNAPSHOT_FAMILIES, ...EXPORTER_FAMILIES, ...OWN_THRESHOLDS].map(({ name, labels }) => [
    name,
    new Set([...labels, ...TARGET_LABELS]),
  ]),
);

/** What a selector asks for that no family has; empty when all is well. */
export function unknownIn({ metric, labels }: { metric: string; labels: readonly string[] }): string[] {
  const known = KNOWN_METRICS.get(metric);
  if (known === undefined) return [metric];
  return labels.filter((label) => !known.has(label)).map((label) => `${metric}{${label}}`);
}
