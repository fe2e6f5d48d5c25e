import { collectDefaultMetrics, Registry } from 'prom-client';

/** prom-client's metrics of this process, without its `nodejs_active_…_total` gauges: promtool fails them. */
export function processRegistry(): Registry {
  const registry = new Registry();
  // At its 10 ms the monitor of the event loop takes half a percent of a processor, more than all else in an idle exporter.
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 100 });
  for (const { name } of registry.getMetricsAsArray()) {
    if (!name.startsWith('process_') && !name.startsWith('nodejs_eventloop_lag')) registry.removeSingleMetric(name);
  }
  return registry;
}
