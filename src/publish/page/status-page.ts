import { SCANS } from '../../model/scan.ts';
import type { ExporterState } from '../metrics/exporter.ts';
import { escapeHtml, htmlTable } from './html.ts';

export interface StatusPageInput {
  readonly state: ExporterState;
  readonly telemetryPath: string;
  /** HTML of the last good scan; null when there is none, or it is older than `--scan.max-age`. */
  readonly fragment: string | null;
  /** What the operator should know of how the exporter itself is set up. */
  readonly warnings: readonly string[];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

const STYLE = `body{font:15px/1.5 system-ui,sans-serif;margin:0 auto;max-width:70rem;padding:1rem;color:#1b1b1b;background:#fff}
h1{font-size:1.4rem}table{border-collapse:collapse;margin:1rem 0;width:100%}caption{text-align:left;font-weight:600}
th,td{border:1px solid #ccc;padding:.25rem .5rem;text-align:left}td:nth-child(2){overflow-wrap:anywhere}
.critical,.warning{border-left:.4rem solid #a40000;padding:.5rem 1rem;background:#fbeaea}.warning{border-color:#8a5a00;background:#fdf4e3}`;

/** A page for people: how the scans go, and what the last one found. */
export function renderStatusPage({ state, telemetryPath, fragment, warnings, now }: StatusPageInput): string {
  const rows = SCANS.map((scan) => {
    const { success, durationSeconds, lastSuccessMs } = state.scans[scan];
    return [
      scan,
      success === null ? 'not yet' : success ? 'ok' : 'FAILED',
      lastSuccessMs === null ? 'never' : `${Math.round((now - lastSuccessMs) / 1000)} s ago`,
      durationSeconds === null ? '' : `${durationSeconds.toFixed(3)} s`,
    ];
  });
  const failed = state.checks.filter(({ success }) => !success).map(({ check }) => check);
  const notes = [
    ...warnings,
    ...(state.stuck
      ? ['The scanning process is blocked and cannot be killed: is the state directory on a dead mount?']
      : []),
    ...(failed.length === 0 ? [] : [`Checks that failed: ${failed.join(', ')}.`]),
  ];
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>OpenClaw store exporter</title><style>${STYLE}</style></head>
<body>
<main>
<h1>OpenClaw store exporter</h1>
<p>Version ${escapeHtml(state.version)}. <a href="${escapeHtml(telemetryPath)}">Metrics</a></p>
${notes.map((note) => `<p class="warning">${escapeHtml(note)}</p>`).join('\n')}
${htmlTable('Scans', ['scan', 'last', 'last good', 'took'], rows)}
${fragment ?? '<p class="critical">There are no figures: no scan has succeeded yet, or the last good one is too old.</p>'}
</main>
</body>
</html>
`;
}
