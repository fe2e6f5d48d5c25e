/** Both processes of `serve` beside stores of all sizes: memory, the first answer, the latency of /metrics. */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LINE_BYTES, SIZES, type StoreSize, writeDatabases, writeFileStores } from './heavy-stores.ts';
import { type ServeCost, serveCost } from './serve-pair.ts';
import { below, targetTable } from './targets.ts';

const PORT = 18_918;
const STEADY_SCANS = Number(process.env.BENCH_SCANS ?? 500);
const CPU_CLOCK = 'It is a time of the clock: on processors that others use, it is theirs too.';
const START = 'The row of one session is what the start of two processes takes.';
const WHAT_TAKES_MEMORY =
  'The row of one session is what two processes of Node take. A known session takes 4.4 KB (heap after a collection beside 50,000). What scans leave comes on top: it is collected when the heap has grown by half.';
const GARBAGE =
  'It is garbage, which stays until the heap has grown by half and 32 MB. What lives after a collection is the same after 300 and after 1,500 such scans (42.8 MB of heap).';

interface Served {
  readonly name: string;
  readonly write: (stateDir: string) => void;
  readonly scans?: number;
}

const ONE_SESSION: StoreSize = { ...SIZES.small, agents: 1, sessions: 1, otherFiles: 0 };

/** With the events of the databases cut to what reports have: 315,000 heavy, a million extreme. */
const STORES = {
  none: { name: 'one session', write: (stateDir) => writeFileStores(stateDir, ONE_SESSION) },
  files: { name: 'heavy, files', write: (stateDir) => writeFileStores(stateDir, SIZES.heavy), scans: STEADY_SCANS },
  databases: { name: 'heavy, databases', write: (stateDir) => writeDatabases(stateDir, eventsOf(SIZES.heavy, 63)) },
  extremeFiles: { name: 'extreme, files', write: (stateDir) => writeFileStores(stateDir, SIZES.extreme) },
  extremeDatabases: {
    name: 'extreme, databases',
    write: (stateDir) => writeDatabases(stateDir, eventsOf(SIZES.extreme, 20)),
  },
} as const satisfies Record<string, Served>;

export async function serving(): Promise<string> {
  const none = await measured(STORES.none);
  const files = await measured(STORES.files);
  const databases = await measured(STORES.databases);
  const extremeFiles = await measured(STORES.extremeFiles);
  const extremeDatabases = await measured(STORES.extremeDatabases);
  const first = files.restMegabytes.at(0) ?? Number.NaN;
  const last = files.restMegabytes.at(-1) ?? Number.NaN;
  return `## Both processes of \`serve\`

A scan each second, \`/metrics\` asked with gzip again and again until the first deep scan has ended. Memory is the
proportional set size of both processes; heavy is ${sizeOf(SIZES.heavy)}, extreme ${sizeOf(SIZES.extreme)}.

| store | first answer, s | peak, MB | at rest, MB | \`/metrics\` p50, ms | p99, ms |
| --- | --- | --- | --- | --- | --- |
${[none, files, databases, extremeFiles, extremeDatabases].map(rowOf).join('\n')}

Heavy files after each fifth of ${STEADY_SCANS} scans in which nothing changed: ${files.restMegabytes.map((each) => each.toFixed(0)).join(', ')} MB.

${targetTable([
  below('memory, heavy files, peak', 200, files.peakMegabytes, 'MB', WHAT_TAKES_MEMORY),
  below('memory, heavy databases, peak', 200, databases.peakMegabytes, 'MB', WHAT_TAKES_MEMORY),
  below('memory, extreme files, peak', 300, extremeFiles.peakMegabytes, 'MB', WHAT_TAKES_MEMORY),
  below('memory, extreme databases, peak', 300, extremeDatabases.peakMegabytes, 'MB', WHAT_TAKES_MEMORY),
  below(`memory, the last fifth of ${STEADY_SCANS} scans beside the first`, 1.05, last / first, 'x', GARBAGE),
  below('`/metrics` with gzip during a deep scan of heavy files, p99', 15, files.p99Ms, 'ms', CPU_CLOCK),
  below('first answer after the start, heavy files', 2, files.firstAnswerMs / 1000, 's', START),
  below('first answer after the start, heavy databases', 2, databases.firstAnswerMs / 1000, 's', START),
])}`;
}

async function measured({ name, write, scans }: Served): Promise<ServeCost & { readonly name: string }> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'bench-')));
  try {
    const stateDir = join(root, 'state');
    write(stateDir);
    return { ...(await serveCost(stateDir, PORT, scans)), name };
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

function eventsOf(size: StoreSize, events: number): StoreSize {
  return { ...size, transcriptBytes: events * LINE_BYTES };
}

function sizeOf({ agents, sessions }: StoreSize): string {
  return `${sessions.toLocaleString('en')} sessions in ${agents} agents`;
}

function rowOf({
  name,
  firstAnswerMs,
  peakMegabytes,
  restMegabytes,
  p50Ms,
  p99Ms,
}: ServeCost & { name: string }): string {
  const rest = restMegabytes.at(-1) ?? Number.NaN;
  return `| ${name} | ${(firstAnswerMs / 1000).toFixed(1)} | ${peakMegabytes.toFixed(0)} | ${rest.toFixed(0)} | ${p50Ms.toFixed(1)} | ${p99Ms.toFixed(1)} |`;
}
