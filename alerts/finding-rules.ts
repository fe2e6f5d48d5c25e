import { AGE_SECONDS, ALERT_THRESHOLDS, FOR_SECONDS, inWords, KEEP_FIRING_SECONDS } from '../src/thresholds.ts';
import { awake, lastKnown, worstThree } from './expressions.ts';
import { type AlertRule, alertRule } from './rule.ts';

const FINDING = 'openclaw_store_session_finding';
const BY_SOURCE = 'openclaw_store_active_sessions_by_tokens_source';
const AGENT = 'agent {{ $labels.agent }} on {{ $labels.instance }}';
const WHERE =
  'Session {{ $labels.session }} (kind {{ $labels.kind }}) of agent {{ $labels.agent }} on {{ $labels.instance }}';
const SCAN = 'openclaw-store-exporter scan --agent {{ $labels.agent }} --findings-only';

/** Sessions that are damaged, or not where they belong: one alert for each agent and reason. */
function countedRules(): AlertRule[] {
  return [
    alertRule({
      name: 'OpenClawSessionsCorrupted',
      severity: 'warning',
      expr: 'openclaw_store_corrupted_sessions > 0',
      forSeconds: FOR_SECONDS.edit,
      // Damage inside a transcript is known again only after the first deep scan of a restarted exporter.
      keepFiringSeconds: KEEP_FIRING_SECONDS.deepScan,
      summary: 'Sessions of an agent are corrupted.',
      description:
        `Corrupted sessions of ${AGENT} by reason {{ $labels.reason }}: {{ $value }}, among them ${named('corrupted')}. ` +
        `Look before any clean-up: OpenClaw drops or deletes what it cannot read. First: ${SCAN}.`,
      dashboardVariables: ['instance', 'agent'],
    }),
    alertRule({
      name: 'OpenClawSessionsStray',
      severity: 'warning',
      expr: `${lastKnown('openclaw_store_stray_sessions')} > 0`,
      forSeconds: FOR_SECONDS.work,
      summary: 'Sessions of an agent belong to another agent.',
      description:
        `Stray sessions of ${AGENT} by reason {{ $labels.reason }}: {{ $value }}, among them ` +
        `${named('stray', '{{ with $one.Labels.expected_agent }} (expected in {{ . }}){{ end }}')}. The next message of ` +
        'those peers starts without this history. First: openclaw-store-exporter scan --explain SESSION.',
      dashboardVariables: ['instance', 'agent'],
    }),
    alertRule({
      name: 'OpenClawSessionsDuplicate',
      severity: 'warning',
      expr: `${lastKnown('openclaw_store_duplicate_sessions')} > 0`,
      forSeconds: FOR_SECONDS.work,
      summary: 'A conversation has more than one session.',
      description:
        `Duplicate sessions of ${AGENT} by reason {{ $labels.reason }}: {{ $value }}, among them ${named('duplicate')}. ` +
        'Two sessions share the history of one peer. First: openclaw-store-exporter scan --explain SESSION.',
      dashboardVariables: ['instance', 'agent'],
    }),
  ];
}

/** Names up to three of the sessions that the alert counts. */
function named(finding: string, suffix = ''): string {
  return worstThree(
    ['agent', 'reason'],
    `${FINDING}{finding="${finding}",%[1]s}`,
    `{{ $one.Labels.session }}${suffix}`,
  );
}

/** Sessions that need a hand, one alert each; what nobody has used for a week can wait. */
function singleRules(): AlertRule[] {
  const found = (finding: string) =>
    awake(`max without (finding, reason, expected_agent) (${FINDING}{finding="${finding}"}) > 0`, 'warning');
  return [
    alertRule({
      name: 'OpenClawSessionCollision',
      severity: 'warning',
      expr: found('collision'),
      forSeconds: FOR_SECONDS.overlap,
      summary: 'A session shares its transcript with another one, or has two.',
      description:
        `${WHERE} shares its transcript with another key, or has two transcripts: what is said in one conversation can ` +
        'appear in the other. First: openclaw-store-exporter scan --explain "{{ $labels.session }}".',
      dashboardVariables: ['instance', 'agent', 'kind'],
    }),
    alertRule({
      name: 'OpenClawSessionStuck',
      severity: 'warning',
      expr: found('stuck'),
      summary: 'A run of a session never ended.',
      description:
        `${WHERE} is stored as running, and nothing was stored for it in ${inWords(AGE_SECONDS.stuck)}: its next messages may wait for ` +
        'ever. Wait for a long tool; else restart the gateway. First: openclaw sessions --agent {{ $labels.agent }}.',
      dashboardVariables: ['instance', 'agent', 'kind'],
    }),
  ];
}

/** Where the figures themselves are missing, or messages wait. */
function agentRules(): AlertRule[] {
  const unknown = `sum without (source) (${lastKnown(`${BY_SOURCE}{source="none"}`)})`;
  return [
    alertRule({
      name: 'OpenClawInputsWaiting',
      severity: 'warning',
      expr: `time() - openclaw_store_oldest_pending_input_timestamp_seconds > ${ALERT_THRESHOLDS.waitingInputSeconds}`,
      summary: 'Messages to an agent wait and are not taken up.',
      description:
        `The oldest queued message to ${AGENT} waits for {{ $value | humanizeDuration }}: nobody answers there. Is the ` +
        'gateway up, and is a session stuck? First: openclaw status.',
      dashboardVariables: ['instance', 'agent'],
    }),
    alertRule({
      name: 'OpenClawTokensUnknown',
      severity: 'warning',
      expr: `${unknown}\n> ${ALERT_THRESHOLDS.unknownTokensPercent / 100} * sum without (source) (${lastKnown(BY_SOURCE)})`,
      forSeconds: FOR_SECONDS.work,
      summary: 'Most active sessions of an agent have no token figure.',
      description:
        `Active sessions of ${AGENT} whose tokens nobody knows: {{ $value }}, over ${ALERT_THRESHOLDS.unknownTokensPercent} % of them. No alert about tokens ` +
        'can fire for them. First: openclaw-store-exporter scan --agent {{ $labels.agent }}.',
      dashboardVariables: ['instance', 'agent'],
    }),
  ];
}

/** Nobody has to act on these; they explain other figures. */
function infoRules(): AlertRule[] {
  return [
    alertRule({
      name: 'OpenClawSessionsWithoutSeries',
      severity: 'info',
      expr: 'openclaw_store_sessions_without_series > 0',
      forSeconds: FOR_SECONDS.edit,
      summary: 'Sessions have no series of their own.',
      description:
        `Sessions of ${AGENT} beyond --session.limit: {{ $value }}. They are in the counts, and in no alert about a ` +
        'single session. Those with findings or over a threshold get series first.',
      dashboardVariables: ['instance', 'agent'],
    }),
    alertRule({
      name: 'OpenClawSessionsAccumulating',
      severity: 'info',
      expr: `openclaw_store_sessions{kind=~"cron|subagent|hook"} > ${ALERT_THRESHOLDS.machineSessions}`,
      forSeconds: FOR_SECONDS.work,
      summary: 'Sessions that machines make are not cleaned up.',
      description:
        `Sessions of kind {{ $labels.kind }} of ${AGENT}: {{ $value }}. They slow down every listing. ` +
        'First: openclaw sessions cleanup --dry-run --agent {{ $labels.agent }}.',
      dashboardVariables: ['instance', 'agent', 'kind'],
    }),
  ];
}

/** What checks find in sessions. */
export function findingRules(): AlertRule[] {
  return [...countedRules(), ...singleRules(), ...agentRules(), ...infoRules()];
}
