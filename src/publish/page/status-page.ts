import { SCANS } from '../../model/scan.ts';
import type { Severity } from '../../thresholds.ts';
import type { ExporterState } from '../metrics/exporter.ts';
import { agoOf, minuteOf } from '../words.ts';
import { type Markup, markup, table, when } from './markup.ts';
import type { StatusFragment } from './status-fragment.ts';
import { STYLE } from './style.ts';

export interface StatusPageInput {
  readonly state: ExporterState;
  readonly telemetryPath: string;
  /** Where the runbooks are served; null: nobody said. */
  readonly runbookUrl: string | null;
  /** Of the last good scan; null when there is none, or it is older than `--scan.max-age`. */
  readonly fragment: StatusFragment | null;
  /** What the operator should know of how the exporter itself is set up. */
  readonly warnings: readonly string[];
  readonly stateDir: string;
  /** As it goes on after "because". */
  readonly whyStateDir: string;
  /** Flags with their values, without secrets. */
  readonly settings: readonly (readonly [string, string])[];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

interface Trouble {
  readonly severity: Severity;
  readonly text: string;
}

/** A page for people: is all well, what to do, what the last scan found, and how the exporter itself is. It runs no script. */
export function renderStatusPage(input: StatusPageInput): string {
  const { state, fragment, telemetryPath, runbookUrl, now } = input;
  const own = troubles(input);
  const isOwn = own.length > 0 && (own[0]?.severity === 'critical' || fragment?.severity !== 'critical');
  const severity = isOwn ? own[0]?.severity : fragment?.severity;
  const headline = isOwn ? own[0]?.text : fragment?.headline;
  const body = markup`<h1>OpenClaw sessions</h1>
<p class="headline ${severity ?? 'good'}" role="status">${headline ?? ''}</p>
${own.slice(isOwn ? 1 : 0).map(({ severity: each, text }) => markup`<p class="note ${each}">${text}</p>`)}
${when(isOwn && fragment !== null, () => markup`<p class="note">${fragment?.headline ?? ''}</p>`)}
<nav aria-label="Pages"><a href="${telemetryPath}">Metrics</a><a href="/-/healthy">Health</a><a href="/-/ready">Readiness</a>${when(runbookUrl !== null, () => markup`<a href="${runbookUrl ?? ''}" rel="noreferrer">Runbooks</a>`)}</nav>
${{ html: fragment?.html ?? '' }}
${scans(state, now)}
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

function scans({ scans: all }: ExporterState, now: number): Markup {
  const rows = SCANS.map((scan) => {
    const { success, durationSeconds, lastSuccessMs } = all[scan];
    return [
      scan,
      success === null ? 'not yet' : success ? 'ok' : 'FAILED',
      lastSuccessMs === null ? 'never' : agoOf(lastSuccessMs, now),
      durationSeconds === null ? '' : `${durationSeconds.toFixed(3)} s`,
    ];
  });
  return markup`<section><h2>Scans</h2>
${table('Scans', ['Scan', 'Last', 'Last good', 'Took'], rows)}</section>`;
}

function about({ state, warnings, stateDir, whyStateDir, settings, now }: StatusPageInput): Markup {
  const revision = state.revision ? ` (${state.revision})` : '';
  const rows = settings.map(([name, value]) => [markup`<code>--${name}</code>`, markup`<code>${value}</code>`]);
  return markup`<section><h2>This exporter</h2>
${warnings.map((warning) => markup`<p class="note warning">${warning}</p>`)}
<p>It looks at <code>${stateDir}</code>, because ${whyStateDir}. Version ${state.version}${revision}. Times are those of ${Intl.DateTimeFormat().resolvedOptions().timeZone}. This page was made at ${minuteOf(now)} and loads itself again each minute.</p>
<details><summary>Settings in force</summary>
${table('Settings in force', ['Setting', 'Value'], rows)}</details></section>`;
}
