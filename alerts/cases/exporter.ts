import { ALERT_THRESHOLDS } from '../../src/thresholds.ts';
import { type AlertCase, type Series, series, type Value } from './case.ts';
import { dashboard } from './dashboard.ts';

const QUICK = { scan: 'quick' };
const DEEP = { scan: 'deep' };

export function exporterCases(): AlertCase[] {
  const last = (ago: number, labels = QUICK) => series('last_scan_timestamp_seconds', labels, 0 - ago);
  const interval = (seconds: number, labels = QUICK) => series('scan_interval_seconds', labels, seconds);
  const success = (value: number, labels = QUICK) => series('scan_success', labels, value);
  // Scans that go on, with a clock that is wrong by so much: a new time each minute.
  const goesOn = (ago: number, labels = QUICK) => series('last_scan_timestamp_seconds', labels, { ago });
  return [
    {
      alert: 'OpenClawScanStale',
      rule: { severity: 'critical' },
      labels: QUICK,
      description:
        'The last good quick scan of the exporter on a:10789: 14m 0s ago, by the clocks of Prometheus and of that host. The figures are old, and alerts about sessions come late or not at all. First: read the log of the exporter, or the timer that writes the textfile.',
      dashboard: dashboard(),
      series: [series('last_scan_timestamp_seconds', QUICK, 0, 1e9), interval(60)],
      lead: 4,
      hits: [
        { name: 'a textfile of two hours ago', series: [last(7201)] },
        { name: 'a textfile of deep scans', series: [last(7201, DEEP)] },
        { name: 'never a good one', series: [success(0), interval(60)] },
        {
          name: 'figures that are gone',
          series: [
            series('last_scan_timestamp_seconds', QUICK, { before: 0, minutes: 1, after: null }),
            series('scan_interval_seconds', QUICK, { before: 60, minutes: 1, after: null }),
          ],
        },
      ],
      misses: [
        { name: 'two gaps and a minute ago', series: [goesOn(180), interval(60)] },
        // At its first scrape nobody knows that it goes on.
        { name: 'ten minutes ago by a wrong clock', brief: true, series: [goesOn(600), interval(60)] },
        { name: 'no good deep scan', series: [goesOn(30), interval(60), success(0, DEEP)] },
        { name: 'an old deep scan', series: [last(9000, DEEP), interval(900, DEEP)] },
        { name: 'a textfile of less than two hours ago', series: [last(5000)] },
        { name: 'the last one failed', series: [goesOn(90), interval(60), success(0)] },
      ],
    },
    {
      alert: 'OpenClawScanStale',
      rule: { severity: 'warning' },
      labels: DEEP,
      description:
        'The last good deep scan of the exporter on a:10789: 41m 1s ago, by the clocks of Prometheus and of that host. Damage inside transcripts is not found. First: read the log of the exporter, or the timer that writes the textfile.',
      dashboard: dashboard(),
      series: [series('last_scan_timestamp_seconds', DEEP, -1861, 1e9), interval(900, DEEP)],
      hits: [{ name: 'never a good one', series: [success(0, DEEP), interval(900, DEEP)] }],
      misses: [
        { name: 'less than two gaps and a minute ago', series: [last(300, DEEP), interval(900, DEEP)] },
        { name: 'an old quick scan', series: [last(9000), interval(60)] },
        { name: 'a textfile', series: [last(9000, DEEP)] },
      ],
    },
    {
      alert: 'OpenClawCheckFailing',
      labels: { check: 'strays' },
      description:
        'The check strays of the exporter on a:10789 fails. Its findings are missing, everything else works. First: read the log of the exporter.',
      dashboard: dashboard(),
      series: [series('check_success', { check: 'strays' }, 0, 1)],
      memory: 5,
      misses: [{ name: 'all run', series: [series('check_success', { check: 'strays' }, 1)] }],
    },
    {
      alert: 'OpenClawReloadRefused',
      labels: {},
      description:
        'The exporter on a:10789 refused its new configuration. The old one stays in force until it ends, and then it may not start. First: openclaw-store-exporter --config.check with the same flags and config file.',
      dashboard: dashboard(),
      series: [series('exporter_config_last_reload_successful', {}, 0, 1)],
      memory: 5,
      misses: [
        { name: 'loaded', series: [series('exporter_config_last_reload_successful', {}, 1)] },
        {
          name: 'put right within a minute',
          brief: true,
          series: [series('exporter_config_last_reload_successful', {}, { before: 0, minutes: 1, after: 1 })],
        },
      ],
    },
  ];
}

/** Cases of the alerts that need `up`. A job that was never there has no instance, so `tests/absent.test.yml` is written by hand. */
export function upCases(): AlertCase[] {
  const up = (value: Value, labels: Readonly<Record<string, string>> = {}): Series => ({
    metric: 'up',
    labels,
    value,
    healed: 1,
  });
  const started = (value: Value): Series => ({ metric: 'process_start_time_seconds', labels: {}, value, healed: 0 });
  const { flapping } = ALERT_THRESHOLDS;
  return [
    {
      alert: 'OpenClawExporterDown',
      labels: {},
      description:
        'Prometheus can scrape the exporter at a:10789 less than 50 % of the time. Nobody watches the stores there. First, on that host: curl -s http://127.0.0.1:10789/-/healthy.',
      dashboard: dashboard(),
      series: [up(0)],
      memory: 4,
      misses: [
        { name: 'up', series: [up(1)] },
        { name: 'another job', series: [up(0, { job: 'node' })] },
      ],
    },
    {
      alert: 'OpenClawExporterAbsent',
      labels: {},
      description:
        'Prometheus has no target a:10789 in the job openclaw-store, though it had one within 24 hours or should have one. Nobody watches the stores there. First: check the scrape config, the name of its job, and the service discovery of Prometheus. After a removal on purpose: silence it as long.',
      dashboard: '/d/openclaw-store-sessions',
      series: [up({ before: 1, minutes: 5, after: null }), up(1, { gateway: 'stays' })],
      lead: 5,
      misses: [
        { name: 'up', series: [up(1)] },
        { name: 'down', series: [up(0)] },
        { name: 'new', series: [up({ before: null, minutes: 3, after: 1 })] },
      ],
    },
    {
      alert: 'OpenClawExporterFlapping',
      labels: {},
      description:
        'The exporter at a:10789 started, or its scrape changed between good and lost, 16 times within 60 minutes. What happens in between is seen late or not at all. First: read its log, and compare its memory with its limit.',
      dashboard: dashboard(),
      // A start in every minute.
      series: [started({ from: 0, perMinute: 1 })],
      lead: flapping.changes + 1,
      memory: 60 - flapping.changes,
      countsScrapes: true,
      misses: [
        { name: 'one restart', series: [up(1), started({ before: 5, minutes: 8, after: 900 })] },
        { name: 'another job', series: [{ ...started({ from: 0, perMinute: 1 }), labels: { job: 'node' } }] },
        { name: 'down', series: [up(0)] },
      ],
    },
  ];
}
