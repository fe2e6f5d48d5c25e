import {
  type DataFrame,
  dateTime,
  type FieldDisplay,
  type GrafanaTheme2,
  getDisplayValueAlignmentFactors,
  getFieldDisplayValues,
  type TimeRange,
} from '@grafana/data';
import { BarGauge, BigValue, PanelChrome, TimeSeries, VizRepeater } from '@grafana/ui';
import { TableNG } from '@grafana/ui/unstable';
import type { Panel, Picture } from './model.ts';

interface Drawn {
  readonly panel: Panel;
  readonly frames: DataFrame[];
  readonly theme: GrafanaTheme2;
  readonly picture: Picture;
  /** In pixels. */
  readonly width: number;
  readonly height: number;
}

/** A panel with its frame and its title, by Grafana's own components. */
export function PanelView(drawn: Drawn) {
  const { panel, width, height } = drawn;
  return (
    <PanelChrome
      title={panel.title}
      description={panel.description ?? ''}
      width={width}
      height={height}
      padding={panel.type === 'table' ? 'none' : 'md'}
    >
      {(innerWidth, innerHeight) => <Content {...drawn} width={innerWidth} height={innerHeight} />}
    </PanelChrome>
  );
}

function Content(drawn: Drawn) {
  const { panel, frames } = drawn;
  if (panel.type === 'stat') return <Stat {...drawn} />;
  if (frames.length === 0 || frames.every(({ length }) => length === 0)) return <NoData {...drawn} />;
  if (panel.type === 'bargauge') return <Bars {...drawn} />;
  if (panel.type === 'table') return <Rows {...drawn} />;
  if (panel.type === 'timeseries') return <Lines {...drawn} />;
  throw new Error(`there is no component for panels of the type ${panel.type}`);
}

function NoData({ panel, width, height }: Drawn) {
  return (
    <div style={{ width, height, display: 'flex', alignItems: 'center', justifyContent: 'center', opacity: 0.65 }}>
      {panel.fieldConfig?.defaults?.noValue ?? 'No data'}
    </div>
  );
}

function valuesOf({ panel, frames, theme }: Drawn): FieldDisplay[] {
  return getFieldDisplayValues({
    data: frames,
    fieldConfig: panel.fieldConfig,
    reduceOptions: { ...panel.options.reduceOptions, values: false },
    replaceVariables: (value) => value,
    theme,
    timeZone: 'utc',
  });
}

function Stat(drawn: Drawn) {
  const { panel, theme, width, height } = drawn;
  const { options } = panel;
  return (
    <VizRepeater
      getValues={() => valuesOf(drawn)}
      getAlignmentFactors={getDisplayValueAlignmentFactors}
      renderValue={({ value, width: itsWidth, height: itsHeight, alignmentFactors, count }) => (
        <BigValue
          value={value.display}
          count={count}
          theme={theme}
          width={itsWidth}
          height={itsHeight}
          alignmentFactors={alignmentFactors}
          colorMode={options.colorMode}
          graphMode={options.graphMode}
          justifyMode={options.justifyMode}
          textMode={options.textMode}
        />
      )}
      source={drawn.frames}
      renderCounter={0}
      autoGrid
      width={width}
      height={height}
      orientation={options.orientation}
    />
  );
}

function Bars(drawn: Drawn) {
  const { theme, width, height } = drawn;
  return (
    <VizRepeater
      getValues={() => valuesOf(drawn)}
      getAlignmentFactors={getDisplayValueAlignmentFactors}
      renderValue={({ value, width: itsWidth, height: itsHeight, alignmentFactors, orientation }) => (
        <BarGauge
          value={value.display}
          field={value.field}
          display={value.view?.getFieldDisplayProcessor(value.colIndex ?? 0)}
          theme={theme}
          width={itsWidth}
          height={itsHeight}
          orientation={orientation}
          itemSpacing={8}
          alignmentFactors={alignmentFactors}
          displayMode={drawn.panel.options.displayMode}
          isOverflow={false}
        />
      )}
      source={drawn.frames}
      renderCounter={0}
      itemSpacing={8}
      minVizHeight={drawn.panel.options.minVizHeight}
      maxVizHeight={drawn.panel.options.maxVizHeight}
      width={width}
      height={height}
      orientation={drawn.panel.options.orientation}
    />
  );
}

function Rows({ panel, frames, width, height }: Drawn) {
  const [frame] = frames;
  if (frame === undefined) return null;
  return (
    <TableNG
      data={frame}
      width={width}
      height={height}
      cellHeight={panel.options.cellHeight}
      initialSortBy={panel.options.sortBy}
      fieldConfig={panel.fieldConfig}
      enableVirtualization={false}
    />
  );
}

function Lines({ panel, frames, picture, width, height }: Drawn) {
  const { showLegend, displayMode, placement, calcs } = panel.options.legend;
  const timeRange: TimeRange = {
    from: dateTime(picture.fromMs),
    to: dateTime(picture.toMs),
    raw: { from: dateTime(picture.fromMs), to: dateTime(picture.toMs) },
  };
  return (
    <TimeSeries
      frames={frames}
      width={width}
      height={height}
      timeRange={timeRange}
      timeZone="utc"
      legend={{ showLegend, displayMode, placement, calcs }}
    />
  );
}
