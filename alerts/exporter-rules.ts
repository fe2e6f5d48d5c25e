import { ALERT_THRESHOLDS, FOR_SECONDS } from '../src/thresholds.ts';
import { type AlertRule, alertRule } from './rule.ts';

const LAST = 'openclaw_store_last_scan_timestamp_seconds';
const INTERVAL = 'openclaw_store_scan_interval_seconds';

/** The exporter itself: while it does not work, other alerts are late or silent. */
export function exporterRules(): AlertRule[] {
  const { scanAge, textfileSeconds } = ALERT_THRESHOLDS;
  return [
    alertRule({
      name: 'OpenClawScanStale',
      severity: 'warning',
      expr: [
        // Fires before the figures of the last good scan are withdrawn.
        `time() - ${LAST} > ${scanAge.gaps} * ${INTERVAL} + ${scanAge.seconds}`,
        // A textfile has no schedule that we know: a timer of the host writes it.
        `or (time() - ${LAST} > ${textfileSeconds} unless ${INTERVAL})`,
        // No scan was ever good, as with a mount that is dead from the start. So there is no time to compare with.
        `or (openclaw_store_scan_success == 0 unless ${LAST})`,
      ].join('\n'),
      summary: 'The last good scan of the stores is too old.',
      description:
        'The last good {{ $labels.scan }} scan of the exporter on {{ $labels.instance }}: ' +
        '{{ if eq $value 0.0 }}never{{ else }}{{ $value | humanizeDuration }} ago{{ end }}. The figures are old, and ' +
        'alerts about sessions come late or not at all. First: read the log of the exporter.',
      dashboardVariables: ['instance'],
    }),
    alertRule({
      name: 'OpenClawCheckFailing',
      severity: 'warning',
      expr: 'openclaw_store_check_success == 0',
      forSeconds: FOR_SECONDS.edit,
      summary: 'A check of the exporter fails.',
      description:
        'The check {{ $labels.check }} of the exporter on {{ $labels.instance }} fails. Its findings are missing, ' +
        'everything else works. First: read the log of the exporter.',
      dashboardVariables: ['instance'],
    }),
  ];
}
