import { ALERT_THRESHOLDS, IDLE_SECONDS, LAST_KNOWN_SECONDS, type Severity } from '../src/thresholds.ts';

/** A duration as Prometheus writes it, in its largest whole unit. */
export function promDuration(seconds: number): string {
  if (seconds % 86_400 === 0) return `${seconds / 86_400}d`;
  if (seconds % 3600 === 0) return `${seconds / 3600}h`;
  return seconds % 60 === 0 ? `${seconds / 60}m` : `${seconds}s`;
}

/**
 * Leaves out the sessions that are idle for the severity: one that nobody uses costs nothing until somebody does. A
 * session without a known activity stays in.
 */
export function awake(expr: string, severity: Severity): string {
  return `(\n${indent(expr)}\n)\nunless time() - openclaw_store_session_last_activity_timestamp_seconds > ${IDLE_SECONDS[severity]}`;
}

/**
 * Sessions above the shipped threshold, or above their own where they have one. It needs no `on (…)`, since every family of
 * sessions has the same labels. So labels that a scrape adds stay, and two jobs on one instance do not clash.
 */
export function overThreshold(metric: string, matchers: string, limit: number, severity: Severity): string {
  const value = matchers === '' ? metric : `${metric}{${matchers}}`;
  const own = `${metric.replace('_session_', '_session_threshold_')}{severity="${severity}"}`;
  return [
    '(',
    `  ${value} > ${limit}`,
    `    unless ignoring (severity) ${own}`,
    ')',
    `or ${value} > ignoring (severity) ${own}`,
  ].join('\n');
}

/**
 * The last known value, for a condition that has to hold for an hour or longer. A missed scrape writes stale markers, and
 * without this each of them would start `for` anew.
 */
export function lastKnown(selector: string): string {
  return `last_over_time(${selector}[${promDuration(LAST_KNOWN_SECONDS)}])`;
}

export function indent(text: string): string {
  return text.replace(/^/gm, '  ');
}

/**
 * A template that lists the first sessions of a query, the largest value first. In `query`, `%[1]s` stands for the
 * selector of the alert's own labels. `item` is the template of one result, `$one`.
 */
export function namedSessions(labels: readonly string[], query: string, item: string): string {
  const own = [...labels, 'instance', 'job'];
  const selector = own.map((label) => `${label}=%q`).join(',');
  const values = own.map((label) => `$labels.${label}`).join(' ');
  // Backquotes, since the query holds quotes.
  const text = `sort_desc(topk(${ALERT_THRESHOLDS.namedSessions}, ${query.replace(/\s+/g, ' ')}))`;
  return (
    `{{ with printf \`${selector}\` ${values} }}{{ range $i, $one := printf \`${text}\` . | query }}` +
    `{{ if $i }}, {{ end }}${item}{{ end }}{{ end }}`
  );
}
