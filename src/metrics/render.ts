import { Counter, Gauge, Registry } from 'prom-client';
import type { Family, Sample } from './family.ts';

/** Called for a series whose labels another series of the family has already. */
export type OnDuplicate = (family: string, labels: Sample['labels']) => void;

/**
 * The text format 0.0.4 of the families, from a registry that is made for it and thrown away: a session that vanished
 * from the state has vanished from the text. A family without samples is left out, never shown as 0.
 */
export async function renderFamilies<State>(
  families: readonly Family<State>[],
  state: State,
  onDuplicate: OnDuplicate = refuseDuplicate,
): Promise<string> {
  const registry = new Registry();
  for (const family of families) addFamily(registry, family, state, onDuplicate);
  return registry.metrics();
}

function addFamily<State>(registry: Registry, family: Family<State>, state: State, onDuplicate: OnDuplicate): void {
  const samples = [...family.samples(state)];
  if (samples.length === 0) return;
  const options = { name: family.name, help: family.help, labelNames: family.labels, registers: [registry] };
  const metric = family.type === 'gauge' ? new Gauge(options) : new Counter(options);
  // prom-client keeps the last of two series with equal labels and says nothing.
  const seen = new Set<string>();
  for (const { labels, value } of samples) {
    const identity = JSON.stringify(family.labels.map((name) => labels[name]));
    if (seen.has(identity)) {
      onDuplicate(family.name, labels);
      continue;
    }
    seen.add(identity);
    metric.inc(labels, value);
  }
}

function refuseDuplicate(family: string, labels: Sample['labels']): never {
  throw new Error(`two series of ${family} have the labels ${JSON.stringify(labels)}`);
}
