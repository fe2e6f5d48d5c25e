import { createTheme, type DataFrame, setTimeZoneResolver, ThemeContext } from '@grafana/data';
import { initPluginTranslations } from '@grafana/i18n';
import { GlobalStyles } from '@grafana/ui';
import { flushSync } from 'react-dom';
import { createRoot } from 'react-dom/client';
import { framesOf } from './frames.ts';
import type { Panel, Picture } from './model.ts';
import { PanelView } from './panel.tsx';
import { prepare } from './prepare.ts';

/** As Grafana lays panels out: 24 columns, and rows of 30 pixels with 8 between them. */
const COLUMNS = 24;
const ROW = 30;
const GAP = 8;

const theme = createTheme({ colors: { mode: 'dark' } });

declare global {
  interface Window {
    draw: (picture: Picture) => Promise<void>;
  }
}

window.draw = async (picture) => {
  setTimeZoneResolver(() => 'utc');
  await initPluginTranslations('grafana');
  const prepared = new Map<number, DataFrame[]>();
  for (const panel of picture.panels)
    prepared.set(
      panel.id,
      await prepare(panel, framesOf(panel, picture.results[panel.id] ?? {}, picture.stepMs), theme),
    );
  const target = document.getElementById('dashboard');
  if (target === null) throw new Error('the page has no element #dashboard');
  flushSync(() => createRoot(target).render(<Dashboard picture={picture} prepared={prepared} />));
};

function Dashboard({ picture, prepared }: { picture: Picture; prepared: ReadonlyMap<number, DataFrame[]> }) {
  const height = Math.max(...picture.panels.map(({ gridPos: { y, h } }) => y + h)) * (ROW + GAP) + GAP;
  return (
    <ThemeContext.Provider value={theme}>
      <GlobalStyles />
      <div style={{ position: 'relative', width: picture.width, height, background: theme.colors.background?.canvas }}>
        {picture.panels.map((panel) => (
          <Placed key={panel.id} panel={panel} picture={picture} frames={prepared.get(panel.id) ?? []} />
        ))}
      </div>
    </ThemeContext.Provider>
  );
}

function Placed({ panel, picture, frames }: { panel: Panel; picture: Picture; frames: DataFrame[] }) {
  const { x, y, w, h } = panel.gridPos;
  const column = (picture.width - GAP) / COLUMNS;
  const width = w * column - GAP;
  const height = h * (ROW + GAP) - GAP;
  const style = { position: 'absolute', left: GAP + x * column, top: GAP + y * (ROW + GAP), width, height } as const;
  if (panel.type === 'row')
    return <h2 style={{ ...style, margin: 0, fontSize: 16, lineHeight: `${height}px` }}>{panel.title}</h2>;
  return (
    <div style={style}>
      <PanelView panel={panel} frames={frames} theme={theme} picture={picture} width={width} height={height} />
    </div>
  );
}
