import { exporterRules } from './exporter-rules.ts';
import { findingRules } from './finding-rules.ts';
import { ALERT_SEVERITIES, type AlertRule, type RuleGroup, type RuleOptions, SHIPPED_OPTIONS } from './rule.ts';
import { tokenRules, transcriptRules, windowRules } from './session-rules.ts';
import { preventionRules, sizeRules, storeRules } from './store-rules.ts';
import { upRules } from './up-rules.ts';

/** Rules that ask only for the exporter's metrics. They also serve the textfile collector. */
export function storeGroups(options: RuleOptions = SHIPPED_OPTIONS): RuleGroup[] {
  return [
    group('openclaw-store-stores', [...storeRules(options), ...sizeRules(options), ...preventionRules(options)]),
    group('openclaw-store-findings', findingRules(options)),
    group('openclaw-store-sessions', [...windowRules(options), ...tokenRules(options), ...transcriptRules(options)]),
    group('openclaw-store-exporter', exporterRules(options)),
  ];
}

/** Rules that need `up` of the job of the exporters. */
export function upGroups(options: RuleOptions = SHIPPED_OPTIONS): RuleGroup[] {
  return [group('openclaw-store-up', upRules(options))];
}

/**
 * The most severe rules first. Prometheus evaluates a group in this order, so Alertmanager knows a page before the
 * warning that the page holds back.
 */
function group(name: string, rules: readonly AlertRule[]): RuleGroup {
  const rank = ({ labels }: AlertRule) => ALERT_SEVERITIES.indexOf(labels.severity);
  return { name, rules: rules.toSorted((one, other) => rank(one) - rank(other)) };
}
