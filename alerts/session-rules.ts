import { KINDS, type Kind } from '../src/openclaw/keys.ts';
import {
  ALERT_THRESHOLDS,
  FOR_SECONDS,
  IDLE_SECONDS,
  inWords,
  KEEP_FIRING_SECONDS,
  SEVERITIES,
  type Severity,
  TOKEN_THRESHOLDS,
  TRANSCRIPT_BYTES_THRESHOLD,
} from '../src/thresholds.ts';
import { awake, indent, namedSessions, overThreshold, promDuration } from './expressions.ts';
import { type AlertRule, alertRule } from './rule.ts';

const TOKENS = 'openclaw_store_session_tokens';
const WINDOW = 'openclaw_store_session_window_tokens';
const COMPACTIONS = 'openclaw_store_session_compactions';
const BYTES = 'openclaw_store_session_transcript_bytes';

// Every alert about tokens says this. /compact comes first, since it keeps a summary.
const SHRINK = 'Send /compact in that conversation, or /new if nobody needs its history.';
const WHERE = 'Session {{ $labels.session }} of agent {{ $labels.agent }} on {{ $labels.instance }}';
const DASHBOARD_VARIABLES = ['instance', 'agent', 'kind'] as const;

/** Tokens, one rule for each kind and severity. The label `kind` tells them apart: promtool refuses two rules that differ in nothing. */
export function tokenRules(): AlertRule[] {
  return KINDS.flatMap((kind) => SEVERITIES.map((severity) => tokenRule(kind, severity)));
}

function tokenRule(kind: Kind, severity: Severity): AlertRule {
  const limit = TOKEN_THRESHOLDS[kind][severity];
  const isCritical = severity === 'critical';
  return alertRule({
    name: isCritical ? 'OpenClawSessionTokensCritical' : 'OpenClawSessionTokensHigh',
    severity,
    labels: { kind },
    expr: awake(overThreshold(TOKENS, `kind="${kind}"`, limit, severity), severity),
    summary: isCritical
      ? 'A session holds more tokens than the critical threshold of its kind.'
      : 'A session holds more tokens than the warning threshold of its kind.',
    description:
      `${WHERE} holds {{ printf "%.0f" $value }} tokens, more than its ${severity} threshold (${limit} for kind ${kind}, ` +
      `unless configured otherwise). It was used within ${inWords(IDLE_SECONDS[severity])}. ${SHRINK}`,
    dashboardVariables: DASHBOARD_VARIABLES,
  });
}

/** Tokens compared with the window of the model, and sessions that are compacted too often. */
export function windowRules(): AlertRule[] {
  const isOff = 'ignoring (session, kind, mode) openclaw_store_config_compaction_info{mode="off"}';
  const storm = ALERT_THRESHOLDS.compactionStorm;
  return [
    alertRule({
      name: 'OpenClawSessionContextFull',
      severity: 'critical',
      expr: awake(`${TOKENS} >= ${WINDOW}`, 'critical'),
      forSeconds: FOR_SECONDS.run,
      summary: 'A session fills the whole context window of its model.',
      description:
        `${WHERE} (kind {{ $labels.kind }}) holds {{ printf "%.0f" $value }} tokens. They fill its whole context window: the next ` +
        `message fails or loses context. ${SHRINK}`,
      dashboardVariables: DASHBOARD_VARIABLES,
    }),
    alertRule({
      name: 'OpenClawCompactionOverdue',
      severity: 'warning',
      expr: awake(
        [
          '(',
          `  ${TOKENS} > openclaw_store_session_effective_window_tokens`,
          `    unless ${isOff}`,
          ')',
          'or (',
          `  ${TOKENS} > ${ALERT_THRESHOLDS.windowPercent / 100} * ${WINDOW}`,
          `    and ${isOff}`,
          ')',
        ].join('\n'),
        'warning',
      ),
      // OpenClaw compacts after a run. Until it has done so the session is above the line.
      forSeconds: FOR_SECONDS.edit,
      summary: 'A session is near its context window and was not compacted.',
      description:
        `${WHERE} (kind {{ $labels.kind }}) holds {{ printf "%.0f" $value }} tokens. A compaction is overdue: that is more ` +
        `than its window without the compaction reserve, or more than ${ALERT_THRESHOLDS.windowPercent} % of the window where ` +
        `compaction is off. ${SHRINK}`,
      dashboardVariables: DASHBOARD_VARIABLES,
    }),
    alertRule({
      name: 'OpenClawCompactionStorm',
      severity: 'warning',
      // A gauge that falls at a reset. So the lowest value of that time is subtracted, never the first one.
      expr: `${COMPACTIONS} - min_over_time(${COMPACTIONS}[${promDuration(storm.seconds)}]) >= ${storm.compactions}`,
      // After a restart of the exporter the compactions of a file are known again from its first deep scan on.
      keepFiringSeconds: KEEP_FIRING_SECONDS.deepScan,
      summary: 'A session is compacted again and again.',
      description:
        `${WHERE} (kind {{ $labels.kind }}) was compacted {{ $value }} times within ${inWords(storm.seconds)}. Each compaction ` +
        'costs a call of the model and loses detail, and the context soon fills again. Find what fills it, often a tool ' +
        'with large results, or send /new.',
      dashboardVariables: DASHBOARD_VARIABLES,
    }),
  ];
}

/** Bytes of transcripts. One alert for each agent and kind, however many transcripts are large; its description names the largest. */
export function transcriptRules(): AlertRule[] {
  const limit = TRANSCRIPT_BYTES_THRESHOLD.warning;
  const large = (matchers: string) => awake(overThreshold(BYTES, matchers, limit, 'warning'), 'warning');
  const largest = namedSessions(
    ['agent', 'kind'],
    large('%[1]s'),
    '{{ $one.Labels.session }} ({{ $one.Value | humanize }}B)',
  );
  return [
    alertRule({
      name: 'OpenClawTranscriptsLarge',
      severity: 'warning',
      expr: `count without (session) (\n${indent(large(''))}\n) > 0`,
      forSeconds: FOR_SECONDS.edit,
      summary: 'An agent has transcripts larger than the threshold.',
      description:
        'Large transcripts of agent {{ $labels.agent }} (kind {{ $labels.kind }}) on {{ $labels.instance }}: {{ $value }}. ' +
        `They are above their threshold (${limit} bytes, unless configured otherwise) and were used within ` +
        `${inWords(IDLE_SECONDS.warning)}. Largest: ${largest}. Large transcripts are slow to load and to compact. /compact ` +
        'makes the context smaller, not the transcript. ' +
        'First: openclaw-store-exporter scan --agent {{ $labels.agent }} --findings-only.',
      dashboardVariables: DASHBOARD_VARIABLES,
    }),
  ];
}
