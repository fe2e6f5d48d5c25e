import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { databaseRead } from './database-read.ts';
import { indexRead } from './index-read.ts';
import { routing } from './routing.ts';

/** Measures everything, one after the other, and writes docs/benchmarks.md. */
const text = `# Benchmarks

<!-- written by npm run bench; times are of one machine, the ratios are what counts -->

Node ${process.version}, ${cpus()[0]?.model.trim() ?? 'unknown processor'}. Each way runs in processes of its own, in turn, five times; medians. Peak is the
largest resident set of the whole process.

${indexRead()}
${await databaseRead()}
${routing()}
    npm run bench
`;
writeFileSync(new URL('../docs/benchmarks.md', import.meta.url), text);
