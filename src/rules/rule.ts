import { FOR_SECONDS, KEEP_FIRING_SECONDS, type Severity } from '../thresholds.ts';
import { promDuration } from './expressions.ts';

/** What an alert asks for, the most severe first: `critical` now, `warning` this week, `info` nothing, so it is sent nowhere. */
export const ALERT_SEVERITIES = ['critical', 'warning', 'info'] as const satisfies readonly (Severity | 'info')[];

type AlertSeverity = (typeof ALERT_SEVERITIES)[number];

/** What differs from one Prometheus to another. */
export interface RuleOptions {
  /** The scrape job of the exporters. */
  readonly job: string;
  /** Labels beside job, gateway and instance that every series has and that tell gateways apart, as `cluster`. */
  readonly groupLabels: readonly string[];
  /** The runbook of an alert is `<this>/<alert>.md`. */
  readonly runbookUrl: string;
  /** The address of Grafana; empty: links are paths below it. */
  readonly dashboardUrl: string;
  /** Whether descriptions may run queries, which name the worst. Grafana's own alerting cannot. */
  readonly queries: boolean;
}

export const SHIPPED_OPTIONS: RuleOptions = {
  job: 'openclaw-store',
  groupLabels: [],
  runbookUrl: 'docs/runbooks',
  dashboardUrl: '',
  queries: true,
};

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

export interface AlertSource {
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
  readonly dashboardVariables?: readonly ('agent' | 'instance' | 'kind' | 'session')[];
  /** The dashboard that shows its figures. */
  readonly dashboard?: keyof typeof DASHBOARD_UIDS;
}

/** Fixed, since annotations of alerts and links between dashboards name them. */
export const DASHBOARD_UIDS = {
  fleet: 'openclaw-store-fleet',
  session: 'openclaw-store-session',
  health: 'openclaw-store-health',
} as const;

/** Adds what every alert has. The runbook has the alert's name. */
export function alertRule(options: RuleOptions, source: AlertSource): AlertRule {
  return {
    alert: source.name,
    expr: source.expr,
    for: promDuration(source.forSeconds ?? FOR_SECONDS.restart),
    keep_firing_for: promDuration(source.keepFiringSeconds ?? KEEP_FIRING_SECONDS.restart),
    labels: { severity: source.severity, ...source.labels },
    annotations: {
      summary: source.summary,
      description: source.description,
      runbook_url: `${options.runbookUrl}/${source.name}.md`,
      dashboard_url: options.dashboardUrl + dashboardPath(source),
    },
  };
}

function dashboardPath({ dashboard = 'health', dashboardVariables = [] }: AlertSource): string {
  const query = dashboardVariables.map((name) => `var-${name}={{ $labels.${name} | urlquery }}`).join('&');
  return `/d/${DASHBOARD_UIDS[dashboard]}${query === '' ? '' : `?${query}`}`;
}
