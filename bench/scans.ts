/** Scans of heavy stores beside the limits of the machine and beside what people would use instead. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Curve, chart } from './chart.ts';
import { SIZES, type StoreSize, writeDatabases, writeFileStores } from './heavy-stores.ts';
import { rewriteForOpenClaw } from './openclaw-databases.ts';
import { serveCost } from './serve-pair.ts';
import { above, below, targetTable } from './targets.ts';

const COST = join(import.meta.dirname, 'scan-cost.ts');
const INSTEAD = join(import.meta.dirname, 'instead.sh');
/** A quarter of the events of the heavy store: writing them takes longer than everything that is measured. */
const DATABASE_BYTES = 20_000;
const PORT = 18_917;
/** Sessions of the curves; their transcripts are small, since only their number counts. */
const CURVE = [250, 500, 1000, 2000];

type Figures = Readonly<Record<string, number>>;

/** The size of the stores: `heavy` when not given (a smaller one is for trying the benchmark itself). */
const SIZE: StoreSize = process.env.BENCH_SIZE === 'small' ? SIZES.small : SIZES.heavy;

export async function scans(): Promise<{ text: string; picture: string }> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'bench-')));
  try {
    const [files, databases] = [join(root, 'files'), join(root, 'databases')];
    writeFileStores(files, SIZE);
    writeDatabases(databases, { ...SIZE, transcriptBytes: DATABASE_BYTES });
    const ofFiles = { ...cost(files, 'first', 'loopAndParse', 'deep', 'lines', 'bytes'), ...instead(files) };
    const { scrapedScanMs } = await serveCost(files, PORT);
    const lived = cost(files, 'files');
    const ofDatabases = { ...cost(databases, 'first', 'rowOrder', 'bytes'), ...cost(databases, 'databases') };
    const openclaw = {
      files: openclawList('BENCH_OPENCLAW_FILES', files),
      databases: openclawList('BENCH_OPENCLAW_SQLITE', databases, rewriteForOpenClaw),
    };
    return {
      text: report({ ...ofFiles, ...lived, scrapedScanMs }, ofDatabases, openclaw),
      picture: chart(curves(root), 'sessions', 'CPU of one scan, ms'),
    };
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** Each way in a process of its own. */
function cost(stateDir: string, ...ways: readonly string[]): Figures {
  return Object.assign(
    {},
    ...ways.map((way) => JSON.parse(execFileSync(process.execPath, [COST, way, stateDir], { encoding: 'utf8' }))),
  );
}

function curves(root: string): Curve[] {
  const measured = CURVE.map((sessions) => {
    const stateDir = join(root, String(sessions));
    writeFileStores(stateDir, { ...SIZE, sessions, otherFiles: sessions / 2, transcriptBytes: 3000 });
    return { sessions, ...cost(stateDir, 'files', 'first') };
  });
  const curve = (name: string, colour: string, figure: string): Curve => ({
    name,
    colour,
    points: measured.map((each) => [each.sessions, Number(Object.entries(each).find(([key]) => key === figure)?.[1])]),
  });
  return [
    curve('stat loop alone', '#999', 'statLoop'),
    curve('nothing changed', '#0a7d32', 'unchanged'),
    curve('one session changed', '#1f5fbf', 'one'),
    curve('1 % changed', '#b36b00', 'hundredth'),
  ];
}

/** The shell script, and `jq empty` over all transcripts. */
function instead(stateDir: string): Figures {
  const script = shellMs(`sh ${INSTEAD} ${stateDir} > /dev/null`);
  const jq = shellMs(`find ${stateDir}/agents -name '*-4000-8000-*.jsonl' -exec jq empty {} +`);
  return { ...(script === null ? {} : { script }), ...(jq === null ? {} : { jq }) };
}

/** User and system time of a command and all that it starts; null: it failed, as where jq is not installed. */
function shellMs(command: string, env: Readonly<Record<string, string>> = {}): number | null {
  const { status, stderr } = spawnSync('bash', ['-c', `TIMEFORMAT='cpu %U %S'; time { ${command}; }`], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
    maxBuffer: 1024 ** 3,
  });
  const [, user, system] = /cpu ([\d.]+) ([\d.]+)/.exec(stderr) ?? [];
  return status === 0 ? (Number(user) + Number(system)) * 1000 : null;
}

/** OpenClaw's own list, where an environment variable says where the program is. It comes last: it changes what it reads. */
function openclawList(
  variable: string,
  stateDir: string,
  prepare: (stateDir: string) => void = () => {},
): number | null {
  const program = process.env[variable];
  if (program === undefined) return null;
  prepare(stateDir);
  return shellMs(`${program} sessions --all-agents --json > /dev/null`, { OPENCLAW_STATE_DIR: stateDir });
}

function report(
  files: Figures,
  databases: Figures,
  openclaw: { files: number | null; databases: number | null },
): string {
  const of = (figures: Figures, name: string) => figures[name] ?? Number.NaN;
  const ratio = (figures: Figures, name: string, other: string) => of(figures, name) / of(figures, other);
  const toUnchanged = (ms: number | null | undefined, figures: Figures) =>
    ms === null || ms === undefined ? null : ms / of(figures, 'unchanged');
  const perDatabase = of(databases, 'unchanged') / of(databases, 'databases');
  const targets = [
    below('files: nothing changed', 1.5, ratio(files, 'unchanged', 'statLoop'), 'x the stat loop'),
    below('files: the same in both processes, scraped', 3, ratio(files, 'scrapedScanMs', 'statLoop'), 'x'),
    below('files: first quick scan', 2, ratio(files, 'first', 'loopAndParse'), 'x (loop + one JSON.parse)'),
    below('files: deep scan, cold, beside a JSON.parse of each line', 1.3, ratio(files, 'deep', 'lines'), 'x'),
    above('files: deep scan, cold, beside `jq empty`', 3, of(files, 'jq') / of(files, 'deep'), 'x as fast', WHY.jq),
    below('databases: nothing changed', 5, perDatabase, 'ms a database'),
    below(
      'databases: 1 % changed, without the render',
      10,
      ratio(databases, 'hundredth', 'bareQueries'),
      'x the bare queries',
      WHY.changedRows,
    ),
    below(
      'databases: first scan',
      1.5,
      ratio(databases, 'first', 'rowOrder'),
      'x its rows in the order of the file',
      WHY.firstDatabases,
    ),
    above("beside OpenClaw's list, files", 50, toUnchanged(openclaw.files, files), 'x cheaper'),
    above("beside OpenClaw's list, databases", 50, toUnchanged(openclaw.databases, databases), 'x cheaper'),
    above('beside the shell script, files', 10, toUnchanged(files.script, files), 'x cheaper'),
  ];
  return `## Scans

${SIZE.sessions} sessions in ${SIZE.agents} agents, once in files (with ${SIZE.otherFiles} other files) and once in databases. CPU of the process, milliseconds.

| files | CPU, ms |
| --- | --- |
${rowsOf(files, FILE_ROWS)}

| databases | CPU, ms |
| --- | --- |
${rowsOf(databases, DATABASE_ROWS)}

![CPU of a scan by the number of sessions](benchmarks.svg)

A changed session costs the look at all files, its own bytes, one pass of the checks and one render of all series; an index that was
written anew is parsed as a whole.

## Targets

${targetTable(targets)}`;
}

const WHY = {
  jq: 'A `JSON.parse` of each line alone is no faster than this.',
  changedRows:
    'Every row is asked for its times and sizes, and changed ones are read: no index has all of what can change. Half of the time is what comes after that: counting, judging, comparing.',
  firstDatabases:
    'Each entry becomes a session that is classified and labelled, and each transcript is asked for its records and its last usage.',
} as const;

const FILE_ROWS: readonly (readonly [string, string])[] = [
  ['statLoop', 'bare readdir and stat loop'],
  ['unchanged', 'quick scan, nothing changed'],
  ['one', 'quick scan, one transcript grew, with the render'],
  ['hundredth', 'quick scan, 1 % of the transcripts grew, with the render'],
  ['index', 'quick scan, the index of one agent written anew'],
  ['parse', 'one JSON.parse of that index'],
  ['first', 'first quick scan of a new process'],
  ['loopAndParse', 'stat loop and one JSON.parse of each index, in a new process'],
  ['deep', 'deep scan, cold'],
  ['lines', 'JSON.parse of each line of each transcript'],
  ['jq', '`jq empty` over all transcripts'],
  ['bytes', 'reading the same bytes'],
  ['script', 'the shell script `bench/instead.sh`'],
];

const DATABASE_ROWS: readonly (readonly [string, string])[] = [
  ['unchanged', 'quick scan, nothing changed'],
  ['hundredth', 'quick scan, 1 % of the transcripts grew, without the render'],
  ['bareQueries', 'the bare queries for what changed'],
  ['first', 'first quick scan of a new process'],
  ['rowOrder', 'all entries, and the sizes of all events in the order of the file'],
  ['bytes', 'reading the same bytes'],
];

function rowsOf(figures: Figures, rows: readonly (readonly [string, string])[]): string {
  return rows
    .flatMap(([name, words]) => {
      const ms = figures[name];
      return ms === undefined ? [`| ${words} | not measured |`] : [`| ${words} | ${ms.toFixed(ms < 10 ? 1 : 0)} |`];
    })
    .join('\n');
}
