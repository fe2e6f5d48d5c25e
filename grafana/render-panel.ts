import { PanelBuilder as BarGauge } from '@grafana/grafana-foundation-sdk/bargauge';
import {
  BarGaugeSizing,
  BigValueColorMode,
  BigValueGraphMode,
  BigValueTextMode,
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TableSortByFieldStateBuilder,
  TooltipDisplayMode,
  VizLegendOptionsBuilder,
  VizOrientation,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import { DashboardLinkBuilder, DashboardLinkType } from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as Stat } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as Table } from '@grafana/grafana-foundation-sdk/table';
import { PanelBuilder as TimeSeries } from '@grafana/grafana-foundation-sdk/timeseries';
import * as units from '@grafana/grafana-foundation-sdk/units';
import { PLAIN } from './colours.ts';
import type { BarsSpec, Column, LinesSpec, Link, PanelSpec, Query, StatSpec, TableSpec } from './panel.ts';
import { DATASOURCE } from './variables.ts';

export function renderPanel(spec: PanelSpec): Stat | BarGauge | TimeSeries | Table {
  const builder = ofType(spec);
  return builder.title(spec.title).description(spec.description).noValue(spec.noValue).datasource(DATASOURCE);
}

function ofType(spec: PanelSpec): Stat | BarGauge | TimeSeries | Table {
  if (spec.type === 'stat') return stat(spec);
  if (spec.type === 'bars') return bars(spec);
  return spec.type === 'lines' ? lines(spec) : table(spec);
}

function stat({ unit, queries, colours, mappings, links = [] }: StatSpec): Stat {
  return (
    new Stat()
      .unit(unit)
      .thresholds(colours ?? PLAIN)
      .mappings(mappings ?? [])
      .colorMode(BigValueColorMode.Value)
      .graphMode(BigValueGraphMode.None)
      .textMode(
        queries.some(({ legend }) => legend.includes('{{')) ? BigValueTextMode.ValueAndName : BigValueTextMode.Value,
      )
      .reduceOptions(LAST)
      .dataLinks(links.map(dataLink))
      // Of this moment: the last value of the time shown would hide that there is none any more.
      .targets(queries.map((query, index) => target(query, index).instant()))
  );
}

function bars({ unit, queries, colours, links = [] }: BarsSpec): BarGauge {
  return (
    new BarGauge()
      .unit(unit)
      .min(0)
      .thresholds(colours ?? PLAIN)
      .orientation(VizOrientation.Horizontal)
      // Else two bars fill the panel, and their names do not fit.
      .sizing(BarGaugeSizing.Manual)
      .minVizHeight(16)
      .maxVizHeight(30)
      .reduceOptions(LAST)
      .dataLinks(links.map(dataLink))
      .targets(queries.map((query, index) => target(query, index).instant()))
  );
}

function lines({ unit, queries, colours, stacked, links = [] }: LinesSpec): TimeSeries {
  const builder = new TimeSeries()
    .unit(unit)
    .min(0)
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.Table)
        .placement(LegendPlacement.Bottom)
        .showLegend(true)
        .calcs(['lastNotNull', 'max']),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending))
    .dataLinks(links.map(dataLink))
    .targets(queries.map((query, index) => target(query, index).range()));
  for (const { legend, limit } of queries) if (limit !== undefined) builder.overrideByName(legend, limitLine(limit));
  if (colours !== undefined) {
    builder
      .thresholds(colours)
      .thresholdsStyle(new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed));
  }
  if (!stacked) return builder;
  return builder.fillOpacity(20).stacking(new StackingConfigBuilder().mode(StackingMode.Normal).group('A'));
}

function limitLine(colour: string) {
  return [
    { id: 'color', value: { mode: 'fixed', fixedColor: colour } },
    { id: 'custom.lineStyle', value: { fill: 'dash', dash: [8, 6] } },
  ];
}

function table({ labels, columns, links = {}, sortBy }: TableSpec): Table {
  const shown = Object.keys(labels);
  const fields = columns.map((_, index) => field(index, columns.length));
  const isFirst = (_name: string, index: number) => columns[index]?.first === true;
  const ordered = [...fields.filter(isFirst), ...shown, ...fields.filter((name, index) => !isFirst(name, index))];
  const hidden = [
    'Time',
    '__name__',
    ...fields.filter((_, index) => columns[index]?.hidden === true),
    ...labelsOf(columns).filter((label) => !shown.includes(label)),
  ];
  const builder = new Table()
    .unit(units.Short)
    .filterable(true)
    .targets(
      columns.map(({ expr }, index) => target({ expr, legend: '' }, index).format(PromQueryFormat.Table).instant()),
    )
    .withTransformation({ id: 'merge', options: {} })
    .withTransformation({
      id: 'organize',
      options: {
        excludeByName: Object.fromEntries(hidden.map((name) => [name, true])),
        // Every field has an index, since Grafana does not document where a field without one goes.
        indexByName: Object.fromEntries([...ordered, ...hidden].map((name, index) => [name, index])),
        renameByName: {
          ...labels,
          ...Object.fromEntries(columns.map(({ title }, index) => [field(index, columns.length), title])),
        },
      },
    })
    // Grafana puts the text for no data into each empty cell, too.
    .overrideByRegexp('.*', [{ id: 'noValue', value: EMPTY_CELL }]);
  for (const column of columns) {
    if (!column.hidden) builder.overrideByName(column.title, [...cells(column), ...widthOfFigures(column, sortBy)]);
  }
  for (const heading of Object.values(labels)) builder.overrideByName(heading, widthOfLabel(heading));
  for (const [heading, opened] of Object.entries(links)) builder.overrideByName(heading, linksOf(opened));
  return sortBy === undefined
    ? builder
    : builder.sortBy([new TableSortByFieldStateBuilder().displayName(sortBy).desc(true)]);
}

/** The labels that rows can have: Grafana shows each that is not excluded. */
function labelsOf(columns: readonly Column[]): string[] {
  const lists = columns.flatMap(({ expr }) => [...expr.matchAll(/\bby \(([^)]*)\)/g)].map(([, list = '']) => list));
  return [...new Set(lists.flatMap((list) => list.split(/,\s*/)))];
}

const EMPTY_CELL = '-';

/** Of columns of text whose values are all about as long, in pixels. */
const WIDTHS: Readonly<Record<string, number>> = {
  Session: 340,
  Alert: 240,
  Severity: 120,
  Cluster: 110,
  Job: 130,
  Kind: 90,
};
/** The other columns of text share what is left. Grafana's own minimum of 150 cuts an address with its port. */
const LEAST_OF_TEXT = 160;

/** Of a column with figures: its heading is whole, with its filter and, where rows are sorted by it, its arrow. */
const FIGURES = { least: 100, date: 140, letter: 7.5, filter: 42, arrow: 20 };

function widthOfLabel(heading: string): { id: string; value: unknown }[] {
  const width = WIDTHS[heading];
  return [width === undefined ? { id: 'custom.minWidth', value: LEAST_OF_TEXT } : { id: 'custom.width', value: width }];
}

function widthOfFigures({ title, unit }: Column, sortBy: string | undefined): { id: string; value: unknown }[] {
  const { least, date, letter, filter, arrow } = FIGURES;
  const heading = Math.ceil(title.length * letter) + filter + (title === sortBy ? arrow : 0);
  const width = WIDTHS[title] ?? Math.max(unit === units.DateTimeFromNow ? date : least, heading);
  return [{ id: 'custom.width', value: width }];
}

function linksOf(opened: readonly Link[]): { id: string; value: unknown }[] {
  return [{ id: 'links', value: opened.map((each) => ({ ...each })) }];
}

const LAST = new ReduceDataOptionsBuilder().calcs(['lastNotNull']);

function cells({ unit, colours, mappings }: Column): { id: string; value: unknown }[] {
  return [
    { id: 'unit', value: unit },
    ...(mappings === undefined ? [] : [{ id: 'mappings', value: mappings }]),
    ...(colours === undefined && mappings === undefined
      ? []
      : [{ id: 'custom.cellOptions', value: { type: 'color-text' } }]),
    { id: 'thresholds', value: (colours ?? PLAIN).build() },
  ];
}

function target({ expr, legend }: Query, index: number): DataqueryBuilder {
  return new DataqueryBuilder().refId(refId(index)).expr(expr).legendFormat(legend).datasource(DATASOURCE);
}

function dataLink({ title, url }: Link): DashboardLinkBuilder {
  return new DashboardLinkBuilder(title).type(DashboardLinkType.Link).url(url);
}

function refId(index: number): string {
  return String.fromCharCode('A'.charCodeAt(0) + index);
}

/** Grafana's name for the values of a query in a table. */
function field(index: number, count: number): string {
  return count === 1 ? 'Value' : `Value #${refId(index)}`;
}
