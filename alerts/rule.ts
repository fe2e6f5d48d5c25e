import { SESSIONS_DASHBOARD_UID } from '../grafana/uids.ts';
import { FOR_SECONDS, KEEP_FIRING_SECONDS, type Severity } from '../src/thresholds.ts';
import { promDuration } from './expressions.ts';

/** What an alert asks for, the most severe first: `critical` now, `warning` this week, `info` nothing, so it is sent nowhere. */
export const ALERT_SEVERITIES = ['critical', 'warning', 'info'] as const satisfies readonly (Severity | 'info')[];

type AlertSeverity = (typeof ALERT_SEVERITIES)[number];

/** One alerting rule as Prometheus reads it. The keys are written in this order. */
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
  /** Static labels beside the severity. They replace labels of the expression with the same name. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly expr: string;
  readonly forSeconds?: number;
  readonly keepFiringSeconds?: number;
  /** One static sentence. */
  readonly summary: string;
  /** A template: what is wrong, where, and what to do first. */
  readonly description: string;
  /** Labels of the alert that are passed to the dashboard as its variables. */
  readonly dashboardVariables?: readonly ('agent' | 'instance' | 'kind')[];
}

/** A path in the repository, since only the operator knows where the repository is served. */
const RUNBOOKS = 'docs/runbooks';

/** Adds what every alert has. The runbook has the alert's name. */
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

/** A path below the address of Grafana, which only the operator knows. */
function dashboardPath(variables: readonly string[]): string {
  const query = variables.map((name) => `var-${name}={{ $labels.${name} | urlquery }}`).join('&');
  return `/d/${SESSIONS_DASHBOARD_UID}${query === '' ? '' : `?${query}`}`;
}
