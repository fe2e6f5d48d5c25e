/** An alert that follows from another one is not sent beside it. */
interface InhibitRule {
  /** Why, as a comment in the file. */
  readonly why: string;
  readonly source: readonly string[];
  readonly target: readonly string[];
  /** Labels that alerts of both sides always have: where all are missing on both, Alertmanager takes them for equal. */
  readonly equal: readonly string[];
}

const OF_TARGETS = 'OpenClawExporterDown|OpenClawExporterAbsent';

export const INHIBIT_RULES: readonly InhibitRule[] = [
  {
    why: 'The page about a session says all that its warning would.',
    source: ['alertname =~ "OpenClawSessionTokensCritical|OpenClawSessionContextFull"', 'severity = "critical"'],
    target: ['alertname =~ "OpenClawSessionTokensHigh|OpenClawCompactionOverdue"', 'severity = "warning"'],
    equal: ['job', 'instance', 'agent', 'session'],
  },
  {
    why: 'Behind an exporter that is down the other warnings of its instance are old. A page is never held back.',
    source: ['alertname = "OpenClawExporterDown"'],
    target: ['alertname =~ "OpenClaw.+"', `alertname !~ "${OF_TARGETS}"`, 'severity = "warning"'],
    equal: ['job', 'instance'],
  },
];

interface Variant {
  readonly header: string;
  /** Of what needs it before the routes; ends with a line break when not empty. */
  readonly global: string;
  readonly pageReceiver: string;
  readonly weekReceiver: string;
  readonly extraRoutes: string;
  readonly receivers: string;
}

const SHIPPED: Variant = {
  header: [
    '# Keep the kinds of receiver that you have and delete the others; the rest can stay as it is. Every secret is a file,',
    '# so that this one can be shown to anybody. Alertmanager 0.25 or later.',
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
        description: "{{ .CommonLabels.instance }}: {{ range .Alerts.Firing }}{{ .Annotations.description }} {{ end }}"
    webhook_configs:
      # The token goes into the header Authorization: an address in a file needs Alertmanager 0.26 (url_file).
      - url: https://receiver.example.org/openclaw
        http_config:
          authorization: { credentials_file: /etc/alertmanager/secrets/webhook-token }
  - name: week
    slack_configs:
      - api_url_file: /etc/alertmanager/secrets/slack-url
        send_resolved: true
        title: "{{ .CommonLabels.alertname }} ({{ .Status }}, {{ .Alerts | len }})"
        text: '{{ range .Alerts }}{{ .Annotations.description }} [{{ .Annotations.runbook_url }}]{{ "\\n" }}{{ end }}'
    email_configs:
      - to: operator@example.org
`,
};

const COMPOSE: Variant = {
  header: '# As alerts/alertmanager.yml, with a receiver to replace and a Watchdog.',
  global: '',
  pageReceiver: 'operator',
  weekReceiver: 'operator',
  extraRoutes: `    # Always there: whatever watches from outside raises the alarm when it stops to arrive.
    - matchers: ['alertname = "Watchdog"']
      receiver: watchdog
      group_wait: 0s
      group_interval: 1m
      repeat_interval: 1m
`,
  receivers: `  - name: operator
    webhook_configs:
      # A placeholder that never answers: put the address of your own receiver here (or another kind of receiver).
      - url: http://receiver.invalid/openclaw
  - name: watchdog
    webhook_configs:
      # The address of a dead man's switch outside this host.
      - url: http://receiver.invalid/watchdog
`,
};

/** Path below the repository to the text that it has to hold. */
export function renderAlertmanagerFiles(): Record<string, string> {
  return {
    'alerts/alertmanager.yml': render(SHIPPED),
    'deploy/compose/alertmanager.yml': render(COMPOSE),
  };
}

function render({ header, global, pageReceiver, weekReceiver, extraRoutes, receivers }: Variant): string {
  return `# generated from alerts/alertmanager.ts by npm run generate
${header}
${global}# critical: act now. warning: act this week. info: no action, so it is sent nowhere.
route:
  receiver: nowhere
  group_by: [alertname, job, instance]
  group_wait: 30s
  group_interval: 5m
  repeat_interval: 3d
  routes:
${extraRoutes}    # One gateway in trouble is one page, whatever is wrong with it: what comes later is added to it.
    - matchers: ['alertname =~ "OpenClaw.+"', 'severity = "critical"']
      receiver: ${pageReceiver}
      group_by: [job, instance]
      repeat_interval: 4h
    # A network that is gone takes all exporters with it: one message, not one for each.
    - matchers: ['alertname =~ "${OF_TARGETS}"']
      receiver: ${weekReceiver}
      group_by: [alertname, job]
    # Later than the pages, which so are known when it is asked what they hold back.
    - matchers: ['alertname =~ "OpenClaw.+"', 'severity = "warning"']
      receiver: ${weekReceiver}
      group_wait: 1m

# \`equal\` names only labels that the alerts of both sides always have. With \`cluster\` on all of them, add it.
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
