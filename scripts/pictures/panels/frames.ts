import { type DataFrame, type Field, FieldType } from '@grafana/data';
import type { Panel, Result, Series, Target } from './model.ts';

/** What Grafana's server makes of answers of Prometheus: one frame for each series, or one for all of a table. */
export function framesOf(panel: Panel, results: Readonly<Record<string, Result>>, stepMs: number): DataFrame[] {
  const targets = panel.targets ?? [];
  return targets.flatMap((target) => {
    const result = results[target.refId] ?? [];
    if (target.format !== 'table') return result.map((series) => seriesFrame(series, target, stepMs));
    return result.length === 0 ? [] : [tableFrame(result, target, targets.length)];
  });
}

function seriesFrame({ metric, values }: Series, { refId, legendFormat }: Target, stepMs: number): DataFrame {
  const { __name__: _, ...labels } = metric;
  return {
    refId,
    length: values.length,
    fields: [
      {
        name: 'Time',
        type: FieldType.time,
        config: { interval: stepMs },
        values: values.map(([seconds]) => seconds * 1000),
      },
      {
        name: 'Value',
        type: FieldType.number,
        labels,
        config: legendFormat ? { displayNameFromDS: legendOf(legendFormat, metric) } : {},
        values: values.map(([, text]) => Number(text)),
      },
    ],
  };
}

function tableFrame(result: Result, { refId }: Target, queries: number): DataFrame {
  const names = [...new Set(result.flatMap(({ metric }) => Object.keys(metric)))].toSorted();
  const last = result.map(({ values }) => values.at(-1) ?? ([0, 'NaN'] as const));
  const fields: Field[] = [
    { name: 'Time', type: FieldType.time, config: {}, values: last.map(([seconds]) => seconds * 1000) },
    ...names.map((name) => ({
      name,
      type: FieldType.string,
      config: { filterable: true },
      values: result.map(({ metric }) => metric[name] ?? ''),
    })),
    {
      name: queries === 1 ? 'Value' : `Value #${refId}`,
      type: FieldType.number,
      config: {},
      values: last.map(([, text]) => Number(text)),
    },
  ];
  return { refId, length: result.length, fields };
}

function legendOf(format: string, labels: Readonly<Record<string, string>>): string {
  return format.replace(/\{\{\s*(\w+)\s*\}\}/g, (_, name: string) => labels[name] ?? '');
}
