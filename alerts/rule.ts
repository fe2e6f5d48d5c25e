import { SESSIONS_DASHBOARD_UID } from '../grafana/uids.ts';
import { FOR_SECONDS, KEEP_FIRING_SECONDS, type Severity } from '../src/thresholds.ts';
import { promDuration } from './expressions.ts';

/** What to do about an alert: `critical` now, `warning` this week, `info` nothing, so it is routed nowhere. */
type AlertSeverity = Severity | 'info';

/** One alerting rule as Prometheus reads it, keys in the order in which they are written. */
export interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly keep_firing_for: string;
  readonly labels: { readonly severity: AlertSeverity } & Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<'summary' | 'description' | 'runbook_url' | 'dashboard_url', string>>;
}

export interface RuleGroup {
  readonly name: string;
  readonly rules: readonly AlertRule[];
}

interface AlertSource {
  readonly name: string;
  readonly severity: AlertSeverity;
  /** Static labels beside the severity; they replace equal labels of the expression. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly expr: string;
  readonly forSeconds?: number;
  readonly keepFiringSeconds?: number;
  /** One static sentence. */
  readonly summary: string;
  /** Templated: what, where, and what to do first. */
  readonly description: string;
  /** Labels of the alert that the dashboard has a variable for. */
  readonly dashboardVariables?: readonly ('agent' | 'instance' | 'kind')[];
}

/** Below the root of the repository: where that is served, only its operator knows. */
const RUNBOOKS = 'docs/runbooks';

/** Adds what every alert has, the runbook by the alert's name so that none can be forgotten. */
export function alertRule(source: AlertSource): AlertRule {
  return {
    alert: source.name,
    expr: source.expr,
    for: promDuration(source.forSeconds ?? FOR_SECONDS.peak),
    keep_firing_for: promDuration(source.keepFiringSeconds ?? KEEP_FIRING_SECONDS.restart),
    labels: { severity: source.severity, ...source.labels },
    annotations: {
      summary: source.summary,
      description: source.description,
      runbook_url: `${RUNBOOKS}/${source.name}.md`,
      dashboard_url: dashboardPath(source.dashboardVariables ?? []),
    },
  };
}

/** A path below the address of Grafana, which nobody here can know. */
function dashboardPath(variables: readonly string[]): string {
  const query = variables.map((name) => `var-${name}={{ $labels.${name} | urlquery }}`).join('&');
  return `/d/${SESSIONS_DASHBOARD_UID}${query === '' ? '' : `?${query}`}`;
}
