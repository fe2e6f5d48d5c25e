import { ALERT_THRESHOLDS, FOR_SECONDS, inWords } from '../thresholds.ts';
import { promDuration } from './expressions.ts';
import { type AlertRule, alertRule, type RuleOptions } from './rule.ts';

/** Rules for an exporter that Prometheus scrapes itself. With node_exporter's textfile collector there is no such job. */
export function upRules(options: RuleOptions): AlertRule[] {
  const { down, flapping, historySeconds } = ALERT_THRESHOLDS;
  const up = `up{job="${options.job}"}`;
  const history = promDuration(historySeconds);
  const hour = promDuration(flapping.seconds);
  return [
    alertRule(options, {
      name: 'OpenClawExporterDown',
      severity: 'critical',
      // Not `up == 0`: of a crash loop a scrape now and then succeeds.
      expr: `avg_over_time(${up}[${promDuration(down.seconds)}]) < ${down.percent / 100}`,
      summary: 'The exporter for the stores of OpenClaw does not answer.',
      description:
        `Prometheus can scrape the exporter at {{ $labels.instance }} less than ${down.percent} % of the time. Nobody watches the ` +
        'stores there. First, on that host: curl -s http://127.0.0.1:10789/-/healthy.',
      dashboardVariables: ['instance'],
    }),
    alertRule(options, {
      name: 'OpenClawExporterAbsent',
      severity: 'critical',
      expr: [`absent_over_time(${up}[${history}])`, `or (last_over_time(${up}[${history}]) unless ${up})`].join('\n'),
      forSeconds: FOR_SECONDS.edit,
      summary: 'Prometheus no longer scrapes an exporter for the stores of OpenClaw.',
      description:
        `Prometheus has no target {{ with $labels.instance }}{{ . }} {{ end }}in the job ${options.job}, though it had one within ` +
        `${inWords(historySeconds)} or should have one. Nobody watches the stores there. First: check the scrape config, the ` +
        'name of its job, and the service discovery of Prometheus. After a removal on purpose: silence it as long.',
    }),
    alertRule(options, {
      name: 'OpenClawExporterFlapping',
      severity: 'warning',
      expr: [
        `changes(${up}[${hour}]) > ${flapping.changes}`,
        `or changes(process_start_time_seconds{job="${options.job}"}[${hour}]) > ${flapping.changes}`,
      ].join('\n'),
      summary: 'The exporter for the stores of OpenClaw restarts, or is lost, again and again.',
      description:
        `The exporter at {{ $labels.instance }} started, or its scrape changed between good and lost, {{ $value }} times within ` +
        `${inWords(flapping.seconds)}. What happens in between is seen late or not at all. First: read its log, and compare its memory with its limit.`,
      dashboardVariables: ['instance'],
    }),
  ];
}
