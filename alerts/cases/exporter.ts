import { type AlertCase, nearAbove, type Series, series } from './case.ts';
import { dashboard } from './dashboard.ts';

const QUICK = { scan: 'quick' };

export function exporterCases(): AlertCase[] {
  const last = (ago: number, labels = QUICK) => series('last_scan_timestamp_seconds', labels, { ago }, { ago: 30 });
  const interval = (seconds: number, labels = QUICK) => series('scan_interval_seconds', labels, seconds);
  const deep = { scan: 'deep' };
  return [
    {
      alert: 'OpenClawScanStale',
      labels: QUICK,
      description:
        'The last good quick scan of the exporter on a:10789: 5m 0s ago. The figures are old, and alerts about sessions come late or not at all. First: read the log of the exporter.',
      dashboard: dashboard(),
      series: [last(300), interval(60)],
      hits: [
        { name: 'one second above two gaps and a minute', series: [last(181), interval(60)] },
        { name: 'deep', series: [last(1861, deep), interval(900, deep)] },
        { name: 'a textfile of two hours ago', series: [last(7201)] },
        { name: 'never a good one', series: [series('scan_success', QUICK, 0), interval(60)] },
      ],
      misses: [
        ...nearAbove(180, (ago) => [last(ago), interval(60)]),
        { name: 'deep at two gaps and a minute', series: [last(1860, deep), interval(900, deep)] },
        { name: 'a textfile of less than two hours ago', series: [last(7200)] },
        { name: 'the last one failed', series: [last(90), interval(60), series('scan_success', QUICK, 0)] },
      ],
    },
    {
      alert: 'OpenClawCheckFailing',
      labels: { check: 'strays' },
      description:
        'The check strays of the exporter on a:10789 fails. Its findings are missing, everything else works. First: read the log of the exporter.',
      dashboard: dashboard(),
      series: [series('check_success', { check: 'strays' }, 0, 1)],
      misses: [{ name: 'all run', series: [series('check_success', { check: 'strays' }, 1)] }],
    },
  ];
}

/** Cases of the alerts that need `up`. An absent job has no instance, so `tests/absent.test.yml` is written by hand. */
export function upCases(): AlertCase[] {
  const up = (value: number, labels: Readonly<Record<string, string>> = {}): Series => ({
    metric: 'up',
    labels,
    value,
    healed: 1,
  });
  return [
    {
      alert: 'OpenClawExporterDown',
      labels: {},
      description:
        'Prometheus cannot scrape the exporter at a:10789. Nobody watches the stores there. First, on that host: curl -s http://127.0.0.1:10789/-/healthy.',
      dashboard: dashboard(),
      series: [up(0)],
      misses: [
        { name: 'up', series: [up(1)] },
        { name: 'another job', series: [up(0, { job: 'node' })] },
      ],
    },
  ];
}
