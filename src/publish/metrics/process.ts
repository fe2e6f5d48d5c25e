import { collectDefaultMetrics, Registry } from 'prom-client';

/** prom-client's metrics of this process, without its `nodejs_active_…_total` gauges: promtool fails them. */
export function processRegistry(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  for (const { name } of registry.getMetricsAsArray()) {
    if (!name.startsWith('process_') && !name.startsWith('nodejs_eventloop_lag')) registry.removeSingleMetric(name);
  }
  return registry;
}
