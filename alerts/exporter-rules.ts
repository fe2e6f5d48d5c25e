import { type AlertRule, alertRule } from './rule.ts';

const LAST_QUICK = 'time() - openclaw_store_last_scan_timestamp_seconds{scan="quick"}';
const LAST_DEEP = 'time() - openclaw_store_last_scan_timestamp_seconds{scan="deep"}';

const STALE_SUMMARY = 'The last good scan of the stores is too long ago.';
const FAILING_SUMMARY = 'Scans of the stores keep failing.';

/**
 * Whether the other alerts can be believed. A scan that never succeeded has no time of a last success: the rule about
 * failing scans covers it, and a schedule that no longer runs is covered by the rule about stale ones.
 */
export function exporterRules(): AlertRule[] {
  return [
    alertRule({
      name: 'OpenClawStoreScanStale',
      severity: 'critical',
      // Three missed runs, and never less than five minutes for a schedule of seconds. Without a schedule (a textfile,
      // written by somebody else's timer) two hours.
      expr: [
        '(',
        `  ${LAST_QUICK} > 3 * openclaw_store_scan_interval_seconds{scan="quick"}`,
        `    and ${LAST_QUICK} > 300`,
        ')',
        'or (',
        `  ${LAST_QUICK} > 7200`,
        '    unless openclaw_store_scan_interval_seconds{scan="quick"}',
        ')',
      ].join('\n'),
      summary: STALE_SUMMARY,
      description:
        'The last good quick scan of the exporter on {{ $labels.instance }} was {{ $value | humanizeDuration }} ago: ' +
        'its figures are old, and alerts about sessions are late or silent. Read the log of the exporter.',
      dashboardVariables: ['instance'],
    }),
    alertRule({
      name: 'OpenClawStoreScanStale',
      severity: 'warning',
      // A deep scan of large transcripts may itself take longer than its schedule.
      expr: [`${LAST_DEEP} > 3 * openclaw_store_scan_interval_seconds{scan="deep"}`, `and ${LAST_DEEP} > 3600`].join(
        '\n',
      ),
      summary: STALE_SUMMARY,
      description:
        'The last good deep scan of the exporter on {{ $labels.instance }} was {{ $value | humanizeDuration }} ago: ' +
        'damage inside transcripts is not found. Read the log of the exporter.',
      dashboardVariables: ['instance'],
    }),
    alertRule({
      name: 'OpenClawStoreScanFailing',
      severity: 'critical',
      expr: 'openclaw_store_scan_success{scan="quick"} == 0',
      for: '10m',
      summary: FAILING_SUMMARY,
      description:
        'Quick scans of the exporter on {{ $labels.instance }} fail: its last figures are served for a while, then ' +
        'none. Read the log of the exporter, which says what failed.',
      dashboardVariables: ['instance'],
    }),
    alertRule({
      name: 'OpenClawStoreScanFailing',
      severity: 'warning',
      expr: 'openclaw_store_scan_success{scan="deep"} == 0',
      // Two runs of the default schedule.
      for: '30m',
      summary: FAILING_SUMMARY,
      description:
        'Deep scans of the exporter on {{ $labels.instance }} fail: damage inside transcripts is not found. ' +
        'Read the log of the exporter, which says what failed.',
      dashboardVariables: ['instance'],
    }),
    alertRule({
      name: 'OpenClawStoreScanStuck',
      severity: 'critical',
      expr: 'openclaw_store_scan_stuck == 1',
      summary: 'The scanner of the exporter hangs and cannot be ended.',
      description:
        'The scanner of the exporter on {{ $labels.instance }} hangs in a read and did not die when killed, so no scan ' +
        'runs. This is nearly always a dead network mount: check the mount of the state directory.',
      dashboardVariables: ['instance'],
    }),
    alertRule({
      name: 'OpenClawStoreCheckFailing',
      severity: 'warning',
      expr: 'openclaw_store_check_success == 0',
      for: '15m',
      summary: 'A check of the exporter fails.',
      description:
        'The check {{ $labels.check }} of the exporter on {{ $labels.instance }} fails, so its findings are missing. ' +
        'Everything else works. Read the log of the exporter for the error.',
      dashboardVariables: ['instance'],
    }),
  ];
}
