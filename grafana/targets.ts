import { MappingType, type ValueMapping } from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import { DATASOURCE } from './variables.ts';

/** A query over the time shown. `legend` may hold labels in double braces. */
export function over(refId: string, expr: string, legend: string): DataqueryBuilder {
  return new DataqueryBuilder().refId(refId).expr(expr).legendFormat(legend).range().datasource(DATASOURCE);
}

/** A query at the end of the time shown. */
export function now(refId: string, expr: string, legend: string): DataqueryBuilder {
  return new DataqueryBuilder().refId(refId).expr(expr).legendFormat(legend).instant().datasource(DATASOURCE);
}

/** A column `Value #<refId>` of a table. */
export function column(refId: string, expr: string): DataqueryBuilder {
  return new DataqueryBuilder().refId(refId).expr(expr).format(PromQueryFormat.Table).instant().datasource(DATASOURCE);
}

/** One is good and green, zero is bad and red. */
export function yesNo(yes: string, no: string): ValueMapping[] {
  return [
    {
      type: MappingType.ValueToText,
      options: { '0': { text: no, color: 'red', index: 0 }, '1': { text: yes, color: 'green', index: 1 } },
    },
  ];
}
