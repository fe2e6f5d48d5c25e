import { KINDS, type Kind } from '../src/openclaw/keys.ts';
import {
  ALERT_THRESHOLDS,
  FOR_SECONDS,
  IDLE_SECONDS,
  inWords,
  KEEP_FIRING_SECONDS,
  type Severity,
  TOKEN_THRESHOLDS,
  TRANSCRIPT_BYTES_THRESHOLD,
} from '../src/thresholds.ts';
import { awake, indent, overThreshold, promDuration, worstThree } from './expressions.ts';
import { type AlertRule, alertRule } from './rule.ts';

const TOKENS = 'openclaw_store_session_tokens';
const WINDOW = 'openclaw_store_session_window_tokens';
const COMPACTIONS = 'openclaw_store_session_compactions';
const BYTES = 'openclaw_store_session_transcript_bytes';

// How to shrink a context, first the way that keeps it. The same for every alert about tokens.
const SHRINK = 'Send /compact in that conversation, or /new where its history is no longer needed';
const WHERE = 'Session {{ $labels.session }} of agent {{ $labels.agent }} on {{ $labels.instance }}';
const PAGE = ['instance', 'agent', 'kind'] as const;

/** Tokens, rule by rule for each kind: promtool's lint refuses equal names with equal labels. Critical ones first, so
 * that Alertmanager knows them when the warnings come. */
export function tokenRules(): AlertRule[] {
  return [...KINDS.map((kind) => tokenRule(kind, 'critical')), ...KINDS.map((kind) => tokenRule(kind, 'warning'))];
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
      `${WHERE} holds {{ printf "%.0f" $value }} tokens: above its ${severity} threshold (${limit} for kind ${kind} ` +
      `unless configured otherwise) and used within ${inWords(IDLE_SECONDS[severity])}. ${SHRINK}.`,
    dashboardVariables: PAGE,
  });
}

/** Tokens against the window of the model, and compactions that do not help. */
export function windowRules(): AlertRule[] {
  const isOff = 'ignoring (session, kind, mode) openclaw_store_config_compaction_info{mode="off"}';
  const storm = ALERT_THRESHOLDS.compactionStorm;
  return [
    alertRule({
      name: 'OpenClawSessionContextFull',
      severity: 'critical',
      expr: awake(`${TOKENS} >= ${WINDOW}`, 'critical'),
      // A run that compacts when it ends is above the line for a while.
      forSeconds: FOR_SECONDS.run,
      summary: 'A session fills the whole context window of its model.',
      description:
        `${WHERE} (kind {{ $labels.kind }}) holds {{ printf "%.0f" $value }} tokens, its whole context window: the next ` +
        `message fails or loses context. ${SHRINK}.`,
      dashboardVariables: PAGE,
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
      // OpenClaw compacts after a run; a session may be found above the line while it does.
      forSeconds: FOR_SECONDS.edit,
      summary: 'A session is near its window and was not compacted.',
      description:
        `${WHERE} (kind {{ $labels.kind }}) holds {{ printf "%.0f" $value }} tokens: more than its window less the ` +
        `compaction reserve, or than ${ALERT_THRESHOLDS.windowPercent} % of it where compaction is off. ${SHRINK}.`,
      dashboardVariables: PAGE,
    }),
    alertRule({
      name: 'OpenClawCompactionStorm',
      severity: 'warning',
      // A gauge, which falls at a reset: the lowest value of the hour is subtracted, never the one an hour ago.
      expr: `${COMPACTIONS} - min_over_time(${COMPACTIONS}[${promDuration(storm.seconds)}]) >= ${storm.compactions}`,
      // In files it is known again only after the first deep scan of a restarted exporter.
      keepFiringSeconds: KEEP_FIRING_SECONDS.deepScan,
      summary: 'A session is compacted again and again.',
      description:
        `${WHERE} (kind {{ $labels.kind }}) was compacted {{ $value }} times within ${inWords(storm.seconds)}: each costs a call and loses ` +
        'detail, and the context fills at once again. Look for what fills it (a tool with huge results), or send /new.',
      dashboardVariables: PAGE,
    }),
  ];
}

/** Transcript bytes: one alert per agent and kind however many transcripts are large, the worst three in its description. */
export function transcriptRules(): AlertRule[] {
  const limit = TRANSCRIPT_BYTES_THRESHOLD.warning;
  const large = (matchers: string) => awake(overThreshold(BYTES, matchers, limit, 'warning'), 'warning');
  const worst = worstThree(
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
        'Transcripts of agent {{ $labels.agent }} (kind {{ $labels.kind }}) on {{ $labels.instance }} above their ' +
        `threshold (${limit} bytes unless configured otherwise) and used within ${inWords(IDLE_SECONDS.warning)}: {{ $value }}. ` +
        `Largest: ${worst}. They are slow to load and to compact; /compact shrinks a context, not its transcript. ` +
        'First: openclaw-store-exporter scan --agent {{ $labels.agent }} --findings-only.',
      dashboardVariables: PAGE,
    }),
  ];
}
