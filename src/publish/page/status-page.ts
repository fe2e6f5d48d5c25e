import { SCANS } from '../../model/scan.ts';
import type { SettingInForce } from '../../settings/in-force.ts';
import type { Severity } from '../../thresholds.ts';
import type { ExporterState } from '../metrics/exporter.ts';
import { agoOf, minuteOf } from '../words.ts';
import { type Markup, markup, table, when } from './markup.ts';
import type { StatusFragment } from './status-fragment.ts';
import { STYLE } from './style.ts';

export interface StatusPageInput {
  readonly state: ExporterState;
  readonly telemetryPath: string;
  /** Where the runbooks can be read; null: nobody knows. */
  readonly runbooks: string | null;
  /** Of the last good scan; null when there is none, or it is older than `--scan.max-age`. */
  readonly fragment: StatusFragment | null;
  /** Why what `--web.config.file` says now is not in force; null: it is. */
  readonly refused: string | null;
  /** What the operator should know of how the exporter itself is set up. */
  readonly warnings: readonly string[];
  readonly stateDir: string;
  /** As it goes on after "because". */
  readonly whyStateDir: string;
  readonly settings: readonly SettingInForce[];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

interface Trouble {
  readonly severity: Severity;
  readonly text: string;
}

/** A page for people: is all well, what to do, what the last scan found, and how the exporter itself is. It runs no script. */
export function renderStatusPage(input: StatusPageInput): string {
  const { fragment, telemetryPath, runbooks } = input;
  const own = troubles(input);
  const isOwn = own.length > 0 && (own[0]?.severity === 'critical' || fragment?.severity !== 'critical');
  const severity = isOwn ? own[0]?.severity : fragment?.severity;
  const headline = isOwn ? own[0]?.text : fragment?.headline;
  const body = markup`<h1>OpenClaw sessions</h1>
<p class="headline ${severity ?? 'good'}" role="status">${headline ?? ''}</p>
${{ html: fragment?.below ?? '' }}
${own.slice(isOwn ? 1 : 0).map(({ severity: each, text }) => markup`<p class="note ${each}">${text}</p>`)}
${when(isOwn && fragment !== null, () => markup`<p class="note">${fragment?.headline ?? ''}</p>`)}
${pending(input)}
<nav aria-label="Pages"><a href="${telemetryPath}">Metrics</a><a href="/-/healthy">Health</a><a href="/-/ready">Readiness</a>${runbookLink(runbooks)}</nav>
${{ html: fragment?.html ?? '' }}
${scans(input)}
${about(input)}`;
  return markup`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${titleOf(severity ?? null)}</title><style>${{ html: STYLE }}</style></head>
<body>
<main>
${body}
</main>
</body>
</html>
`.html;
}

/** Without an address the files are still there: in the package, and in the repository. */
function runbookLink(runbooks: string | null): Markup {
  if (runbooks !== null) return markup`<a href="${runbooks}" rel="noreferrer">Runbooks</a>`;
  return markup`<span>Runbooks: <code>docs/runbooks</code> in the package. With <code>--runbook-url</code> their names are links.</span>`;
}

/** What was changed and is not in force. */
function pending({ refused, settings }: StatusPageInput): readonly Markup[] {
  const waiting = settings.filter(({ next }) => next !== null);
  const names = waiting.map(({ name }) => name).join(', ');
  const [were, take] = waiting.length === 1 ? ['was', 'takes'] : ['were', 'take'];
  return [
    ...(refused === null ? [] : [refused]),
    ...(waiting.length === 0
      ? []
      : [`${names} ${were} changed, and ${take} effect at the next start of the exporter only.`]),
  ].map((text) => markup`<p class="note warning">${text}</p>`);
}

function titleOf(severity: Severity | null): string {
  const mark = severity === 'critical' ? '(!!) ' : severity === 'warning' ? '(!) ' : '';
  return `${mark}OpenClaw store exporter`;
}

/** What is wrong with the exporter itself, the most severe first. */
function troubles({ state, fragment }: StatusPageInput): Trouble[] {
  const { scans, stuck, checks, reload } = state;
  const failed = checks.filter(({ success }) => !success).map(({ check }) => check);
  const isFirst = scans.quick.success === null;
  const trouble = (severity: Severity, holds: boolean, text: string): Trouble[] => (holds ? [{ severity, text }] : []);
  return [
    ...trouble(
      'critical',
      stuck,
      'The scanning process is blocked and cannot be killed: is the state directory on a dead mount?',
    ),
    ...trouble(
      'critical',
      scans.quick.success === false,
      `The last scan failed: ${fragment === null ? 'there are no figures' : 'the figures below are those of the last good one'}. The log says why.`,
    ),
    ...trouble(
      'critical',
      fragment === null && scans.quick.success !== false && !isFirst,
      'There are no figures: the last good scan is too old.',
    ),
    ...trouble('warning', fragment === null && isFirst, 'There are no figures yet: the first scan has not ended.'),
    ...trouble('warning', scans.deep.success === false, 'The last deep scan failed: the log says why.'),
    ...trouble('warning', failed.length > 0, `Checks that failed: ${failed.join(', ')}.`),
    ...trouble(
      'warning',
      reload?.success === false,
      'The settings could not be loaded again: those of before are in force. The log says what is wrong with them.',
    ),
  ];
}

function scans({ state: { scans: all }, fragment, now }: StatusPageInput): Markup {
  // A scan of nothing is a good one, for the metrics.
  const good = fragment?.couldLook === false ? 'nothing to read' : 'ok';
  const rows = SCANS.map((scan) => {
    const { success, durationSeconds, lastSuccessMs } = all[scan];
    return [
      scan,
      success === null ? 'not yet' : success ? good : 'FAILED',
      lastSuccessMs === null ? 'never' : agoOf(lastSuccessMs, now),
      durationSeconds === null ? '' : `${durationSeconds.toFixed(3)} s`,
    ];
  });
  return markup`<section><h2>Scans</h2>
${table('Scans', ['Scan', 'Last', 'Last good', 'Took'], rows)}</section>`;
}

function about({ state, warnings, stateDir, whyStateDir, settings, now }: StatusPageInput): Markup {
  const revision = state.revision ? ` (${state.revision})` : '';
  const rows = settings.map(({ name, value, from, next }) => [
    markup`<code>${name}</code>`,
    markup`<code>${value}</code>${when(next !== null, () => markup` (at the next start: <code>${next ?? ''}</code>)`)}`,
    from,
  ]);
  return markup`<section><h2>This exporter</h2>
${warnings.map((warning) => markup`<p class="note warning">${warning}</p>`)}
<p>It looks at <code>${stateDir}</code>, because ${whyStateDir}. Version ${state.version}${revision}. Times are those of ${Intl.DateTimeFormat().resolvedOptions().timeZone}. This page was made at ${minuteOf(now)} and loads itself again each minute.</p>
<details><summary>Settings in force</summary>
${table('Settings in force', ['Setting', 'Value', 'From'], rows)}</details></section>`;
}
