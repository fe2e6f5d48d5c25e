import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { databaseRead } from './database-read.ts';
import { indexRead } from './index-read.ts';
import { routing } from './routing.ts';
import { scans } from './scans.ts';
import { serving } from './serving.ts';

const DOCUMENT = new URL('../docs/benchmarks.md', import.meta.url);
const PICTURE = new URL('../docs/benchmarks.svg', import.meta.url);

/** The parts of the document, in its order. */
const PARTS: Readonly<Record<string, () => string | Promise<string>>> = {
  async scans() {
    const { text, picture } = await scans();
    writeFileSync(PICTURE, picture);
    return text;
  },
  serving,
  index: indexRead,
  database: databaseRead,
  routing,
};

/** Measures the parts that are named, or all, one after the other. Each is written when it ends; the others stay as they are. */
const texts = new Map<string, string>();
const [, ...before] = readFileSync(DOCUMENT, 'utf8').split(/^<!-- part (\w+) -->\n/m);
for (let at = 0; at < before.length; at += 2) texts.set(before[at] ?? '', before[at + 1] ?? '');
const named = process.argv.slice(2);
for (const [name, measure] of Object.entries(PARTS)) {
  if (named.length > 0 && !named.includes(name)) continue;
  texts.set(name, `${(await measure()).trim()}\n\n`);
  write();
}

function write(): void {
  const parts = Object.keys(PARTS).map((name) => `<!-- part ${name} -->\n${texts.get(name) ?? ''}`);
  const text = `# Benchmarks

<!-- written by npm run bench; times are of one machine, the ratios are what counts -->

Node ${process.version}, ${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${cpus().length} processors. What is compared is measured in one run. Peak is the
largest resident set of a process, or the proportional set size of both.

    npm run bench   # half an hour; npm run bench -- scans: one part

jq is from Debian. BENCH_OPENCLAW_FILES and BENCH_OPENCLAW_SQLITE say where OpenClaw of either era is, for its own list of sessions.

${parts.join('')}`;
  writeFileSync(DOCUMENT, `${text.trim()}\n`);
}
