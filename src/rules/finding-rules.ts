import type { Finding } from '../model/finding.ts';
import {
  AGE_SECONDS,
  ALERT_THRESHOLDS,
  FOR_SECONDS,
  IDLE_SECONDS,
  inWords,
  KEEP_FIRING_SECONDS,
} from '../thresholds.ts';
import { awake, indent, last, worst } from './expressions.ts';
import { type AlertRule, alertRule, type RuleOptions } from './rule.ts';

const FINDING = 'openclaw_store_session_finding';
const MESSAGES = 'openclaw_store_session_messages';
const AGENT = 'agent {{ $labels.agent }} on {{ $labels.instance }}';
const SCAN = 'openclaw-store-exporter scan --agent {{ $labels.agent }} --findings-only';
const EXPLAIN = 'openclaw-store-exporter scan --explain SESSION';

/** Sessions with a finding, each once, without those that nobody has used for so long that nobody will miss them. */
function found(finding: Finding['finding']): string {
  const sessions = `max without (finding, reason, expected_agent) (${last(`${FINDING}{finding="${finding}"}`)})`;
  return `count without (session, kind) (\n${indent(awake(sessions, IDLE_SECONDS.finding))}\n) > 0`;
}

/** Some of these sessions, by name. The reasons may change while the alert fires, so they stand here and in no label. */
function named(options: RuleOptions, finding: Finding['finding'], suffix = ''): string {
  return worst(options, {
    intro: 'Among them',
    labels: ['agent'],
    query:
      `${FINDING}{finding="${finding}",%[1]s} unless ignoring (finding, reason, expected_agent) ` +
      `time() - openclaw_store_session_last_activity_timestamp_seconds > ${IDLE_SECONDS.finding}`,
    item: `{{ $one.Labels.session }}{{ with $one.Labels.reason }} ({{ . }}){{ end }}${suffix}`,
  });
}

/** What checks find in sessions. One alert for each agent and finding, however many sessions have it. */
function sessionRules(options: RuleOptions): AlertRule[] {
  const used = `used within ${inWords(IDLE_SECONDS.finding)}`;
  return [
    alertRule(options, {
      name: 'OpenClawSessionsCorrupted',
      severity: 'warning',
      expr: found('corrupted'),
      forSeconds: FOR_SECONDS.edit,
      // After a restart of the exporter the damage inside a transcript is known again from its first deep scan on.
      keepFiringSeconds: KEEP_FIRING_SECONDS.deepScan,
      summary: 'Sessions of an agent are corrupted.',
      description:
        `Corrupted sessions of ${AGENT}, ${used}: {{ $value }}.${named(options, 'corrupted')} Look at them before any ` +
        `clean-up: OpenClaw drops or deletes what it cannot read. First: ${SCAN}.`,
      dashboardVariables: ['instance', 'agent'],
    }),
    alertRule(options, {
      name: 'OpenClawSessionsStray',
      severity: 'warning',
      expr: found('stray'),
      forSeconds: FOR_SECONDS.work,
      summary: 'Sessions of an agent belong to another agent.',
      description:
        `Stray sessions of ${AGENT}, ${used}: {{ $value }}.` +
        `${named(options, 'stray', '{{ with $one.Labels.expected_agent }}, expected in {{ . }}{{ end }}')} The next message of ` +
        `these peers starts a session without this history. First: ${EXPLAIN}.`,
      dashboardVariables: ['instance', 'agent'],
    }),
    alertRule(options, {
      name: 'OpenClawSessionsDuplicate',
      severity: 'warning',
      expr: found('duplicate'),
      forSeconds: FOR_SECONDS.work,
      summary: 'A conversation has more than one session.',
      description:
        `Duplicate sessions of ${AGENT}, ${used}: {{ $value }}.${named(options, 'duplicate')} Each of them holds only a part ` +
        `of its conversation. First: ${EXPLAIN}.`,
      dashboardVariables: ['instance', 'agent'],
    }),
    alertRule(options, {
      name: 'OpenClawSessionCollision',
      severity: 'warning',
      expr: found('collision'),
      forSeconds: FOR_SECONDS.overlap,
      summary: 'A session shares its transcript with another session, or has two transcripts.',
      description:
        `Sessions of ${AGENT} that share their transcript with another key, or have two transcripts: {{ $value }}.` +
        `${named(options, 'collision')} Messages of one conversation can appear in the other. First: ${EXPLAIN}.`,
      dashboardVariables: ['instance', 'agent'],
    }),
    alertRule(options, {
      name: 'OpenClawSessionStuck',
      severity: 'warning',
      expr: found('stuck'),
      summary: 'A run of a session never ended.',
      description:
        `Sessions of ${AGENT} that are stored as running, but for which nothing was stored in ${inWords(AGE_SECONDS.stuck)}: ` +
        `{{ $value }}.${named(options, 'stuck')} Their next messages may wait for ever. If a long tool runs there, wait for it; ` +
        'else restart the gateway. First: openclaw sessions --agent {{ $labels.agent }} --limit all.',
      dashboardVariables: ['instance', 'agent'],
    }),
  ];
}

/** Agents whose messages wait, whose runs fail, or whose figures are missing. */
function agentRules(options: RuleOptions): AlertRule[] {
  const status = 'openclaw_store_active_sessions_by_status';
  // Neither a session that never ran nor one that was compacted has tokens before its next run ends.
  const ran = [
    `${last(MESSAGES)} > 0`,
    `unless ${last('openclaw_store_session_compactions')} > 0`,
    `unless time() - ${last('openclaw_store_session_last_activity_timestamp_seconds')} > ${AGE_SECONDS.active}`,
  ].join('\n');
  return [
    alertRule(options, {
      name: 'OpenClawRunsFailing',
      severity: 'critical',
      expr: [
        `sum without (status) (${last(`${status}{status=~"failed|killed|timeout"}`)}) >= ${ALERT_THRESHOLDS.failingSessions}`,
        `unless sum without (status) (${last(`${status}{status="done"}`)}) > 0`,
      ].join('\n'),
      forSeconds: FOR_SECONDS.overlap,
      summary: 'The last run of every active session of an agent failed.',
      description:
        `Active sessions of ${AGENT} whose last run failed, was killed or timed out: {{ $value }}, and none whose last run is ` +
        'done. Nobody gets an answer there. Check the credentials and the quota of the provider. First: openclaw status.',
      dashboardVariables: ['instance', 'agent'],
    }),
    alertRule(options, {
      name: 'OpenClawInputsWaiting',
      severity: 'warning',
      expr: `time() - ${last('openclaw_store_oldest_pending_input_timestamp_seconds')} > ${ALERT_THRESHOLDS.waitingInputSeconds}`,
      summary: 'Messages to an agent are queued, and nobody answers them.',
      description:
        `The oldest queued message to ${AGENT} has waited for {{ $value | humanizeDuration }}, by the clocks of Prometheus and of ` +
        'the gateway. Check whether the gateway runs, and whether a session is stuck. First: openclaw status.',
      dashboardVariables: ['instance', 'agent'],
    }),
    alertRule(options, {
      name: 'OpenClawTokensUnknown',
      severity: 'warning',
      expr: [
        'count without (session, kind) (',
        indent(ran),
        `  unless ${last('openclaw_store_session_tokens')}`,
        `) > ${ALERT_THRESHOLDS.unknownTokensPercent / 100} * count without (session, kind) (`,
        indent(ran),
        ')',
      ].join('\n'),
      forSeconds: FOR_SECONDS.work,
      summary: 'The tokens of most active sessions of an agent are not known.',
      description:
        `Active sessions of ${AGENT} that have messages, were never compacted, and whose tokens are not known: {{ $value }}, more ` +
        `than ${ALERT_THRESHOLDS.unknownTokensPercent} % of such sessions. No alert about tokens can fire for them. ` +
        'First: openclaw-store-exporter scan --agent {{ $labels.agent }}.',
      dashboardVariables: ['instance', 'agent'],
    }),
  ];
}

/** Alerts that ask for no action. They explain other figures. */
function infoRules(options: RuleOptions): AlertRule[] {
  return [
    alertRule(options, {
      name: 'OpenClawSessionsWithoutSeries',
      severity: 'info',
      expr: `${last('openclaw_store_sessions_without_series')} > 0`,
      forSeconds: FOR_SECONDS.edit,
      summary: 'Sessions have no series of their own.',
      description:
        `Sessions of ${AGENT} without series of their own: {{ $value }}. They are counted, but no alert about a single ` +
        'session can fire for them. Sessions with findings or above a threshold get series first. See --session.limit.',
      dashboardVariables: ['instance', 'agent'],
    }),
    alertRule(options, {
      name: 'OpenClawSessionsAccumulating',
      severity: 'info',
      expr: `${last('openclaw_store_sessions{kind=~"cron|subagent|hook"}')} > ${ALERT_THRESHOLDS.programSessions}`,
      forSeconds: FOR_SECONDS.work,
      summary: 'Sessions of cron jobs, subagents or hooks are not cleaned up.',
      description:
        `Sessions of kind {{ $labels.kind }} of ${AGENT}: {{ $value }}. They slow down every listing of sessions. ` +
        'First: openclaw sessions cleanup --dry-run --agent {{ $labels.agent }}.',
      dashboardVariables: ['instance', 'agent', 'kind'],
    }),
  ];
}

export function findingRules(options: RuleOptions): AlertRule[] {
  return [...sessionRules(options), ...agentRules(options), ...infoRules(options)];
}
