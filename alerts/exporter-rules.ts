import { ALERT_THRESHOLDS, FOR_SECONDS } from '../src/thresholds.ts';
import { type AlertRule, alertRule } from './rule.ts';

const LAST = 'openclaw_store_last_scan_timestamp_seconds';
const INTERVAL = 'openclaw_store_scan_interval_seconds';

/** Whether the other alerts can be believed. */
export function exporterRules(): AlertRule[] {
  const { scanAge, textfileSeconds } = ALERT_THRESHOLDS;
  return [
    alertRule({
      name: 'OpenClawScanStale',
      severity: 'warning',
      expr: [
        // Two missed runs, before the figures of the last good one are withdrawn.
        `time() - ${LAST} > ${scanAge.gaps} * ${INTERVAL} + ${scanAge.seconds}`,
        // A textfile has no schedule: it is written by somebody else's timer.
        `or (time() - ${LAST} > ${textfileSeconds} unless ${INTERVAL})`,
        // Never a good one, as with a mount that is dead from the start: there is no time to compare with.
        `or (openclaw_store_scan_success == 0 unless ${LAST})`,
      ].join('\n'),
      summary: 'The last good scan of the stores is too long ago.',
      description:
        'The last good {{ $labels.scan }} scan of the exporter on {{ $labels.instance }} was ' +
        '{{ if eq $value 0.0 }}never{{ else }}{{ $value | humanizeDuration }} ago{{ end }}: figures are old, and alerts ' +
        'about sessions are late or silent. First: the log of the exporter.',
      dashboardVariables: ['instance'],
    }),
    alertRule({
      name: 'OpenClawCheckFailing',
      severity: 'warning',
      expr: 'openclaw_store_check_success == 0',
      forSeconds: FOR_SECONDS.edit,
      summary: 'A check of the exporter fails.',
      description:
        'The check {{ $labels.check }} of the exporter on {{ $labels.instance }} fails, so its findings are missing. ' +
        'Everything else works. First: the log of the exporter.',
      dashboardVariables: ['instance'],
    }),
  ];
}
