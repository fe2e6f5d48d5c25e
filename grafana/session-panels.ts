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

export function sessionsByKind(): TimeSeries {
  return lines('Sessions by kind')
    .description(
      'Sessions in the stores, archived ones left out. Worry when cron or subagent only ever grows: then OpenClaw does not clean up.',
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
      'How old the figures are, the oldest of all instances. By default a quick scan runs every minute and a deep one every 15: worry at three times that.',
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
        'Context in use after the last run, of the ten sessions that held most in the time shown. The lines are the lowest warning and critical threshold of any kind. Worry when a line climbs and no compaction brings it down.',
      )
      .height(10)
      .span(14)
      .unit(units.Short)
      .min(0)
      .noValue(NO_TOKENS)
      .thresholds(tokenSteps())
      .thresholdsStyle(new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed))
      // One choice of ten for the whole time: a plain topk chooses anew at each step and shows many broken lines.
      .withTarget(
        over('A', `${TOKENS} and topk(10, max_over_time(${TOKENS}[$__range] @ end()))`, '{{agent}} {{session}}'),
      )
  );
}

export function transcriptBytes(): BarGauge {
  return new BarGauge()
    .title('Largest transcripts')
    .description(
      'Size of the current transcript of a session; in the SQLite era the bytes of its events. Yellow is slow to load and to compact: see what fills it.',
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
      now('A', `sort_desc(topk(10, openclaw_store_session_transcript_bytes{${BY_KIND}}))`, '{{agent}} {{session}}'),
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

/** Every field, since Grafana says nothing about where one without an index goes. */
const ORDER = ['instance', 'agent', 'session', 'kind', ...COLUMNS.map((_, index) => field(index)), 'Time', 'job'];

export function largestContexts(): Table {
  const table = new Table()
    .title('Largest contexts')
    .description(
      'The 25 sessions with most tokens. Above their window a message fails or loses context; above the warning threshold in force for a session its alert fires. The colours of tokens are the lowest thresholds of any kind. Empty cells are not known.',
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

/** `max by` drops the metric's name, by which Grafana would keep the columns' rows apart. */
function amongLargest(expr: string): string {
  return `max by (job, instance, agent, session, kind) (${expr} and topk(25, ${TOKENS}))`;
}

function refId(index: number): string {
  return String.fromCharCode('A'.charCodeAt(0) + index);
}

/** What Grafana calls the values of a query in a merged table. */
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
