import { PanelBuilder as BarGauge } from '@grafana/grafana-foundation-sdk/bargauge';
import {
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
import { PanelBuilder as Table } from '@grafana/grafana-foundation-sdk/table';
import { PanelBuilder as TimeSeries } from '@grafana/grafana-foundation-sdk/timeseries';
import * as units from '@grafana/grafana-foundation-sdk/units';
import { DASHBOARD_WINDOW_PERCENT } from '../src/thresholds.ts';
import { column, now, over } from './targets.ts';
import { againstThreshold, steps, tokenSteps, transcriptSteps } from './thresholds.ts';
import { BY_KIND, DATASOURCE, FLEET } from './variables.ts';

const TOKENS = `openclaw_store_session_tokens{${BY_KIND}}`;
const WINDOW = `openclaw_store_session_window_tokens{${BY_KIND}}`;
const NO_TOKENS = 'no session with known tokens';
/** Sessions in a panel with lines or bars. */
const LINES = 10;
/** Sessions in the table. */
const ROWS = 25;

export function sessionsByKind(): TimeSeries {
  return lines('Sessions by kind')
    .description(
      'Sessions in the stores, without archived ones. If cron or subagent only grows, OpenClaw does not clean up.',
    )
    .unit(units.Short)
    .min(0)
    .noValue('no store could be read')
    .stacking(new StackingConfigBuilder().mode(StackingMode.Normal).group('A'))
    .fillOpacity(20)
    .withTarget(over('A', `sum by (kind) (openclaw_store_sessions{${BY_KIND}})`, '{{kind}}'));
}

export function scanAge(): TimeSeries {
  return lines('Age of the last good scan')
    .description(
      'How old the figures are, of the instance with the oldest ones. By default a quick scan runs every minute and a deep scan every 15 minutes. Act when the age is three times as long.',
    )
    .unit(units.Seconds)
    .min(0)
    .noValue('no good scan yet')
    .withTarget(over('A', `max by (scan) (time() - openclaw_store_last_scan_timestamp_seconds{${FLEET}})`, '{{scan}}'));
}

export function tokensOverTime(): TimeSeries {
  return (
    lines('Tokens of the largest sessions')
      .description(
        `Tokens in the context after the last run, of the ${LINES} sessions that held most in the time shown. The dashed lines are the lowest warning threshold and the lowest critical threshold of all kinds. Act when a line climbs and no compaction brings it down.`,
      )
      .height(10)
      .span(14)
      .unit(units.Short)
      .min(0)
      .noValue(NO_TOKENS)
      .thresholds(tokenSteps())
      .thresholdsStyle(new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed))
      // Chosen once for the whole time shown. A plain topk chooses anew at each step, which gives many broken lines.
      .withTarget(
        over('A', `${TOKENS} and topk(${LINES}, max_over_time(${TOKENS}[$__range] @ end()))`, '{{agent}} {{session}}'),
      )
  );
}

export function transcriptBytes(): BarGauge {
  return new BarGauge()
    .title('Largest transcripts')
    .description(
      `Size of the current transcript of the ${LINES} sessions with the largest ones; in SQLite the bytes of its events. A yellow transcript is slow to load and to compact: look at what fills it.`,
    )
    .datasource(DATASOURCE)
    .height(10)
    .span(10)
    .unit(units.BytesSI)
    .min(0)
    .noValue('no transcript')
    .thresholds(transcriptSteps())
    .orientation(VizOrientation.Horizontal)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']))
    .withTarget(
      now(
        'A',
        `sort_desc(topk(${LINES}, openclaw_store_session_transcript_bytes{${BY_KIND}}))`,
        '{{agent}} {{session}}',
      ),
    );
}

interface Column {
  readonly title: string;
  /** One value per session. */
  readonly expr: string;
  readonly properties: { id: string; value: unknown }[];
}

const COLUMNS: readonly Column[] = [
  { title: 'Tokens', expr: TOKENS, properties: [unit(units.Short), coloured(tokenSteps())] },
  { title: 'Window', expr: WINDOW, properties: [unit(units.Short)] },
  {
    title: 'Of window',
    expr: `(${TOKENS} / ${WINDOW})`,
    properties: [
      unit(units.PercentUnit),
      coloured(steps('green', [DASHBOARD_WINDOW_PERCENT / 100, 'yellow'], [1, 'red'])),
    ],
  },
  {
    title: 'Of warning threshold',
    expr: `(${againstThreshold('/', 'warning')})`,
    properties: [unit(units.PercentUnit), coloured(steps('green', [1, 'yellow']))],
  },
  {
    title: 'Transcript',
    expr: `openclaw_store_session_transcript_bytes{${BY_KIND}}`,
    properties: [unit(units.BytesSI), coloured(transcriptSteps())],
  },
  { title: 'Messages', expr: `openclaw_store_session_messages{${BY_KIND}}`, properties: [unit(units.Short)] },
  { title: 'Compactions', expr: `openclaw_store_session_compactions{${BY_KIND}}`, properties: [unit(units.Short)] },
  {
    title: 'Last activity',
    // Grafana counts in milliseconds.
    expr: `1000 * openclaw_store_session_last_activity_timestamp_seconds{${BY_KIND}}`,
    properties: [unit(units.DateTimeFromNow)],
  },
];

/** Every field has an index, since Grafana does not document where a field without one goes. */
const ORDER = ['instance', 'agent', 'session', 'kind', ...COLUMNS.map((_, index) => field(index)), 'Time', 'job'];

export function largestContexts(): Table {
  const table = new Table()
    .title('Largest contexts')
    .description(
      `The ${ROWS} sessions with most tokens. At its window a session fails or loses context. Above its warning threshold its alert fires. Colours of the column Tokens: the lowest thresholds of all kinds. An empty cell means: not known.`,
    )
    .datasource(DATASOURCE)
    .height(12)
    .span(24)
    .unit(units.Short)
    .noValue(NO_TOKENS)
    .withTransformation({ id: 'merge', options: {} })
    .withTransformation({
      id: 'organize',
      options: {
        excludeByName: { Time: true, job: true },
        indexByName: Object.fromEntries(ORDER.map((name, index) => [name, index])),
        renameByName: {
          instance: 'Instance',
          agent: 'Agent',
          session: 'Session',
          kind: 'Kind',
          ...Object.fromEntries(COLUMNS.map(({ title }, index) => [field(index), title])),
        },
      },
    })
    .sortBy([new TableSortByFieldStateBuilder().displayName('Tokens').desc(true)]);
  for (const [index, { title, expr, properties }] of COLUMNS.entries()) {
    table.withTarget(column(refId(index), amongLargest(expr))).overrideByName(title, properties);
  }
  return table;
}

/** `max by` drops the name of the metric. With the names Grafana would not merge the rows of the columns. */
function amongLargest(expr: string): string {
  return `max by (job, instance, agent, session, kind) (${expr} and topk(${ROWS}, ${TOKENS}))`;
}

function refId(index: number): string {
  return String.fromCharCode('A'.charCodeAt(0) + index);
}

/** Grafana's name for the values of a query in a merged table. */
function field(index: number): string {
  return `Value #${refId(index)}`;
}

function unit(value: string): { id: string; value: unknown } {
  return { id: 'unit', value };
}

function coloured(thresholds: ReturnType<typeof steps>): { id: string; value: unknown } {
  return { id: 'thresholds', value: thresholds.build() };
}

function lines(title: string): TimeSeries {
  return new TimeSeries()
    .title(title)
    .datasource(DATASOURCE)
    .height(8)
    .span(6)
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.Table)
        .placement(LegendPlacement.Bottom)
        .showLegend(true)
        .calcs(['lastNotNull', 'max']),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending));
}
