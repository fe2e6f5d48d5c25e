import { writeWhole } from './disk/write-whole.ts';
import { describeError, ExporterError } from './errors.ts';
import { createLog, type Log } from './log.ts';
import { renderTextfile } from './publish/metrics/textfile.ts';
import { explain } from './publish/report/explain.ts';
import { reportJson } from './publish/report/json.ts';
import { judge, reportVerdicts } from './publish/report/judge.ts';
import { reportTable } from './publish/report/table.ts';
import { type Verdict, verdicts } from './publish/verdicts.ts';
import { Scanner, type ScanResult, SERIES_LEFT_OUT } from './scan/scanner.ts';
import { formatOf } from './settings/format.ts';
import { saltOf } from './settings/salt.ts';
import type { Settings } from './settings/settings.ts';
import { print } from './stdout.ts';

const COULD_NOT_SCAN = 3;

/** Between two signs of life on a terminal. */
const PROGRESS_MS = 200;

interface TimedScan extends ScanResult {
  readonly durationSeconds: number;
}

/** One scan in this process, printed or written; returns the exit code. */
export async function runScan(settings: Settings): Promise<number> {
  const format = formatOf(settings.format, 'scan', ['table', 'json', 'prometheus']);
  if (settings.explain !== null && (format !== 'table' || settings.output !== null))
    throw new ExporterError('E_USAGE', '--explain prints text for a person: leave out --format and --output');
  refuseWithoutEffect(settings, format);
  const log = createLog({
    // The report says what was found: `info`, the default, would say it again.
    level: settings['log.level'] === 'info' ? 'warn' : settings['log.level'],
    format: settings['log.format'],
  });
  const result = await scanOnce(settings, log);
  const isUnreadable = result.snapshot.unreadable !== null;
  if (settings.explain !== null && !isUnreadable) {
    await print(explanation(settings.explain, result));
    return 0;
  }
  refuseUnknownAgent(settings.agent, result);
  const found = verdicts(result.snapshot, { nowMs: Date.now(), checks: result.checks });
  const text = await reportAs(format, settings, { ...result, verdicts: found }, log);
  if (settings.output === null) await print(text);
  else writeOutput(settings.output, text);
  if (isUnreadable) return COULD_NOT_SCAN;
  return settings.output === null ? judge(found) : 0;
}

/** A filter that changes nothing would be taken for one that found nothing. */
function refuseWithoutEffect(settings: Settings, format: string): void {
  const ofTable = [
    ...(settings.agent === null ? [] : ['--agent']),
    ...(settings.kind === null ? [] : ['--kind']),
    ...(settings['findings-only'] ? ['--findings-only'] : []),
  ];
  const ofPrometheus = settings['textfile.label'].length === 0 ? [] : ['--textfile.label'];
  const [wrong] = format === 'table' ? ofPrometheus : format === 'json' ? [...ofTable, ...ofPrometheus] : ofTable;
  if (wrong === undefined) return;
  const only = wrong === '--textfile.label' ? 'prometheus' : 'table';
  throw new ExporterError('E_USAGE', `${wrong} is for --format ${only} only, not for ${format}: leave one of them out`);
}

function refuseUnknownAgent(wanted: string | null, { snapshot }: ScanResult): void {
  const names = snapshot.agents.map(({ agent }) => agent);
  if (wanted === null || snapshot.unreadable !== null || names.includes(wanted)) return;
  const known = names.length === 0 ? 'no agent was found' : `there are ${names.join(', ')}`;
  throw new ExporterError('E_USAGE', `--agent: there is no agent "${wanted}"; ${known}`);
}

async function scanOnce(settings: Settings, log: Log): Promise<TimedScan> {
  const salt = saltOf(settings);
  for (const warning of salt?.warnings ?? []) log.warn(warning);
  const scanner = new Scanner({
    settings: {
      ...settings,
      salt: salt?.salt ?? null,
      // Whatever can be asked for must have its label.
      'session.limit': settings.explain === null ? settings['session.limit'] : Number.MAX_SAFE_INTEGER,
    },
    log,
    pause: progress(settings),
    renders: false,
  });
  const startedAt = performance.now();
  const result = await (settings.deep ? scanner.deep() : scanner.quick());
  return { ...result, durationSeconds: (performance.now() - startedAt) / 1000 };
}

function explanation(wanted: string, { snapshot, config }: ScanResult): string {
  const text = explain(snapshot, config.routing, wanted);
  if (text !== null) return text;
  throw new ExporterError('E_USAGE', `--explain: no session has the key or label "${wanted}"; see scan --format json`);
}

async function reportAs(
  format: 'table' | 'json' | 'prometheus',
  settings: Settings,
  result: TimedScan & { readonly verdicts: readonly Verdict[] },
  log: Log,
): Promise<string> {
  const { snapshot, checks, durationSeconds } = result;
  const isTerminal = process.stdout.isTTY && settings.output === null;
  if (format === 'table') {
    const table = reportTable(snapshot, { ...settings, isTerminal });
    return snapshot.unreadable === null ? `${table}\n${reportVerdicts(result.verdicts, settings.agent)}` : table;
  }
  if (format === 'json') return reportJson(snapshot, checks, result.verdicts);
  return renderTextfile({
    scan: settings.deep ? 'deep' : 'quick',
    durationSeconds,
    checks,
    policy: settings.policy,
    snapshot,
    onDuplicate: (family) => log.error(SERIES_LEFT_OUT, { family }),
    constantLabels: settings['textfile.label'],
  });
}

function writeOutput(path: string, text: string): void {
  try {
    writeWhole(path, text);
  } catch (error) {
    throw new ExporterError('E_OUTPUT', `${path} (${describeError(error)})`);
  }
}

/** Called after every slice of work; a deep scan on a terminal shows that it lives. */
function progress(settings: Settings): () => Promise<void> {
  let slices = 0;
  let shownAt = 0;
  const isVisible = settings.deep && process.stderr.isTTY;
  return async () => {
    slices += 1;
    if (isVisible && performance.now() - shownAt > PROGRESS_MS) {
      shownAt = performance.now();
      process.stderr.write(`\rscanning … ${slices} slices `);
    }
    await new Promise((resolve) => setImmediate(resolve));
  };
}
