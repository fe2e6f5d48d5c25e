import { ALERT_THRESHOLDS, FOR_SECONDS, LAST_KNOWN_SECONDS } from '../thresholds.ts';
import { highest, lowest, promDuration } from './expressions.ts';
import { type AlertRule, alertRule, type RuleOptions } from './rule.ts';

const LAST = 'openclaw_store_last_scan_timestamp_seconds';
const INTERVAL = 'openclaw_store_scan_interval_seconds';

/** The exporter itself: while it does not work, other alerts are late or silent. */
export function exporterRules(options: RuleOptions): AlertRule[] {
  return [
    scanStale(options, 'quick'),
    scanStale(options, 'deep'),
    alertRule(options, {
      name: 'OpenClawCheckFailing',
      severity: 'warning',
      expr: `${lowest('openclaw_store_check_success')} == 0`,
      forSeconds: FOR_SECONDS.edit,
      summary: 'A check of the exporter fails.',
      description:
        'The check {{ $labels.check }} of the exporter on {{ $labels.instance }} fails. Its findings are missing, ' +
        'everything else works. First: read the log of the exporter.',
      dashboardVariables: ['instance'],
    }),
    alertRule(options, {
      name: 'OpenClawReloadRefused',
      severity: 'warning',
      expr: `${lowest('openclaw_store_exporter_config_last_reload_successful')} == 0`,
      forSeconds: FOR_SECONDS.edit,
      summary: 'The exporter refused its new configuration.',
      description:
        'The exporter on {{ $labels.instance }} refused its new configuration. The old one stays in force until it ends, and ' +
        'then it may not start. First: openclaw-store-exporter --config.check with the same flags and config file.',
      dashboardVariables: ['instance'],
    }),
  ];
}

/**
 * A scan that is too old, also while the figures are gone. Without quick scans everything is blind, without deep scans only
 * damage inside transcripts is not found.
 */
function scanStale(options: RuleOptions, scan: 'quick' | 'deep'): AlertRule {
  const { scanAge, textfileSeconds, historySeconds } = ALERT_THRESHOLDS;
  const isQuick = scan === 'quick';
  const known = (metric: string) => `last_over_time(${metric}[${promDuration(historySeconds)}])`;
  const own = `${LAST}{scan="${scan}"}`;
  const tooOld = [
    `time() - ${known(own)} > ${scanAge.gaps} * ${known(INTERVAL)} + ${scanAge.seconds}`,
    // A textfile has no schedule that we know: a timer of the host writes it, deep scans or quick ones.
    ...(isQuick ? [`or (time() - ${known(LAST)} > ${textfileSeconds} unless ${known(INTERVAL)})`] : []),
    // No scan was ever good, as with a mount that is dead from the start. So there is no time to compare with.
    `or (${highest(`openclaw_store_scan_success{scan="${scan}"}`)} == 0 unless ${known(LAST)})`,
  ];
  return alertRule(options, {
    name: 'OpenClawScanStale',
    severity: isQuick ? 'critical' : 'warning',
    // Scans that go on are not old: the clock of that host is wrong.
    expr: `(\n${tooOld.map((line) => `  ${line}`).join('\n')}\n)\nunless changes(${LAST}[${promDuration(LAST_KNOWN_SECONDS)}]) > 0`,
    summary: 'The last good scan of the stores is too old.',
    description:
      'The last good {{ $labels.scan }} scan of the exporter on {{ $labels.instance }}: ' +
      '{{ if eq $value 0.0 }}never{{ else }}{{ $value | humanizeDuration }} ago, by the clocks of Prometheus and of that host{{ end }}. ' +
      `${isQuick ? 'The figures are old, and alerts about sessions come late or not at all.' : 'Damage inside transcripts is not found.'} ` +
      'First: read the log of the exporter, or the timer that writes the textfile.',
    dashboardVariables: ['instance'],
  });
}
