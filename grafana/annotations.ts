import { AnnotationQueryBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { ofExporters } from './expressions.ts';
import { DATASOURCE, OF_ALERTS, TARGET } from './variables.ts';

export function annotations(): AnnotationQueryBuilder[] {
  return [
    annotation('Restarts of the exporter', 'blue')
      .expr(ofExporters(`changes(process_start_time_seconds{${TARGET}}[$__rate_interval]) > 0`))
      .titleFormat('The exporter restarted')
      .textFormat('{{instance}}'),
    annotation('Firing alerts', 'red')
      .expr(`ALERTS{alertname=~"OpenClaw.+", alertstate="firing", ${OF_ALERTS}}`)
      .titleFormat('{{alertname}} ({{severity}})')
      .textFormat('{{instance}} {{agent}} {{kind}} {{session}}'),
  ];
}

function annotation(name: string, color: string): AnnotationQueryBuilder {
  return new AnnotationQueryBuilder().name(name).datasource(DATASOURCE).enable(true).iconColor(color).step('60s');
}
