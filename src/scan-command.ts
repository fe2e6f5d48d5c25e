import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describeError, ExporterError } from './errors.ts';
import { createLog } from './log.ts';
import type { Scan } from './model/scan.ts';
import { EXPORTER_FAMILIES } from './publish/metrics/exporter.ts';
import { PREFIX } from './publish/metrics/family.ts';
import { renderFamilies } from './publish/metrics/render.ts';
import { explain } from './publish/report/explain.ts';
import { reportJson } from './publish/report/json.ts';
import { judge } from './publish/report/judge.ts';
import { reportTable } from './publish/report/table.ts';
import { Scanner, type ScanResult } from './scan/scanner.ts';
import { saltOf } from './settings/salt.ts';
import type { Settings } from './settings/settings.ts';
import { REVISION, VERSION } from './version.ts';

const COULD_NOT_SCAN = 3;

/** One scan in this process, printed or written; returns the exit code. */
export async function runScan(settings: Settings): Promise<number> {
  if (settings.explain !== null && (settings.format !== 'table' || settings.output !== null))
    throw new ExporterError('E_USAGE', '--explain prints text for a person: leave out --format and --output');
  const log = createLog({
    level: settings['log.level'] === 'info' ? 'warn' : settings['log.level'],
    format: settings['log.format'],
  });
  const salt = saltOf(settings);
  if (salt !== null && !salt.kept) log.warn('the salt of the labels could not be kept: they differ with every run');
  // Whatever can be asked for must have its label.
  const limit = settings.explain === null ? {} : { 'session.limit': Number.MAX_SAFE_INTEGER };
  const scanner = new Scanner({
    settings: { ...settings, salt: salt?.salt ?? null, ...limit },
    log,
    pause: progress(settings),
  });
  const startedAt = performance.now();
  const scan = settings.deep ? 'deep' : 'quick';
  const result = await scanner[scan]();
  if (settings.explain !== null && result.snapshot.unreadable === null) return printExplained(settings.explain, result);
  const text = await format(settings, result, scan, (performance.now() - startedAt) / 1000);
  if (settings.output === null) process.stdout.write(text);
  else writeWhole(settings.output, text);
  if (result.snapshot.unreadable !== null) return COULD_NOT_SCAN;
  return settings.output === null ? judge(result.snapshot, result.checks) : 0;
}

function printExplained(wanted: string, { snapshot, config }: ScanResult): number {
  const text = explain(snapshot, config.routing, wanted);
  if (text === null)
    throw new ExporterError(
      'E_USAGE',
      `--explain: no session has the key or label "${wanted}"; see scan --format json`,
    );
  process.stdout.write(text);
  return 0;
}

async function format(settings: Settings, result: ScanResult, scan: Scan, durationSeconds: number): Promise<string> {
  if (settings.format === 'json') return reportJson(result.snapshot, result.checks);
  if (settings.format === 'table')
    return reportTable(result.snapshot, { ...settings, isTerminal: process.stdout.isTTY && settings.output === null });
  const idle = { success: null, durationSeconds: null, lastSuccessMs: null, intervalSeconds: null };
  const done = { success: true, durationSeconds, lastSuccessMs: Date.now(), intervalSeconds: null };
  const own = await renderFamilies(
    // Only what is about the stores: build and processes of a run that has ended are nobody's metrics.
    EXPORTER_FAMILIES.filter(
      ({ name }) =>
        name.startsWith(`${PREFIX}scan_`) ||
        name.startsWith(`${PREFIX}last_scan`) ||
        name.startsWith(`${PREFIX}check_`) ||
        name.startsWith(`${PREFIX}threshold_`),
    ),
    {
      // A deep scan begins and ends with what a quick one does.
      scans: { quick: done, deep: scan === 'deep' ? done : idle },
      stuck: false,
      scannerMemoryBytes: null,
      scannerCpuSeconds: 0,
      checks: result.checks,
      policy: settings.policy,
      reload: null,
      version: VERSION,
      revision: REVISION,
    },
  );
  return `${own}\n${result.rendered?.metrics ?? ''}`;
}

function writeWhole(path: string, text: string): void {
  // node_exporter reads *.prom only: a half-written file under another name is never scraped.
  const aside = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);
  try {
    writeFileSync(aside, text, { mode: 0o644 });
    renameSync(aside, path);
  } catch (error) {
    removeIfThere(aside);
    throw new ExporterError('E_OUTPUT', `${path} (${describeError(error)})`);
  }
}

function removeIfThere(path: string): void {
  try {
    rmSync(path);
  } catch {
    // It was never written; what went wrong is reported.
  }
}

/** On a terminal a deep scan shows that it lives. */
function progress(settings: Settings): () => Promise<void> {
  let slices = 0;
  let shown = 0;
  const visible = settings.deep && process.stderr.isTTY;
  return async () => {
    slices += 1;
    if (visible && performance.now() - shown > 200) {
      shown = performance.now();
      process.stderr.write(`\rscanning … ${slices} slices `);
    }
    await new Promise((resolve) => setImmediate(resolve));
  };
}
