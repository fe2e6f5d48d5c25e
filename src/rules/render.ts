import { createHash } from 'node:crypto';
import { stringify } from 'yaml';
import { storeGroups, upGroups } from './groups.ts';
import type { AlertRule, RuleGroup, RuleOptions } from './rule.ts';

type RulesFormat = 'prometheus' | 'kubernetes' | 'grafana';

const NAME = 'openclaw-store';

/** All rules as the text of one file: for Prometheus and vmalert, for the operator of Prometheus, or for Grafana's own alerting. */
export function renderRules(format: RulesFormat, options: Omit<RuleOptions, 'queries'>): string {
  const all = { ...options, queries: format !== 'grafana' };
  const groups = [...storeGroups(all), ...upGroups(all)];
  const content = { prometheus: { groups }, kubernetes: prometheusRule(groups), grafana: provisioning(groups) }[format];
  return `${HEADS[format]}${toYaml(content)}`;
}

/** lineWidth 0: descriptions stay on one line, so that a search finds their words. */
export function toYaml(content: unknown): string {
  return stringify(content, { lineWidth: 0, aliasDuplicateObjects: false });
}

const TEXTFILE = `# With node_exporter's textfile collector delete the group ${NAME}-up: there is no such job.\n`;

const HEADS: Readonly<Record<RulesFormat, string>> = {
  prometheus: TEXTFILE,
  kubernetes: TEXTFILE,
  grafana: `# For the folder provisioning/alerting of Grafana. $DS_PROMETHEUS is the uid of the data source, from Grafana's environment.\n${TEXTFILE}`,
};

function prometheusRule(groups: readonly RuleGroup[]): object {
  return {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PrometheusRule',
    metadata: { name: NAME, labels: { 'app.kubernetes.io/name': 'openclaw-store-exporter' } },
    spec: { groups },
  };
}

function provisioning(groups: readonly RuleGroup[]): object {
  return {
    apiVersion: 1,
    groups: groups.map(({ name, rules }) => ({
      orgId: 1,
      name,
      folder: 'OpenClaw',
      interval: '1m',
      rules: rules.map((rule) => grafanaRule(rule, rules)),
    })),
  };
}

/** As Grafana itself imports a rule of Prometheus: every series that the expression has is an alert, whatever its value. */
function grafanaRule(rule: AlertRule, group: readonly AlertRule[]): object {
  const own = Object.values(rule.labels).join(', ');
  const isAlone = group.filter(({ alert }) => alert === rule.alert).length === 1;
  const expression = (refId: string, model: object) => ({
    refId,
    datasourceUid: '__expr__',
    model: { refId, datasource: { type: '__expr__', uid: '__expr__' }, ...model },
  });
  return {
    // The same for the same rule, so that a new file replaces it; 40 characters at most.
    uid: `openclaw-${createHash('sha256').update(`${rule.alert} ${own}`).digest('hex').slice(0, 24)}`,
    title: isAlone ? rule.alert : `${rule.alert} (${own})`,
    condition: 'threshold',
    data: [
      {
        refId: 'query',
        relativeTimeRange: { from: 600, to: 0 },
        datasourceUid: '$DS_PROMETHEUS',
        model: { refId: 'query', expr: escaped(rule.expr), instant: true, range: false },
      },
      expression('prometheus_math', {
        type: 'math',
        expression: escaped('is_number($query) || is_nan($query) || is_inf($query)'),
      }),
      expression('threshold', {
        type: 'threshold',
        expression: 'prometheus_math',
        conditions: [{ evaluator: { type: 'gt', params: [0] } }],
      }),
    ],
    for: rule.for,
    keepFiringFor: rule.keep_firing_for,
    noDataState: 'OK',
    execErrState: 'Error',
    labels: rule.labels,
    annotations: Object.fromEntries(
      Object.entries(rule.annotations).map(([name, text]) => [name, escaped(inGrafana(text))]),
    ),
    isPaused: false,
  };
}

/** The value of a rule of Prometheus is that of its query here. */
function inGrafana(template: string): string {
  return template.replaceAll('$value', '$values.query.Value');
}

/** Grafana puts its environment into provisioned files. */
function escaped(text: string): string {
  return text.replaceAll('$', '$$$$');
}
