import { Counter, type CounterConfiguration, Gauge, type GaugeConfiguration, Registry } from 'prom-client';
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
  for (const family of families) {
    const samples = distinct(family, [...family.samples(state)], onDuplicate);
    if (samples.length === 0) continue;
    const { name, help, labels } = family;
    const Metric = family.type === 'gauge' ? ConstGauge : ConstCounter;
    new Metric({ name, help, labelNames: labels, registers: [registry] }).samples = samples;
  }
  return registry.metrics();
}

/**
 * Metrics whose samples are given and not counted. prom-client 15.1 keeps them under a text of their labels in which
 * `a="x,b:y"` is the same as `a="x", b="y"`: two sessions with such keys would become one series with their sum.
 */
class ConstGauge extends Gauge {
  samples: Sample[] = [];

  constructor(configuration: GaugeConfiguration<string>) {
    super(configuration);
  }

  override async get() {
    return { ...(await super.get()), values: this.samples };
  }
}

class ConstCounter extends Counter {
  samples: Sample[] = [];

  constructor(configuration: CounterConfiguration<string>) {
    super(configuration);
  }

  override async get() {
    return { ...(await super.get()), values: this.samples };
  }
}

/** prom-client shows two series with equal labels, or keeps the last one, and says nothing. */
function distinct<State>(family: Family<State>, samples: readonly Sample[], onDuplicate: OnDuplicate): Sample[] {
  const seen = new Set<string>();
  return samples.filter(({ labels }) => {
    const values = JSON.stringify(family.labels.map((name) => labels[name]));
    if (!seen.has(values)) {
      seen.add(values);
      return true;
    }
    onDuplicate(family.name, labels);
    return false;
  });
}

function refuseDuplicate(family: string, labels: Sample['labels']): never {
  throw new Error(`two series of ${family} have the labels ${JSON.stringify(labels)}`);
}
