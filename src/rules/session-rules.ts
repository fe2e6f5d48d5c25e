import { KINDS } from '../openclaw/keys.ts';
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
} from '../thresholds.ts';
import { awake, indent, type Limit, last, overThreshold, promDuration, worst } from './expressions.ts';
import { type AlertRule, alertRule, type RuleOptions } from './rule.ts';

const TOKENS = 'openclaw_store_session_tokens';
const WINDOW = 'openclaw_store_session_window_tokens';
const EFFECTIVE_WINDOW = 'openclaw_store_session_effective_window_tokens';
const COMPACTIONS = 'openclaw_store_session_compactions';
const BYTES = 'openclaw_store_session_transcript_bytes';

// Every alert about tokens says this. /compact comes first, since it keeps a summary.
const SHRINK = 'Send /compact in that conversation, or /new if nobody needs its history.';
const SHRINK_THEM = 'Send /compact in these conversations, or /new where nobody needs the history.';
const WHERE = 'Session {{ $labels.session }} of agent {{ $labels.agent }} on {{ $labels.instance }}';
const OF_KIND = 'of agent {{ $labels.agent }} (kind {{ $labels.kind }}) on {{ $labels.instance }}';
const DASHBOARD_VARIABLES = ['instance', 'agent', 'kind'] as const;

/** Sessions that one expression chooses, counted for each agent and kind. */
function counted(expr: string): string {
  return `count without (session) (\n${indent(expr)}\n) > 0`;
}

function largest(options: RuleOptions, expr: (matchers: readonly string[]) => string, unit: string): string {
  return worst(options, {
    intro: 'Largest',
    labels: ['agent', 'kind'],
    query: expr(['%[1]s']),
    item: `{{ $one.Labels.session }} ({{ $one.Value | humanize }}${unit})`,
  });
}

/**
 * The kinds by their limit, each limit once: `kind="group"`, `kind=~"dm|group"`. The limit that most kinds have is that of
 * every other kind, so a kind that a later version brings has it, too.
 */
function limitsOfKinds(severity: Severity): (Limit & { readonly words: string })[] {
  const byLimit = Map.groupBy(KINDS, (kind) => TOKEN_THRESHOLDS[kind][severity]);
  const [common = 0] = [...byLimit].toSorted(([, one], [, other]) => other.length - one.length)[0] ?? [];
  const rare = [...byLimit].filter(([limit]) => limit !== common).toSorted(([one], [other]) => one - other);
  const names = rare.flatMap(([, kinds]) => kinds);
  return [
    ...rare.map(([limit, kinds]) => ({
      limit,
      matchers: kinds.length === 1 ? `kind="${kinds.join('')}"` : `kind=~"${kinds.join('|')}"`,
      words: `${limit} for ${kinds.join(' and ')}`,
    })),
    {
      limit: common,
      matchers: names.length === 0 ? '' : `kind!~"${names.join('|')}"`,
      words: `${common} for ${names.length === 0 ? 'every kind' : 'other kinds'}`,
    },
  ];
}

/** Tokens, one rule for each severity, one alert for each agent and kind: a compaction of one session is no news. */
function tokenRule(options: RuleOptions, severity: Severity): AlertRule {
  const isCritical = severity === 'critical';
  const limits = limitsOfKinds(severity);
  const large = (matchers: readonly string[] = []) =>
    awake(overThreshold(TOKENS, limits, severity, matchers), IDLE_SECONDS[severity]);
  return alertRule(options, {
    name: isCritical ? 'OpenClawSessionTokensCritical' : 'OpenClawSessionTokensHigh',
    severity,
    expr: counted(large()),
    keepFiringSeconds: KEEP_FIRING_SECONDS.sawTooth,
    summary: isCritical
      ? 'Sessions hold more tokens than the critical threshold of their kind.'
      : 'Sessions hold more tokens than the warning threshold of their kind.',
    description:
      `Sessions ${OF_KIND} above their ${severity} threshold: {{ $value }}. The threshold is ` +
      `${limits.map(({ words }) => words).join(', ')}, unless configured otherwise, and they were used within ` +
      `${inWords(IDLE_SECONDS[severity])}.${largest(options, large, ' tokens')} ${SHRINK_THEM}`,
    dashboard: 'fleet',
    dashboardVariables: DASHBOARD_VARIABLES,
  });
}

export function tokenRules(options: RuleOptions): AlertRule[] {
  return SEVERITIES.map((severity) => tokenRule(options, severity));
}

/** Tokens compared with the window of the model, and sessions that are compacted too often. */
export function windowRules(options: RuleOptions): AlertRule[] {
  const isOff = `ignoring (session, kind, mode) ${last('openclaw_store_config_compaction_info{mode="off"}')}`;
  const storm = ALERT_THRESHOLDS.compactionStorm;
  const overdue = (matchers: readonly string[] = []) => {
    const tokens = last(matchers.length === 0 ? TOKENS : `${TOKENS}{${matchers.join(',')}}`);
    return awake(
      [
        '(',
        `  ${tokens} > ${last(EFFECTIVE_WINDOW)}`,
        `    unless ${isOff}`,
        ')',
        'or (',
        `  ${tokens} > ${ALERT_THRESHOLDS.windowPercent / 100} * ${last(WINDOW)}`,
        `    and ${isOff}`,
        ')',
      ].join('\n'),
      IDLE_SECONDS.warning,
    );
  };
  return [
    alertRule(options, {
      name: 'OpenClawSessionContextFull',
      severity: 'critical',
      expr: awake(`${last(TOKENS)} >= ${last(WINDOW)}`, IDLE_SECONDS.critical),
      // Tried again after a pause it is the same page.
      keepFiringSeconds: KEEP_FIRING_SECONDS.pause,
      summary: 'A session fills the whole context window of its model.',
      description:
        `${WHERE} (kind {{ $labels.kind }}) holds {{ printf "%.0f" $value }} tokens. They fill its whole context window: the next ` +
        `message fails or loses context. ${SHRINK}`,
      dashboard: 'session',
      dashboardVariables: [...DASHBOARD_VARIABLES, 'session'],
    }),
    alertRule(options, {
      name: 'OpenClawCompactionOverdue',
      severity: 'warning',
      expr: counted(overdue()),
      // OpenClaw compacts after a run. Until it has done so the session is above the line.
      forSeconds: FOR_SECONDS.work,
      keepFiringSeconds: KEEP_FIRING_SECONDS.sawTooth,
      summary: 'Sessions are near their context window and were not compacted.',
      description:
        `Sessions ${OF_KIND} whose compaction is overdue: {{ $value }}. They hold more tokens than their window without the ` +
        `compaction reserve, or more than ${ALERT_THRESHOLDS.windowPercent} % of the window where compaction is off.` +
        `${largest(options, overdue, ' tokens')} ${SHRINK_THEM}`,
      dashboard: 'fleet',
      dashboardVariables: DASHBOARD_VARIABLES,
    }),
    alertRule(options, {
      name: 'OpenClawCompactionStorm',
      severity: 'warning',
      // A gauge that falls at a reset. So the lowest value of that time is subtracted, never the first one.
      expr: `${last(COMPACTIONS)} - min_over_time(${COMPACTIONS}[${promDuration(storm.seconds)}]) >= ${storm.compactions}`,
      // After a restart of the exporter the compactions of a file are known again from its first deep scan on.
      keepFiringSeconds: KEEP_FIRING_SECONDS.deepScan,
      summary: 'A session is compacted again and again.',
      description:
        `${WHERE} (kind {{ $labels.kind }}) was compacted {{ $value }} times within ${inWords(storm.seconds)}. Each compaction ` +
        'costs a call of the model and loses detail, and the context soon fills again. Find what fills it, often a tool ' +
        'with large results, or send /new.',
      dashboard: 'session',
      dashboardVariables: [...DASHBOARD_VARIABLES, 'session'],
    }),
  ];
}

/** Bytes of transcripts. One alert for each agent and kind, however many transcripts are large; its description names the largest. */
export function transcriptRules(options: RuleOptions): AlertRule[] {
  const limit = TRANSCRIPT_BYTES_THRESHOLD.warning;
  const large = (matchers: readonly string[] = []) =>
    awake(overThreshold(BYTES, [{ matchers: '', limit }], 'warning', matchers), IDLE_SECONDS.warning);
  return [
    alertRule(options, {
      name: 'OpenClawTranscriptsLarge',
      severity: 'warning',
      expr: counted(large()),
      forSeconds: FOR_SECONDS.edit,
      keepFiringSeconds: KEEP_FIRING_SECONDS.sawTooth,
      summary: 'An agent has transcripts larger than the threshold.',
      description:
        `Large transcripts ${OF_KIND}: {{ $value }}. ` +
        `They are above their threshold (${limit} bytes, unless configured otherwise) and were used within ` +
        `${inWords(IDLE_SECONDS.warning)}.${largest(options, large, 'B')} Large transcripts are slow to load and to compact. ` +
        '/compact makes the context smaller, not the transcript. ' +
        'First: openclaw-store-exporter scan --agent {{ $labels.agent }} --findings-only.',
      dashboard: 'fleet',
      dashboardVariables: DASHBOARD_VARIABLES,
    }),
  ];
}
