import { KINDS, type Kind } from '../src/store/kinds.ts';
import { SEVERITIES, type Severity, TOKEN_THRESHOLDS, TRANSCRIPT_BYTES_THRESHOLD } from '../src/thresholds.ts';
import { type AlertRule, alertRule } from './rule.ts';

const DAY_SECONDS = 86_400;

/**
 * A session that nobody uses costs nothing until somebody does: no page after a day, no warning after a week. A session
 * without a known activity is not left out.
 */
const IDLE_SECONDS = { warning: 7 * DAY_SECONDS, critical: DAY_SECONDS } as const satisfies Record<Severity, number>;

/** Idle in the words of an annotation. */
const IDLE_WORDS = { warning: 'a week', critical: 'a day' } as const satisfies Record<Severity, string>;

// How to shrink a context, first the way that keeps it. The same for every alert about tokens.
const SHRINK = 'Send /compact in that conversation, or /new where its history is no longer needed';

const WHERE = 'Session {{ $labels.session }} of agent {{ $labels.agent }} on {{ $labels.instance }}';

/** Tokens against the thresholds, one rule per severity and kind: promtool's lint refuses equal names with equal labels. */
export function tokenRules(): AlertRule[] {
  return SEVERITIES.flatMap((severity) => KINDS.map((kind) => tokenRule(kind, severity)));
}

function tokenRule(kind: Kind, severity: Severity): AlertRule {
  const limit = TOKEN_THRESHOLDS[kind][severity];
  return alertRule({
    name: 'OpenClawSessionTokensHigh',
    severity,
    labels: { kind },
    expr: awake(overThreshold('openclaw_store_session_tokens', `kind="${kind}"`, limit, severity), severity),
    summary: 'A session holds more tokens than the threshold of its kind.',
    description:
      `${WHERE} holds {{ $value | humanize }} tokens: above its ${severity} threshold ` +
      `(${limit} for kind ${kind} unless configured otherwise) and used within ${IDLE_WORDS[severity]}. ${SHRINK}.`,
    dashboardVariables: ['instance', 'agent', 'kind'],
  });
}

/** Tokens against the window of the model. */
export function windowRules(): AlertRule[] {
  return [
    alertRule({
      name: 'OpenClawSessionCompactionOverdue',
      severity: 'warning',
      // `> 0`: where the reserve is as large as the window, every session would be overdue for ever; that is a fault of
      // the config, not of a session.
      expr: awake('openclaw_store_session_tokens > (openclaw_store_session_effective_window_tokens > 0)', 'warning'),
      // OpenClaw compacts after a run; a session may be found above the line while it does.
      for: '15m',
      summary: 'A session is above its effective window and was not compacted.',
      description:
        `${WHERE} (kind {{ $labels.kind }}) holds {{ $value | humanize }} tokens, more than its window less the ` +
        `compaction reserve, so OpenClaw should have compacted it. ${SHRINK}.`,
      dashboardVariables: ['instance', 'agent', 'kind'],
    }),
    alertRule({
      name: 'OpenClawSessionContextFull',
      severity: 'critical',
      expr: awake('openclaw_store_session_tokens >= openclaw_store_session_window_tokens', 'critical'),
      summary: 'A session fills the whole context window of its model.',
      description:
        `${WHERE} (kind {{ $labels.kind }}) holds {{ $value | humanize }} tokens, its whole context window: the next ` +
        `message fails or loses context. ${SHRINK}.`,
      dashboardVariables: ['instance', 'agent', 'kind'],
    }),
  ];
}

/** Transcript bytes: one alert per agent however many transcripts are large, the worst three in its description. */
export function transcriptRules(): AlertRule[] {
  const limit = TRANSCRIPT_BYTES_THRESHOLD.warning;
  const metric = 'openclaw_store_session_transcript_bytes';
  // Not idle-aware: a large transcript stays large, and takes space and time when its session is listed or loaded.
  const large = overThreshold(metric, '', limit, 'warning');
  // %[1]s is the alert's own selector, filled in by the template; backquotes, since the query holds quotes.
  const worst = `sort_desc(topk(3, ${oneLine(overThreshold(metric, '%[1]s', limit, 'warning'))}))`;
  return [
    alertRule({
      name: 'OpenClawTranscriptsLarge',
      severity: 'warning',
      expr: `count without (session, kind) (\n${indent(large)}\n)`,
      for: '15m',
      summary: 'An agent has transcripts larger than the threshold.',
      description:
        'Transcripts of agent {{ $labels.agent }} on {{ $labels.instance }} above their threshold ' +
        `(${limit} bytes unless configured otherwise): {{ $value }}. Largest: ` +
        '{{ with printf `agent=%q,instance=%q,job=%q` $labels.agent $labels.instance $labels.job }}' +
        `{{ range $i, $worst := printf \`${worst}\` . | query }}` +
        '{{ if $i }}, {{ end }}{{ $worst.Labels.session }} ({{ $worst.Value | humanize }}B){{ end }}{{ end }}. ' +
        'They are slow to load and to compact: see what fills them. /compact shrinks a context, not its transcript.',
      dashboardVariables: ['instance', 'agent'],
    }),
  ];
}

/**
 * Sessions above the shipped number, or above their own where they have one. No `on (…)`: every per-session family has
 * the same labels, so whatever labels a scrape adds stay, and two jobs on one instance do not clash.
 */
function overThreshold(metric: string, matchers: string, limit: number, severity: Severity): string {
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

function awake(expr: string, severity: Severity): string {
  const idle = `time() - openclaw_store_session_last_activity_timestamp_seconds > ${IDLE_SECONDS[severity]}`;
  return `(\n${indent(expr)}\n)\nunless ${idle}`;
}

function indent(text: string): string {
  return text.replace(/^/gm, '  ');
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ');
}
