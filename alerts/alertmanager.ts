/** An alert that follows from another one is not sent beside it. */
interface InhibitRule {
  /** Why, as a comment in the file. */
  readonly why: string;
  readonly source: readonly string[];
  readonly target: readonly string[];
  /** Labels that the alerts of both sides always have. Alertmanager takes labels that both sides lack for equal. */
  readonly equal: readonly string[];
}

const OF_TARGETS = 'OpenClawExporterDown|OpenClawExporterAbsent';
const TOKENS_PAGE = 'OpenClawSessionTokensCritical';
const SIZE_WARNINGS = 'OpenClawSessionTokensHigh|OpenClawCompactionOverdue|OpenClawTranscriptsLarge';

/** By which gateways are told apart. Where the series have no label `gateway` it is empty on both sides, which counts as equal. */
const GATEWAY = ['job', 'gateway', 'instance'];

export const INHIBIT_RULES: readonly InhibitRule[] = [
  {
    why: 'A full context says everything that its thresholds would say.',
    source: ['alertname = "OpenClawSessionContextFull"'],
    target: [`alertname =~ "${TOKENS_PAGE}|OpenClawSessionTokensHigh|OpenClawCompactionOverdue"`],
    equal: [...GATEWAY, 'agent', 'kind'],
  },
  {
    why: 'The page about tokens says everything that their warning would say.',
    source: [`alertname = "${TOKENS_PAGE}"`],
    target: ['alertname = "OpenClawSessionTokensHigh"'],
    equal: [...GATEWAY, 'agent', 'kind'],
  },
  {
    why: 'Where no compaction comes, contexts and transcripts grow.',
    source: ['alertname = "OpenClawCompactionOverdue"'],
    target: ['alertname =~ "OpenClawSessionTokensHigh|OpenClawTranscriptsLarge"'],
    equal: [...GATEWAY, 'agent', 'kind'],
  },
  {
    why: 'A run that never ended holds its lock, and messages wait for it.',
    source: ['alertname = "OpenClawSessionStuck"'],
    target: ['alertname =~ "OpenClawLockStale|OpenClawInputsWaiting"'],
    equal: [...GATEWAY, 'agent'],
  },
  {
    why: 'A store with a problem has lost its sessions from view, too.',
    source: ['alertname = "OpenClawStoreProblem"'],
    target: ['alertname = "OpenClawIndexLost"'],
    equal: [...GATEWAY, 'agent'],
  },
  {
    why: 'Nobody scrapes the exporter, so its scans are old.',
    source: [`alertname =~ "${OF_TARGETS}"`],
    target: ['alertname =~ "OpenClawScanStale|OpenClawExporterFlapping"'],
    equal: GATEWAY,
  },
  {
    why: 'While nothing is seen the warnings of a gateway are old. No page is held back.',
    source: [`alertname =~ "${OF_TARGETS}|OpenClawStoreMissing|OpenClawScanStale"`, 'severity = "critical"'],
    target: ['alertname =~ "OpenClaw.+"', 'severity = "warning"'],
    equal: GATEWAY,
  },
];

/** As many alerts are written out in a message. It says how many there are. */
const SHOWN = 5;

/** The first alerts, each by this template of `$alert`. A group can have hundreds, and a message a few thousand characters. */
function firstOf(alerts: string, each: string): string {
  return `{{ range $i, $alert := ${alerts} }}{{ if lt $i ${SHOWN} }}${each}{{ end }}{{ end }}`;
}

const COUNT = `{{ if gt (len .Alerts.Firing) ${SHOWN} }}{{ len .Alerts.Firing }} alerts, the first ${SHOWN}: {{ end }}`;

interface Variant {
  readonly header: string;
  /** The section `global`, with an empty line after it; empty where there is none. */
  readonly global: string;
  readonly pageReceiver: string;
  readonly weekReceiver: string;
  readonly extraRoutes: string;
  readonly receivers: string;
}

const SHIPPED: Variant = {
  header: [
    '# Keep the kinds of receiver that you have and delete the others. The rest can stay as it is. Every secret is in a file',
    '# of its own, so this file holds none. Alertmanager 0.25 or later.',
  ].join('\n'),
  global: `global:
  smtp_smarthost: smtp.example.org:587
  smtp_from: openclaw@example.org
  smtp_auth_username: openclaw@example.org
  smtp_auth_password_file: /etc/alertmanager/secrets/smtp-password

`,
  pageReceiver: 'page',
  weekReceiver: 'week',
  extraRoutes: '',
  receivers: `  - name: page
    pagerduty_configs:
      - routing_key_file: /etc/alertmanager/secrets/pagerduty-routing-key
        description: "{{ with .CommonLabels.instance }}{{ . }}: {{ end }}${COUNT}${firstOf('.Alerts.Firing', '{{ $alert.Annotations.description }} ')}"
        # Without them PagerDuty gets every alert of the group at full length.
        details: { firing: "{{ len .Alerts.Firing }}", resolved: "{{ len .Alerts.Resolved }}" }
    webhook_configs:
      # The token goes into the header Authorization. A secret address would need url_file, which Alertmanager 0.26 brought.
      - url: https://receiver.example.org/openclaw
        http_config:
          authorization: { credentials_file: /etc/alertmanager/secrets/webhook-token }
  - name: week
    slack_configs:
      - api_url_file: /etc/alertmanager/secrets/slack-url
        send_resolved: true
        title: "{{ .CommonLabels.alertname }}{{ with .CommonLabels.instance }} on {{ . }}{{ end }} ({{ .Status }}, {{ len .Alerts.Firing }} firing)"
        text: '${COUNT}${firstOf('.Alerts', '{{ $alert.Annotations.description }} [{{ $alert.Annotations.runbook_url }}]{{ "\\n" }}')}'
    email_configs:
      - to: operator@example.org
        headers:
          subject: "{{ .CommonLabels.alertname }}{{ with .CommonLabels.instance }} on {{ . }}{{ end }} ({{ .Status }}, {{ len .Alerts.Firing }} firing)"
        # The built-in page writes out every label of every alert.
        html: ""
        text: '${COUNT}${firstOf('.Alerts', '{{ $alert.Annotations.summary }} {{ $alert.Annotations.description }} {{ $alert.Annotations.runbook_url }}{{ "\\n\\n" }}')}'
`,
};

const COMPOSE: Variant = {
  header: '# The same as alerts/alertmanager.yml, with a receiver to replace and a route for the Watchdog.',
  global: '',
  pageReceiver: 'operator',
  weekReceiver: 'operator',
  extraRoutes: `    # The Watchdog always fires. A service outside this host raises the alarm when it no longer arrives.
    - matchers: ['alertname = "Watchdog"']
      receiver: watchdog
      group_wait: 0s
      group_interval: 1m
      repeat_interval: 1m
`,
  receivers: `  - name: operator
    webhook_configs:
      # A placeholder that never answers. Put the address of your own receiver here, or another kind of receiver.
      - url: http://receiver.invalid/openclaw
  - name: watchdog
    webhook_configs:
      # The address of a dead man's switch: a service outside this host that expects the Watchdog.
      - url: http://receiver.invalid/watchdog
`,
};

/** Path in the repository to the text that the file has to hold. */
export function renderAlertmanagerFiles(): Record<string, string> {
  return {
    'alerts/alertmanager.yml': render(SHIPPED),
    'deploy/compose/alertmanager/alertmanager.yml': render(COMPOSE),
  };
}

function render({ header, global, pageReceiver, weekReceiver, extraRoutes, receivers }: Variant): string {
  return `# generated from alerts/alertmanager.ts by npm run generate
${header}
${global}# critical: act now. warning: act this week. info: asks for no action, so it is sent nowhere.
route:
  receiver: nowhere
  group_by: [alertname, ${GATEWAY.join(', ')}]
  group_wait: 30s
  group_interval: 5m
  repeat_interval: 4d
  routes:
${extraRoutes}    # When the network fails all exporters are down. That is one page, not one for each exporter.
    - matchers: ['alertname =~ "${OF_TARGETS}"']
      receiver: ${pageReceiver}
      group_by: [alertname, job]
      repeat_interval: 12h
    # Conversations grow every day, and one more that is large is seldom news: after the first message one a day at most. A
    # context that is full is a page of the next route, at once.
    - matchers: ['alertname = "${TOKENS_PAGE}"']
      receiver: ${pageReceiver}
      group_by: [${GATEWAY.join(', ')}]
      group_interval: 1d
      repeat_interval: 4d
    - matchers: ['alertname =~ "${SIZE_WARNINGS}"']
      receiver: ${weekReceiver}
      group_wait: 1m
      group_interval: 1d
    # One gateway in trouble is one page. Whatever else goes wrong there is added to that page.
    - matchers: ['alertname =~ "OpenClaw.+"', 'severity = "critical"']
      receiver: ${pageReceiver}
      group_by: [${GATEWAY.join(', ')}]
      repeat_interval: 4h
    # Warnings wait longer than pages, so Alertmanager knows the pages that hold warnings back.
    - matchers: ['alertname =~ "OpenClaw.+"', 'severity = "warning"']
      receiver: ${weekReceiver}
      group_wait: 1m

# \`equal\` names only labels that the alerts of both sides always have, and \`gateway\`: where no series has it, both sides are
# equal. If all your series have \`cluster\`, add it.
inhibit_rules:
${INHIBIT_RULES.map(renderInhibitRule).join('\n')}

receivers:
  - name: nowhere
${receivers}`;
}

function renderInhibitRule({ why, source, target, equal }: InhibitRule): string {
  const matchers = (lines: readonly string[]) => lines.map((line) => `      - '${line}'`).join('\n');
  return `  # ${why}
  - source_matchers:
${matchers(source)}
    target_matchers:
${matchers(target)}
    equal: [${equal.join(', ')}]`;
}
