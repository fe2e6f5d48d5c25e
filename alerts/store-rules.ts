import { type AlertRule, alertRule } from './rule.ts';

// A gateway down and a store half-upgraded are what the exporter is for: nothing here asks whether OpenClaw runs.
const AGENT = 'agent {{ $labels.agent }} on {{ $labels.instance }}';

// Its sessions are not published then, so all the rules about them are silent.
const BLIND = 'Sessions of an unreadable store are in no other alert';

/** What is wrong with the state directory or with a whole store. */
export function storeRules(): AlertRule[] {
  return [
    alertRule({
      name: 'OpenClawStateUnreadable',
      severity: 'critical',
      expr: 'openclaw_store_state_readable == 0',
      summary: 'The state directory of OpenClaw is missing or cannot be read.',
      description:
        'The exporter on {{ $labels.instance }} cannot read the state directory, so nothing of OpenClaw is watched. ' +
        'Check that it exists, that it is mounted where the exporter looks, and that the exporter runs as its owner.',
      dashboardVariables: ['instance'],
    }),
    alertRule({
      name: 'OpenClawStoreProblem',
      severity: 'critical',
      // An unreadable store always names its problem. Should it ever not, it must not be silent: the second half takes it
      // in, with no reason, so that no rule of its own is needed for `readable`.
      expr: [
        'openclaw_store_problem{reason!="archive_unpublished"} > 0',
        'or (',
        '  openclaw_store_readable == 0',
        '    unless ignoring (reason) openclaw_store_problem{reason!="archive_unpublished"} > 0',
        ')',
      ].join('\n'),
      summary: 'The session store of an agent has a problem as a whole.',
      description:
        `The store of ${AGENT} has a problem: {{ or $labels.reason "unreadable, reason unknown" }}. ` +
        `${BLIND}. The runbook says for each reason what to do first.`,
      dashboardVariables: ['instance', 'agent'],
    }),
    alertRule({
      name: 'OpenClawStoreArchiveUnpublished',
      severity: 'warning',
      // Apart from the other problems: the store is read and works, only what was deleted or reset is not yet written out.
      expr: 'openclaw_store_problem{reason="archive_unpublished"} > 0',
      for: '1h',
      summary: 'OpenClaw could not write the archive of a deleted or reset session.',
      description:
        `The store of ${AGENT} holds archived transcripts that OpenClaw failed to publish. ` +
        'Check the free space and the permissions of the folder of sessions, then the log of the gateway.',
      dashboardVariables: ['instance', 'agent'],
    }),
    alertRule({
      name: 'OpenClawSessionsCorrupted',
      severity: 'warning',
      expr: 'openclaw_store_corrupted_sessions > 0',
      for: '15m',
      // Damage inside a transcript is known again only after the first deep scan of a restarted exporter.
      keepFiringFor: '30m',
      summary: 'Sessions of an agent are corrupted.',
      description:
        `Corrupted sessions of ${AGENT} by reason {{ $labels.reason }}: {{ $value }}, among them ` +
        '{{ with printf `finding="corrupted",reason=%q,agent=%q,instance=%q,job=%q` ' +
        '$labels.reason $labels.agent $labels.instance $labels.job }}' +
        '{{ range $i, $one := printf `topk(3, openclaw_store_session_finding{%s})` . | query }}' +
        '{{ if $i }}, {{ end }}{{ $one.Labels.session }}{{ end }}{{ end }}. ' +
        'Look before any clean-up: OpenClaw drops or deletes what it cannot read.',
      dashboardVariables: ['instance', 'agent'],
    }),
    alertRule({
      name: 'OpenClawConfigInvalid',
      severity: 'warning',
      expr: 'openclaw_store_config_valid == 0',
      // Longer than an edit.
      for: '15m',
      summary: 'The config of OpenClaw cannot be read or is not valid.',
      description:
        'The exporter on {{ $labels.instance }} cannot use the config of OpenClaw, so windows, agents and bindings are ' +
        'unknown to it, and a restart of the gateway may fail. Run: openclaw doctor.',
      dashboardVariables: ['instance'],
    }),
  ];
}
