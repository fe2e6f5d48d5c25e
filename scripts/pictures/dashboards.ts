import { existsSync, readFileSync } from 'node:fs';
import { join, normalize } from 'node:path';
import { type BuildOptions, build } from 'esbuild';
import type { Browser } from 'playwright-core';
import { writePng } from './browser.ts';
import type { Panel, Picture, Result, Target } from './panels/model.ts';

const DASHBOARDS = join(import.meta.dirname, '../../grafana/dashboards');
const GRAFANA_FILES = join(import.meta.dirname, 'node_modules/@grafana/ui/dist/public');
const FONT_FILES = join(import.meta.dirname, 'node_modules/@fontsource/inter/files');
/** Nobody serves it: what is asked for there comes from the folders above. */
const ORIGIN = 'http://pictures.invalid';
const STEP_SECONDS = 2;
/** In pixels. */
const WIDTH = 1600;

export interface Shot {
  /** Of the file in grafana/dashboards. */
  readonly dashboard: 'fleet' | 'session' | 'health';
  /** In rows of Grafana's grid: of what is below nothing is shown. */
  readonly rows: number;
  /** Values of variables; without one All is chosen. */
  readonly chosen: Readonly<Record<string, string>>;
}

/** The panels of a committed dashboard, and what this Prometheus answers to their queries now. */
export async function askFor(
  { dashboard, rows, chosen }: Shot,
  { prometheusUrl, startMs }: { prometheusUrl: string; startMs: number },
): Promise<Picture> {
  const toMs = Date.now();
  const file = join(DASHBOARDS, `openclaw-store-${dashboard}.json`);
  const { panels: all } = JSON.parse(readFileSync(file, 'utf8')) as { panels: Panel[] };
  const panels = all.filter(({ gridPos: { y, h } }) => y + h <= rows);
  const seconds = Math.round((toMs - startMs) / 1000);
  const ask = (target: Target) =>
    answerOf(prometheusUrl, target, { expr: runnable(target.expr, chosen, seconds), startMs, toMs });
  const results: Record<number, Record<string, Result>> = {};
  for (const panel of panels) {
    const answers = (panel.targets ?? []).map(async (target) => [target.refId, await ask(target)] as const);
    results[panel.id] = Object.fromEntries(await Promise.all(answers));
  }
  return { panels, results, fromMs: startMs, toMs, stepMs: STEP_SECONDS * 1000, width: WIDTH };
}

/** Draws them with Grafana's own components. */
export async function draw(browser: Browser, picture: Picture, path: string): Promise<void> {
  const { script, style } = await bundle();
  const page = await browser.newPage({
    viewport: { width: picture.width, height: 2000 },
    colorScheme: 'dark',
    // Else it is the one of the C library, which Intl refuses.
    locale: 'en-US',
  });
  page.on('pageerror', (error) => process.stderr.write(`${error.stack ?? error.message}\n`));
  page.on('console', (message) => {
    if (message.type() === 'error') process.stderr.write(`${message.text()}\n`);
  });
  await page.route('**', async (route) => {
    const { origin, pathname } = new URL(route.request().url());
    if (origin !== ORIGIN) return await route.abort();
    if (pathname === '/') return await route.fulfill({ contentType: 'text/html', body: shell(style) });
    const path = fileOf(pathname);
    return await (path === null ? route.fulfill({ status: 404, body: '' }) : route.fulfill({ path }));
  });
  // "3 minutes ago" is said of the moment of the queries, however long the drawing takes.
  await page.clock.setFixedTime(picture.toMs);
  await page.goto(ORIGIN);
  await page.addScriptTag({ content: script });
  await page.evaluate((given) => window.draw(given), picture);
  // Icons and lines are drawn in the frames after that.
  await page.waitForLoadState('networkidle');
  await page.waitForTimeout(3000);
  await writePng(await page.locator('#dashboard').screenshot(), path);
  await page.close();
}

/** The icons and the font, which a Grafana server would serve. */
function fileOf(pathname: string): string | null {
  const weight = /\/Inter-(Regular|Medium)\.woff2$/.exec(pathname)?.[1];
  if (weight !== undefined) return join(FONT_FILES, `inter-latin-${weight === 'Medium' ? 500 : 400}-normal.woff2`);
  const icon = normalize(join(GRAFANA_FILES, pathname.replace('/public/build/', '/')));
  return icon.startsWith(GRAFANA_FILES) && existsSync(icon) ? icon : null;
}

function shell(style: string): string {
  return `<!doctype html><meta charset="utf-8"><style>${style}</style><body style="margin:0"><div id="dashboard"></div>`;
}

const BUNDLE = {
  entryPoints: [join(import.meta.dirname, 'panels/main.tsx')],
  outdir: 'out',
  bundle: true,
  write: false,
  minify: true,
  format: 'iife',
  jsx: 'automatic',
  define: { 'process.env.NODE_ENV': '"production"' },
  // Of an editor that no panel has.
  loader: { '.ttf': 'empty' },
  logLevel: 'error',
} as const satisfies BuildOptions;

let bundled: Promise<{ script: string; style: string }> | null = null;

function bundle(): Promise<{ script: string; style: string }> {
  bundled ??= build(BUNDLE).then(({ outputFiles }) => ({
    script: outputFiles.find(({ path }) => path.endsWith('.js'))?.text ?? '',
    style: outputFiles.find(({ path }) => path.endsWith('.css'))?.text ?? '',
  }));
  return bundled;
}

/** As Grafana would send it for the time that is shown. */
function runnable(expr: string, chosen: Shot['chosen'], seconds: number): string {
  return expr
    .replaceAll('$__range', `${seconds}s`)
    .replaceAll('$__rate_interval', '15s')
    .replace(/\$([a-z]\w*)/g, (_, name: string) => chosen[name] ?? (name === 'cluster' ? '.*' : '.+'));
}

interface Answer {
  readonly status: string;
  readonly error?: string;
  readonly data: {
    readonly result: readonly {
      metric: Record<string, string>;
      value?: [number, string];
      values?: [number, string][];
    }[];
  };
}

async function answerOf(
  url: string,
  { instant }: Target,
  { expr, startMs, toMs }: { expr: string; startMs: number; toMs: number },
): Promise<Result> {
  const query = new URLSearchParams(
    instant
      ? { query: expr, time: String(toMs / 1000) }
      : { query: expr, start: String(startMs / 1000), end: String(toMs / 1000), step: String(STEP_SECONDS) },
  );
  const response = await fetch(`${url}/api/v1/query${instant ? '' : '_range'}`, { method: 'POST', body: query });
  const { status, error, data } = (await response.json()) as Answer;
  if (status !== 'success') throw new Error(`${expr}: ${error}`);
  return data.result.map(({ metric, value, values }) => ({ metric, values: values ?? (value ? [value] : []) }));
}
