import { ALERT_THRESHOLDS, LAST_KNOWN_SECONDS, type Severity } from '../thresholds.ts';
import type { RuleOptions } from './rule.ts';

/** A duration as Prometheus writes it, in its largest whole unit. */
export function promDuration(seconds: number): string {
  if (seconds % 86_400 === 0) return `${seconds / 86_400}d`;
  if (seconds % 3600 === 0) return `${seconds / 3600}h`;
  return seconds % 60 === 0 ? `${seconds / 60}m` : `${seconds}s`;
}

/** The range of a subquery that looks back so long, in steps. */
export function promSteps(seconds: number, stepSeconds: number): string {
  return `[${promDuration(seconds)}:${promDuration(stepSeconds)}]`;
}

const KNOWN = promDuration(LAST_KNOWN_SECONDS);

/**
 * The last known value. A lost scrape writes stale markers, and without this each of them would start `for` anew. The range
 * is shorter than every `for`, so what one scan saw and the next did not never fires.
 */
export function last(selector: string): string {
  return `last_over_time(${selector}[${KNOWN}])`;
}

/** As `last`, for what is 1 in trouble: trouble that comes and goes from scan to scan goes on. */
export function highest(selector: string): string {
  return `max_over_time(${selector}[${KNOWN}])`;
}

/** As `highest`, for what is 0 in trouble. */
export function lowest(selector: string): string {
  return `min_over_time(${selector}[${KNOWN}])`;
}

const ACTIVITY = 'openclaw_store_session_last_activity_timestamp_seconds';

/**
 * Leaves out the sessions that were not used for longer than this: one that nobody uses costs nothing until somebody does. A
 * session without a known activity stays in.
 */
export function awake(expr: string, idleSeconds: number): string {
  return `(\n${indent(expr)}\n)\nunless time() - ${last(ACTIVITY)} > ${idleSeconds}`;
}

/** A metric of sessions, and the shipped limit of those that the matchers choose. */
export interface Limit {
  readonly matchers: string;
  readonly limit: number;
}

/**
 * Sessions above the shipped threshold, or above their own where they have one. It needs no `on (…)`, since every family of
 * sessions has the same labels. So labels that a scrape adds stay, and two jobs on one instance do not clash. `matchers`
 * choose among the sessions, as the description of an alert does.
 */
export function overThreshold(
  metric: string,
  limits: readonly Limit[],
  severity: Severity,
  matchers: readonly string[] = [],
): string {
  const value = (...more: readonly string[]) => {
    const all = [...more, ...matchers].filter((matcher) => matcher !== '');
    return last(all.length === 0 ? metric : `${metric}{${all.join(',')}}`);
  };
  const own = last(`${metric.replace('_session_', '_session_threshold_')}{severity="${severity}"}`);
  return [
    '(',
    ...limits.map(({ matchers: of, limit }, at) => `  ${at === 0 ? '(' : 'or'} ${value(of)} > ${limit}`),
    `  ) unless ignoring (severity) ${own}`,
    ')',
    `or ${value()} > ignoring (severity) ${own}`,
  ].join('\n');
}

export function indent(text: string): string {
  return text.replace(/^/gm, '  ');
}

/** Labels by which gateways are told apart. A label that the series lack is an empty one. */
function gatewayLabels({ groupLabels }: RuleOptions): string[] {
  return ['job', 'gateway', 'instance', ...groupLabels];
}

/**
 * A template that lists the first results of a query, the largest value first. In `query`, `%[1]s` stands for the
 * selector of the alert's own labels. `item` is the template of one result, `$one`. Empty where descriptions run no query.
 */
export function worst(
  options: RuleOptions,
  {
    intro,
    labels,
    query,
    item,
  }: { readonly intro: string; readonly labels: readonly string[]; readonly query: string; readonly item: string },
): string {
  if (!options.queries) return '';
  const own = [...labels, ...gatewayLabels(options)];
  const selector = own.map((label) => `${label}=%q`).join(',');
  const values = own.map((label) => `$labels.${label}`).join(' ');
  // Backquotes, since the query holds quotes.
  const text = `sort_desc(topk(${ALERT_THRESHOLDS.namedSessions}, ${query.replace(/\s+/g, ' ')}))`;
  return (
    `{{ with printf \`${selector}\` ${values} }}{{ range $i, $one := printf \`${text}\` . | query }}` +
    `{{ if $i }}, {{ else }} ${intro}: {{ end }}${item}{{ end }}{{ end }}.`
  );
}
