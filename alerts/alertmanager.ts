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

export const INHIBIT_RULES: readonly InhibitRule[] = [
  {
    why: 'The page about a session says everything that its warning would say.',
    source: ['alertname =~ "OpenClawSessionTokensCritical|OpenClawSessionContextFull"', 'severity = "critical"'],
    target: ['alertname =~ "OpenClawSessionTokensHigh|OpenClawCompactionOverdue"', 'severity = "warning"'],
    equal: ['job', 'instance', 'agent', 'session'],
  },
  {
    why: 'While an exporter is down the other warnings of its instance are old. No page is held back.',
    source: ['alertname = "OpenClawExporterDown"'],
    target: ['alertname =~ "OpenClaw.+"', `alertname !~ "${OF_TARGETS}"`, 'severity = "warning"'],
    equal: ['job', 'instance'],
  },
];

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
        description: "{{ .CommonLabels.instance }}: {{ range .Alerts.Firing }}{{ .Annotations.description }} {{ end }}"
    webhook_configs:
      # The token goes into the header Authorization. A secret address would need url_file, which Alertmanager 0.26 brought.
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
    'deploy/compose/alertmanager.yml': render(COMPOSE),
  };
}

function render({ header, global, pageReceiver, weekReceiver, extraRoutes, receivers }: Variant): string {
  return `# generated from alerts/alertmanager.ts by npm run generate
${header}
${global}# critical: act now. warning: act this week. info: asks for no action, so it is sent nowhere.
route:
  receiver: nowhere
  group_by: [alertname, job, instance]
  group_wait: 30s
  group_interval: 5m
  repeat_interval: 3d
  routes:
${extraRoutes}    # One gateway in trouble is one page. Whatever else goes wrong there is added to that page.
    - matchers: ['alertname =~ "OpenClaw.+"', 'severity = "critical"']
      receiver: ${pageReceiver}
      group_by: [job, instance]
      repeat_interval: 4h
    # When the network fails all exporters are down. That is one message, not one for each exporter.
    - matchers: ['alertname =~ "${OF_TARGETS}"']
      receiver: ${weekReceiver}
      group_by: [alertname, job]
    # Warnings wait longer than pages, so Alertmanager knows the pages that hold warnings back.
    - matchers: ['alertname =~ "OpenClaw.+"', 'severity = "warning"']
      receiver: ${weekReceiver}
      group_wait: 1m

# \`equal\` names only labels that the alerts of both sides always have. If all your series have \`cluster\`, add it.
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
