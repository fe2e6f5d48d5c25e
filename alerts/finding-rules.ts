import { AGE_SECONDS, ALERT_THRESHOLDS, FOR_SECONDS, inWords, KEEP_FIRING_SECONDS } from '../src/thresholds.ts';
import { awake, lastKnown, namedSessions } from './expressions.ts';
import { type AlertRule, alertRule } from './rule.ts';

const FINDING = 'openclaw_store_session_finding';
const BY_SOURCE = 'openclaw_store_active_sessions_by_tokens_source';
const AGENT = 'agent {{ $labels.agent }} on {{ $labels.instance }}';
const WHERE =
  'Session {{ $labels.session }} (kind {{ $labels.kind }}) of agent {{ $labels.agent }} on {{ $labels.instance }}';
const SCAN = 'openclaw-store-exporter scan --agent {{ $labels.agent }} --findings-only';

/** Sessions that are damaged, or not where they belong. One alert for each agent and reason. */
function countedRules(): AlertRule[] {
  return [
    alertRule({
      name: 'OpenClawSessionsCorrupted',
      severity: 'warning',
      expr: 'openclaw_store_corrupted_sessions > 0',
      forSeconds: FOR_SECONDS.edit,
      // After a restart of the exporter the damage inside a transcript is known again from its first deep scan on.
      keepFiringSeconds: KEEP_FIRING_SECONDS.deepScan,
      summary: 'Sessions of an agent are corrupted.',
      description:
        `Corrupted sessions of ${AGENT} with the reason {{ $labels.reason }}: {{ $value }}. Among them: ` +
        `${named('corrupted')}. Look at them before any clean-up: OpenClaw drops or deletes what it cannot read. ` +
        `First: ${SCAN}.`,
      dashboardVariables: ['instance', 'agent'],
    }),
    alertRule({
      name: 'OpenClawSessionsStray',
      severity: 'warning',
      expr: `${lastKnown('openclaw_store_stray_sessions')} > 0`,
      forSeconds: FOR_SECONDS.work,
      summary: 'Sessions of an agent belong to another agent.',
      description:
        `Stray sessions of ${AGENT} with the reason {{ $labels.reason }}: {{ $value }}. Among them: ` +
        `${named('stray', '{{ with $one.Labels.expected_agent }} (expected in {{ . }}){{ end }}')}. The next message of ` +
        'these peers starts a session without this history. First: openclaw-store-exporter scan --explain SESSION.',
      dashboardVariables: ['instance', 'agent'],
    }),
    alertRule({
      name: 'OpenClawSessionsDuplicate',
      severity: 'warning',
      expr: `${lastKnown('openclaw_store_duplicate_sessions')} > 0`,
      forSeconds: FOR_SECONDS.work,
      summary: 'A conversation has more than one session.',
      description:
        `Duplicate sessions of ${AGENT} with the reason {{ $labels.reason }}: {{ $value }}. Among them: ` +
        `${named('duplicate')}. Each of them holds only a part of its conversation. ` +
        'First: openclaw-store-exporter scan --explain SESSION.',
      dashboardVariables: ['instance', 'agent'],
    }),
  ];
}

/** Names some of the sessions that the alert counts. */
function named(finding: string, suffix = ''): string {
  return namedSessions(
    ['agent', 'reason'],
    `${FINDING}{finding="${finding}",%[1]s}`,
    `{{ $one.Labels.session }}${suffix}`,
  );
}

/** Findings that need a hand. One alert for each session, unless it is idle. */
function singleRules(): AlertRule[] {
  const found = (finding: string) =>
    awake(`max without (finding, reason, expected_agent) (${FINDING}{finding="${finding}"}) > 0`, 'warning');
  return [
    alertRule({
      name: 'OpenClawSessionCollision',
      severity: 'warning',
      expr: found('collision'),
      forSeconds: FOR_SECONDS.overlap,
      summary: 'A session shares its transcript with another session, or has two transcripts.',
      description:
        `${WHERE} shares its transcript with another key, or has two transcripts. Messages of one conversation can ` +
        'appear in the other. First: openclaw-store-exporter scan --explain "{{ $labels.session }}".',
      dashboardVariables: ['instance', 'agent', 'kind'],
    }),
    alertRule({
      name: 'OpenClawSessionStuck',
      severity: 'warning',
      expr: found('stuck'),
      summary: 'A run of a session never ended.',
      description:
        `${WHERE} is stored as running, but nothing was stored for it in ${inWords(AGE_SECONDS.stuck)}. Its next messages ` +
        'may wait for ever. If a long tool runs there, wait for it; else restart the gateway. First: openclaw sessions --agent {{ $labels.agent }}.',
      dashboardVariables: ['instance', 'agent', 'kind'],
    }),
  ];
}

/** Agents whose messages wait, or whose figures are missing. */
function agentRules(): AlertRule[] {
  const unknown = `sum without (source) (${lastKnown(`${BY_SOURCE}{source="none"}`)})`;
  return [
    alertRule({
      name: 'OpenClawInputsWaiting',
      severity: 'warning',
      expr: `time() - openclaw_store_oldest_pending_input_timestamp_seconds > ${ALERT_THRESHOLDS.waitingInputSeconds}`,
      summary: 'Messages to an agent are queued, and nobody answers them.',
      description:
        `The oldest queued message to ${AGENT} has waited for {{ $value | humanizeDuration }}. Check whether the ` +
        'gateway runs, and whether a session is stuck. First: openclaw status.',
      dashboardVariables: ['instance', 'agent'],
    }),
    alertRule({
      name: 'OpenClawTokensUnknown',
      severity: 'warning',
      expr: `${unknown}\n> ${ALERT_THRESHOLDS.unknownTokensPercent / 100} * sum without (source) (${lastKnown(BY_SOURCE)})`,
      forSeconds: FOR_SECONDS.work,
      summary: 'The tokens of most active sessions of an agent are not known.',
      description:
        `Active sessions of ${AGENT} whose tokens are not known: {{ $value }}, more than ` +
        `${ALERT_THRESHOLDS.unknownTokensPercent} % of its active sessions. No alert about tokens can fire for them. ` +
        'First: openclaw-store-exporter scan --agent {{ $labels.agent }}.',
      dashboardVariables: ['instance', 'agent'],
    }),
  ];
}

/** Alerts that ask for no action. They explain other figures. */
function infoRules(): AlertRule[] {
  return [
    alertRule({
      name: 'OpenClawSessionsWithoutSeries',
      severity: 'info',
      expr: 'openclaw_store_sessions_without_series > 0',
      forSeconds: FOR_SECONDS.edit,
      summary: 'Sessions have no series of their own.',
      description:
        `Sessions of ${AGENT} without series of their own: {{ $value }}. They are counted, but no alert about a single ` +
        'session can fire for them. Sessions with findings or above a threshold get series first. See --session.limit.',
      dashboardVariables: ['instance', 'agent'],
    }),
    alertRule({
      name: 'OpenClawSessionsAccumulating',
      severity: 'info',
      expr: `openclaw_store_sessions{kind=~"cron|subagent|hook"} > ${ALERT_THRESHOLDS.programSessions}`,
      forSeconds: FOR_SECONDS.work,
      summary: 'Sessions of cron jobs, subagents or hooks are not cleaned up.',
      description:
        `Sessions of kind {{ $labels.kind }} of ${AGENT}: {{ $value }}. They slow down every listing of sessions. ` +
        'First: openclaw sessions cleanup --dry-run --agent {{ $labels.agent }}.',
      dashboardVariables: ['instance', 'agent', 'kind'],
    }),
  ];
}

/** What checks find in sessions. */
export function findingRules(): AlertRule[] {
  return [...countedRules(), ...singleRules(), ...agentRules(), ...infoRules()];
}
