import { writeWhole } from './disk/write-whole.ts';
import { describeError, ExporterError } from './errors.ts';
import { WIDTH, widthFor, wrapped } from './lines.ts';
import { createLog, type Log } from './log.ts';
import { printable } from './printable.ts';
import { notLookedInto } from './publish/left-out.ts';
import { renderTextfile } from './publish/metrics/textfile.ts';
import { explain, unreadAgents } from './publish/report/explain.ts';
import { reportJson } from './publish/report/json.ts';
import { judge, reportVerdicts } from './publish/report/judge.ts';
import { paintFor, WITHOUT_COLOURS } from './publish/report/paint.ts';
import type { ProgressBar } from './publish/report/progress-bar.ts';
import { reportTable } from './publish/report/table.ts';
import { type Verdict, verdicts } from './publish/verdicts.ts';
import { indexPathOf } from './repair/index-places.ts';
import { SERIES_LEFT_OUT } from './scan/renderer.ts';
import { Scanner, type ScanResult } from './scan/scanner.ts';
import { watched } from './scan/watched.ts';
import { commandPlace } from './settings/command-place.ts';
import { FORMATS_OF, formatOf } from './settings/format.ts';
import { saltOf } from './settings/salt.ts';
import type { Settings } from './settings/settings.ts';
import { print } from './stdout.ts';

const COULD_NOT_SCAN = 3;

interface TimedScan extends ScanResult {
  readonly durationSeconds: number;
}

/** One scan in this process, printed or written; returns the exit code. */
export async function runScan(settings: Settings): Promise<number> {
  const format = formatOf(settings.format, FORMATS_OF.scan);
  const progress = await progressOf(settings);
  const log = createLog({
    // The report says what was found: `info`, the default, would say it again.
    level: settings['log.level'] === 'info' ? 'warn' : settings['log.level'],
    format: settings['log.format'],
    ...(progress === null ? {} : { write: (line) => progress.beside(line) }),
  });
  const result = await scanOnce(settings, log, progress);
  const isUnreadable = result.snapshot.unreadable !== null;
  if (!isUnreadable) refuseUnknownAgent(settings.agent, result);
  if (settings.explain !== null && !isUnreadable) {
    await print(explanation(settings.explain, settings, result));
    return 0;
  }
  const found = verdicts(result.snapshot, { nowMs: Date.now(), checks: result.checks });
  const text = await reportAs(format, settings, { ...result, verdicts: found }, log);
  if (settings.output === null) await print(text);
  else writeOutput(settings.output, text, modeOf(format, settings));
  if (isUnreadable) return COULD_NOT_SCAN;
  return settings.output === null ? judge(found) : 0;
}

function refuseUnknownAgent(wanted: string | null, { snapshot }: ScanResult): void {
  const names = snapshot.agents.map(({ agent }) => agent);
  if (wanted === null || names.includes(wanted)) return;
  const known = names.length === 0 ? 'no agent was found' : `there are ${names.join(', ')}`;
  throw new ExporterError('E_USAGE', `--agent: there is no agent "${printable(wanted)}"; ${known}`);
}

/** A deep scan can take minutes: on a terminal it shows how far it came. null: nobody looks, or the terminal cannot wipe. */
async function progressOf({ deep }: Settings): Promise<ProgressBar | null> {
  if (!deep || !process.stderr.isTTY || process.env.TERM === 'dumb') return null;
  const { ProgressBar: Bar } = await import('./publish/report/progress-bar.ts');
  return new Bar(process.stderr);
}

async function scanOnce(settings: Settings, log: Log, progress: ProgressBar | null): Promise<TimedScan> {
  const salt = saltOf(settings);
  for (const warning of salt?.warnings ?? []) log.warn(warning);
  const startedAt = performance.now();
  try {
    const result = await watched(settings['scan.timeout'], (signs) => {
      const scanner = new Scanner({
        settings: {
          ...settings,
          salt: salt?.salt ?? null,
          // Whatever can be asked for must have its label.
          'session.limit': settings.explain === null ? settings['session.limit'] : Number.MAX_SAFE_INTEGER,
        },
        log,
        ...signs,
        renders: false,
        ...(progress === null ? {} : { onValidated: (bytes) => progress.show(bytes) }),
      });
      return settings.deep ? scanner.deep() : scanner.quick();
    });
    return { ...result, durationSeconds: (performance.now() - startedAt) / 1000 };
  } finally {
    progress?.wipe();
  }
}

function explanation(wanted: string, settings: Settings, { snapshot, config, stores, labelOf }: ScanResult): string {
  const width = widthFor(process.stdout, process.env);
  const text = explain(snapshot, config.routing, wanted, {
    ...settings,
    labelOf,
    indexPathOf: (agent) => indexPathOf(stores, agent),
    place: commandPlace(settings, process.env),
    nowMs: Date.now(),
    width,
  });
  const unread = unreadAgents(snapshot, settings.agent);
  if (text !== null) return unread === null ? text : `${text}\n${wrapped(unread, width).join('\n')}\n`;
  const where = settings.agent === null ? '' : ` of agent ${settings.agent}`;
  const also = unread === null ? '' : `; ${unread}`;
  throw new ExporterError(
    'E_USAGE',
    `--explain: no session${where} has the key or label "${printable(wanted)}"; see scan --all${also}`,
  );
}

async function reportAs(
  format: 'table' | 'json' | 'prometheus',
  settings: Settings,
  result: TimedScan & { readonly verdicts: readonly Verdict[] },
  log: Log,
): Promise<string> {
  const { snapshot, checks, durationSeconds } = result;
  if (format === 'table') {
    const isFile = settings.output !== null;
    const paint = isFile ? WITHOUT_COLOURS : paintFor(process.stdout);
    const options = { ...settings, paint, width: isFile ? WIDTH : widthFor(process.stdout, process.env) };
    const table = reportTable(snapshot, { ...options, labelOf: result.labelOf, nowMs: Date.now() });
    if (snapshot.unreadable !== null) return table;
    return `${table}\n${reportVerdicts(result.verdicts, notLookedInto(snapshot), options)}`;
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

/**
 * node_exporter, which reads the figures, is another user, and a umask of 077 would hide them from it without a word. They
 * name nobody. What names people (plain keys) has the mode that the umask asks for.
 */
function modeOf(format: 'table' | 'json' | 'prometheus', settings: Settings): number | undefined {
  return format === 'prometheus' && settings['privacy.peers'] === 'hashed' ? 0o644 : undefined;
}

function writeOutput(path: string, text: string, mode: number | undefined): void {
  try {
    writeWhole(path, text, mode);
  } catch (error) {
    throw new ExporterError('E_OUTPUT', `${path} (${describeError(error)})`);
  }
}
