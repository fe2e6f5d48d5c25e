import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

const DEPLOY = join(import.meta.dirname, '../../deploy/prometheus');

type Relabel = { source_labels?: string[]; separator?: string; regex: string; action: string };

/** Whether a file of deploy/prometheus/ lets a series go to the other store, by its rules of relabelling. */
export function isWritten(file: string, metric: string, labels: Readonly<Record<string, string>> = {}): boolean {
  const alert = metric.startsWith('ALERTS') ? { alertname: 'OpenClawScanStale' } : {};
  const series: Record<string, string> = { __name__: metric, job: 'openclaw-store', ...alert, ...labels };
  const rules: Relabel[] = parse(readText(file)).remote_write[0].write_relabel_configs;
  return rules
    .filter(({ action }) => action === 'keep')
    .every(({ source_labels = [], separator = ';', regex }) =>
      new RegExp(`^(?:${regex})$`).test(source_labels.map((label) => series[label] ?? '').join(separator)),
    );
}

/** Whether the commented lines of remote-write.yml leave a metric out. */
export function isOnlyForDashboards(metric: string): boolean {
  const [, pattern] = /# {3}regex: (openclaw_store_\(.*\))$/m.exec(readText('remote-write.yml')) ?? [];
  if (pattern === undefined) throw new Error('remote-write.yml has no such lines');
  return new RegExp(`^(?:${pattern})$`).test(metric);
}

function readText(name: string): string {
  return readFileSync(join(DEPLOY, name), 'utf8');
}
