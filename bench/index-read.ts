import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { readIndex } from '../src/store/index-file.ts';
import { unpackStore } from '../test/support/stores.ts';

/**
 * One large `sessions.json`: read entry by entry as the exporter does it, and by one JSON.parse as anybody would write it.
 * Each way runs in processes of its own, in turn, so that both see the same machine. Writes docs/benchmarks.md.
 */
const ENTRIES = 3700;
const ROUNDS = 5;
const READS = 5;
const DOCUMENT = new URL('../docs/benchmarks.md', import.meta.url);

interface Result {
  readonly milliseconds: number;
  readonly peakMegabytes: number;
}

const WAYS = {
  'entry by entry': (path: string, root: string) => {
    const result = readIndex(path, root);
    if (result.found !== 'index' || result.entries.size !== ENTRIES) throw new Error('not read');
  },
  'one JSON.parse': (path: string) => {
    const all: Record<string, object> = JSON.parse(readFileSync(path, 'utf8'));
    if (Object.values(all).filter((entry) => 'sessionId' in entry).length !== ENTRIES) throw new Error('not read');
  },
  'nothing at all': () => undefined,
} as const satisfies Record<string, (path: string, root: string) => void>;

type Way = keyof typeof WAYS;

function isWay(name: string): name is Way {
  return name in WAYS;
}

function measure(way: Way, path: string, root: string): Result {
  const times = Array.from({ length: READS }, () => {
    const startedAt = performance.now();
    WAYS[way](path, root);
    return performance.now() - startedAt;
  });
  return { milliseconds: median(times), peakMegabytes: process.resourceUsage().maxRSS / 1024 };
}

/** The entries of a real index over and over, under other keys, until there are enough. */
function writeLargeIndex(path: string): void {
  const store = unpackStore('file-2026.7.35');
  const text = readFileSync(join(store.stateDir, 'agents', 'desk', 'sessions', 'sessions.json'), 'utf8');
  store.cleanup();
  const real = Object.entries(JSON.parse(text));
  const entries = Array.from({ length: ENTRIES }, (_, at) => {
    const [key, entry] = real[at % real.length] ?? [];
    return [`${key}:${at}`, entry];
  });
  writeFileSync(path, JSON.stringify(Object.fromEntries(entries), null, 2));
}

function compare(): void {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'bench-')));
  const path = join(root, 'sessions.json');
  try {
    writeLargeIndex(path);
    const megabytes = statSync(path).size / 1e6;
    const ways = Object.keys(WAYS).filter(isWay);
    const rounds = Array.from({ length: ROUNDS }, () =>
      ways.map((way): Result => {
        const output = execFileSync(process.execPath, [import.meta.filename, way, path, root], { encoding: 'utf8' });
        return JSON.parse(output);
      }),
    );
    const rows = ways.map((way, at) => ({
      way,
      milliseconds: median(rounds.map((round) => round[at]?.milliseconds ?? Number.NaN)),
      peakMegabytes: median(rounds.map((round) => round[at]?.peakMegabytes ?? Number.NaN)),
    }));
    writeFileSync(DOCUMENT, document(megabytes, rows));
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

function document(megabytes: number, rows: readonly ({ way: string } & Result)[]): string {
  const [own, parse, idle] = rows;
  if (own === undefined || parse === undefined || idle === undefined) throw new Error('a way is missing');
  const memory = (own.peakMegabytes - idle.peakMegabytes) / (parse.peakMegabytes - idle.peakMegabytes);
  return `# Benchmarks

<!-- written by npm run bench; times are of one machine, the ratios are what counts -->

## Reading a large index

\`sessions.json\` of ${megabytes.toFixed(1)} MB, ${ENTRIES} entries of a real store over and over; ${READS} reads in one process, medians of ${ROUNDS} processes each, in turn. Node
${process.version}, ${cpus()[0]?.model.trim() ?? 'unknown processor'}. Peak is the largest resident set of the whole process.

| way | one read, ms | peak, MB |
| --- | --- | --- |
${rows.map(({ way, milliseconds, peakMegabytes }) => `| ${way} | ${milliseconds.toFixed(1)} | ${peakMegabytes.toFixed(0)} |`).join('\n')}

Entry by entry takes ${(own.milliseconds / parse.milliseconds).toFixed(2)} of the time of one JSON.parse, and ${memory.toFixed(2)} of the memory above a process that does nothing.

    npm run bench
`;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

const [way, path, root] = process.argv.slice(2);
if (way === undefined) compare();
else if (isWay(way) && path !== undefined && root !== undefined)
  process.stdout.write(JSON.stringify(measure(way, path, root)));
