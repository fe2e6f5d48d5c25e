import { FOR_SECONDS } from '../src/thresholds.ts';
import { type AlertRule, alertRule } from './rule.ts';

/** The name of the scrape job that the documentation and the shipped scrape configs use. */
const UP = 'up{job="openclaw-store"}';

/** Rules that need the exporter to be scraped itself; with node_exporter's textfile collector there is no such job. */
export function upRules(): AlertRule[] {
  return [
    alertRule({
      name: 'OpenClawExporterDown',
      severity: 'warning',
      expr: `${UP} == 0`,
      summary: 'The exporter for the stores of OpenClaw does not answer.',
      description:
        'Prometheus cannot scrape the exporter at {{ $labels.instance }}, so the stores there are not watched. ' +
        'First, on that host: curl -s http://127.0.0.1:10789/-/healthy.',
      dashboardVariables: ['instance'],
    }),
    alertRule({
      name: 'OpenClawExporterAbsent',
      severity: 'warning',
      expr: `absent(${UP})`,
      // Longer than a restart of Prometheus with its discovery of targets.
      forSeconds: FOR_SECONDS.edit,
      summary: 'No exporter for the stores of OpenClaw is scraped at all.',
      description:
        'Prometheus knows no target of the job openclaw-store, so no store is watched. ' +
        'First: the scrape config, its job name, and the service discovery of Prometheus.',
    }),
  ];
}
