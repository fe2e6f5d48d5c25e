import {
  applyFieldOverrides,
  cacheFieldDisplayNames,
  type DataFrame,
  dataLinksOverrideProcessor,
  displayNameOverrideProcessor,
  FieldConfigOptionsRegistry,
  type FieldConfigPropertyItem,
  type GrafanaTheme2,
  identityOverrideProcessor,
  numberOverrideProcessor,
  standardTransformers,
  standardTransformersRegistry,
  stringOverrideProcessor,
  thresholdsOverrideProcessor,
  transformDataFrame,
  unitOverrideProcessor,
  valueMappingsOverrideProcessor,
} from '@grafana/data';
import { firstValueFrom } from 'rxjs';
import type { Panel } from './model.ts';

// Grafana registers these when it starts. Here stand only those that the dashboards use.
standardTransformersRegistry.setInit(() =>
  [standardTransformers.mergeTransformer, standardTransformers.organizeFieldsTransformer].map((transformation) => ({
    id: transformation.id,
    name: transformation.name,
    transformation,
    editor: () => null,
    imageDark: '',
    imageLight: '',
  })),
);

// biome-ignore lint/suspicious/noExplicitAny: the processors of Grafana have types of their own for each property
function property(id: string, process: any, isCustom = false): FieldConfigPropertyItem {
  return {
    id,
    path: isCustom ? id.slice('custom.'.length) : id,
    name: id,
    isCustom,
    editor: () => null,
    override: () => null,
    process,
    settings: {},
    shouldApply: () => true,
  };
}

/** What the plug-in of Grafana sets for lines, where the JSON says nothing. */
const LINES = {
  drawStyle: 'line',
  lineInterpolation: 'linear',
  lineWidth: 1,
  fillOpacity: 0,
  gradientMode: 'none',
  showPoints: 'auto',
  pointSize: 5,
  spanNulls: false,
  axisPlacement: 'auto',
  axisLabel: '',
  scaleDistribution: { type: 'linear' },
  stacking: { mode: 'none', group: 'A' },
  thresholdsStyle: { mode: 'off' },
  hideFrom: { tooltip: false, viz: false, legend: false },
};

const PROPERTIES = new FieldConfigOptionsRegistry(() => [
  property('unit', unitOverrideProcessor),
  property('min', numberOverrideProcessor),
  property('max', numberOverrideProcessor),
  property('decimals', numberOverrideProcessor),
  property('displayName', displayNameOverrideProcessor),
  property('noValue', stringOverrideProcessor),
  property('color', identityOverrideProcessor),
  property('thresholds', thresholdsOverrideProcessor),
  property('mappings', valueMappingsOverrideProcessor),
  property('links', dataLinksOverrideProcessor),
  ...[...Object.keys(LINES), 'lineStyle', 'cellOptions', 'align', 'inspect', 'filterable', 'width', 'minWidth'].map(
    (name) => property(`custom.${name}`, identityOverrideProcessor, true),
  ),
]);

/** What the plug-ins of Grafana set where the JSON says nothing. */
const DEFAULTS: Readonly<Record<string, object>> = {
  timeseries: { color: { mode: 'palette-classic' }, custom: LINES },
  stat: { color: { mode: 'thresholds' } },
  bargauge: { color: { mode: 'thresholds' } },
  table: { color: { mode: 'thresholds' }, custom: { cellOptions: { type: 'auto' } } },
};

/** Transformed, and with its field configuration, by Grafana's own code. */
export async function prepare(panel: Panel, frames: DataFrame[], theme: GrafanaTheme2): Promise<DataFrame[]> {
  const transformed = await firstValueFrom(transformDataFrame(panel.transformations ?? [], frames));
  const { defaults = {}, overrides = [] } = panel.fieldConfig ?? {};
  // biome-ignore lint/suspicious/noExplicitAny: as the JSON has it
  const own: any = DEFAULTS[panel.type] ?? {};
  refuseUnknown(overrides);
  const prepared = applyFieldOverrides({
    data: transformed,
    fieldConfig: {
      defaults: { ...own, ...defaults, custom: { ...own.custom, ...defaults.custom } },
      overrides,
    },
    fieldConfigRegistry: PROPERTIES,
    replaceVariables: (value) => value,
    theme,
    timeZone: 'utc',
  });
  // A table shows these names at the heads of its columns.
  cacheFieldDisplayNames(prepared);
  return prepared;
}

/** Grafana's code passes over a property that is not registered, and the picture would lack it. */
function refuseUnknown(overrides: readonly { properties: readonly { id: string }[] }[]): void {
  for (const { id } of overrides.flatMap(({ properties }) => properties))
    if (PROPERTIES.getIfExists(id) === undefined) throw new Error(`panels/prepare.ts does not know the property ${id}`);
}
