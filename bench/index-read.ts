import { mkdtempSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readIndex } from '../src/read/file/index-file.ts';
import { unpackStore } from '../test/support/stores.ts';
import { compareWays, printResult, rowOf, table } from './ways.ts';

const ENTRIES = 3700;
const READS = 5;

const WAYS: Readonly<Record<string, (path: string, root: string) => void>> = {
  'entry by entry': (path, root) => {
    const result = readIndex(path, root);
    if (result.found !== 'index' || result.entries.size !== ENTRIES) throw new Error('not read');
  },
  'one JSON.parse': (path) => {
    const all: Record<string, object> = JSON.parse(readFileSync(path, 'utf8'));
    if (Object.values(all).filter((entry) => 'sessionId' in entry).length !== ENTRIES) throw new Error('not read');
  },
  'nothing at all': () => undefined,
};

/** One large `sessions.json`: entry by entry as the exporter does it, and by one JSON.parse as anybody would write it. */
export function indexRead(): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'bench-')));
  const path = join(root, 'sessions.json');
  try {
    writeLargeIndex(path);
    const rows = compareWays(import.meta.filename, Object.keys(WAYS), [path, root]);
    const [own, parse, idle] = [
      rowOf(rows, 'entry by entry'),
      rowOf(rows, 'one JSON.parse'),
      rowOf(rows, 'nothing at all'),
    ];
    const memory = (own.peakMegabytes - idle.peakMegabytes) / (parse.peakMegabytes - idle.peakMegabytes);
    return `## Reading a large index

\`sessions.json\` of ${(statSync(path).size / 1e6).toFixed(1)} MB, ${ENTRIES} entries of a real store over and over; ${READS} reads in one process.

${table(rows)}

Entry by entry takes ${(own.milliseconds / parse.milliseconds).toFixed(2)} of the time of one JSON.parse, and ${memory.toFixed(2)} of the memory above a process that does nothing.
`;
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
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

const [way, path, root] = process.argv.slice(2);
const work = WAYS[way ?? ''];
if (work !== undefined && path !== undefined && root !== undefined) await printResult(() => work(path, root), READS);
