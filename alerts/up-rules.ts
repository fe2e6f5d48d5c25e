import { FOR_SECONDS } from '../src/thresholds.ts';
import { type AlertRule, alertRule } from './rule.ts';

/** The name of the scrape job that the documentation and the shipped scrape configs use. */
const UP = 'up{job="openclaw-store"}';

/** Rules for an exporter that Prometheus scrapes itself. With node_exporter's textfile collector there is no such job. */
export function upRules(): AlertRule[] {
  return [
    alertRule({
      name: 'OpenClawExporterDown',
      severity: 'warning',
      expr: `${UP} == 0`,
      summary: 'The exporter for the stores of OpenClaw does not answer.',
      description:
        'Prometheus cannot scrape the exporter at {{ $labels.instance }}. Nobody watches the stores there. ' +
        'First, on that host: curl -s http://127.0.0.1:10789/-/healthy.',
      dashboardVariables: ['instance'],
    }),
    alertRule({
      name: 'OpenClawExporterAbsent',
      severity: 'warning',
      expr: `absent(${UP})`,
      forSeconds: FOR_SECONDS.edit,
      summary: 'Prometheus scrapes no exporter for the stores of OpenClaw.',
      description:
        'Prometheus has no target in the job openclaw-store. Nobody watches any store. ' +
        'First: check the scrape config, the name of its job, and the service discovery of Prometheus.',
    }),
  ];
}
