import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { sampleValue, startExporter } from '../support/exporter.ts';
import { commitSteadily, liveDatabase } from '../support/live-database.ts';
import { startedBy } from '../support/pair-memory.ts';

/** `npm run soak`: 3,600, an hour. */
const SCANS = Number(process.env.WRITER_SCANS ?? 36);
const SESSIONS = 20;
/** Scans between two lines about how it goes. */
const TOLD_EVERY = 300;
const MIB = 1024 * 1024;

/** What a process has of what can leak. */
interface Holding {
  readonly mib: number;
  readonly descriptors: number;
}

interface Sample {
  readonly series: number;
  readonly main: Holding;
  readonly scanning: Holding;
}

function holdingOf(pid: number): Holding {
  const kib = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return { mib: Math.round((Number(kib) * 1024) / MIB), descriptors: readdirSync(`/proc/${pid}/fd`).length };
}

/** The middle one of each quarter but the first, in which both processes grow warm. */
function quarters(values: readonly number[]): number[] {
  const length = values.length / 4;
  return [1, 2, 3].map((at) => {
    const quarter = values.slice(Math.floor(at * length), Math.floor((at + 1) * length)).toSorted((a, b) => a - b);
    return quarter[Math.floor(quarter.length / 2)] ?? Number.NaN;
  });
}

/** How each went; memory in MiB. */
function courseOf(samples: readonly Sample[]) {
  return {
    series: quarters(samples.map((each) => each.series)),
    main: quarters(samples.map((each) => each.main.mib)),
    scanning: quarters(samples.map((each) => each.scanning.mib)),
    descriptors: quarters(samples.map((each) => each.main.descriptors + each.scanning.descriptors)),
  };
}

function told(samples: readonly Sample[]): string {
  const { series, main, scanning, descriptors } = courseOf(samples);
  return (
    `after ${samples.length} scans, in the second, third and last quarter: series ${series.join(', ')}; MiB of the main ` +
    `process ${main.join(', ')}, of the scanning process ${scanning.join(', ')}; descriptors of both ${descriptors.join(', ')}\n`
  );
}

it(
  'scans beside a gateway of 50 commits a second: no scan fails, and neither memory, handles nor series grow',
  async () => {
    const live = liveDatabase(SESSIONS, 20);
    const exporter = await startExporter(live.stateDir, {
      flags: ['--scan.deep-schedule=*/10 * * * * *', '--privacy.peers=plain'],
    });
    let isOver = false;
    const written = commitSteadily(live, () => isOver);
    const samples: Sample[] = [];
    const times = new Set<number>();
    const failed = new Set<string>();
    try {
      while (times.size < SCANS) {
        const text = await exporter.metrics();
        for (const scan of ['quick', 'deep'])
          if (sampleValue(text, `openclaw_store_scan_success{scan="${scan}"}`) === 0) failed.add(`${scan} scan`);
        if (sampleValue(text, 'openclaw_store_readable{agent="ops"}') === 0) failed.add('the store was not readable');
        const time = sampleValue(text, 'openclaw_store_last_scan_timestamp_seconds{scan="quick"}');
        if (time !== undefined && !times.has(time)) {
          times.add(time);
          const series = text.split('\n').filter((line) => line.startsWith('openclaw_store_')).length;
          const { pid } = exporter.running;
          samples.push({ series, main: holdingOf(pid), scanning: holdingOf(startedBy(pid)[0] ?? 0) });
          if (times.size % TOLD_EVERY === 0) process.stdout.write(told(samples));
        }
        await sleep(200);
      }
    } finally {
      isOver = true;
      await exporter.stop();
    }
    const commits = await written;
    process.stdout.write(`${commits} commits\n${told(samples)}`);
    const { series, main, scanning, descriptors } = courseOf(samples);
    expect([...failed]).toEqual([]);
    expect(exporter.running.output()).not.toMatch(/level=error/);
    for (const [early = 0, , late = 0] of [series, descriptors]) expect(late).toBeLessThan(early * 1.2);
    for (const mib of [main, scanning]) expect(Math.max(...mib)).toBeLessThan(300);
  },
  Math.max(1_200_000, SCANS * 2000),
);
