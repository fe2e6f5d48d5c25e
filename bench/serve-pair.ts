/** Both processes of `serve`, the built one, beside a heavy store: memory, time of the first answer, latency of /metrics. */
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { median } from './ways.ts';

export interface ServeCost {
  /** Until /metrics has the figures of the first scan. */
  readonly firstAnswerMs: number;
  /** Proportional set size of both processes. */
  readonly peakMegabytes: number;
  /** After each fifth of the scans in which nothing changed. */
  readonly restMegabytes: readonly number[];
  /** Of requests with gzip while a deep scan runs. */
  readonly requests: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** CPU of both processes for a scan in which nothing changed, and one scrape of it. */
  readonly scrapedScanMs: number;
}

const MAIN = join(import.meta.dirname, '..', 'dist', 'main.js');
const BETWEEN_REQUESTS_MS = 20;
/** With one scan and one scrape each second. */
const SCRAPES = 15;
/** How often memory is looked at in the course of them. */
const PARTS = 5;
const SAMPLE_MS = 50;

export async function serveCost(stateDir: string, port: number, scans = SCRAPES): Promise<ServeCost> {
  const child = spawn(
    process.execPath,
    [
      MAIN,
      'serve',
      `--openclaw.state-dir=${stateDir}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--scan.schedule=* * * * * *',
      '--log.level=error',
    ],
    { stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, XDG_STATE_HOME: join(stateDir, '..') } },
  );
  let peak = 0;
  const sampling = setInterval(() => {
    peak = Math.max(peak, pairMegabytes(child.pid ?? 0));
  }, SAMPLE_MS);
  const startedAt = performance.now();
  try {
    await until(async () =>
      (await scrape(port)).text.includes('openclaw_store_last_scan_timestamp_seconds{scan="quick"}'),
    );
    const firstAnswerMs = performance.now() - startedAt;
    const times: number[] = [];
    await until(async () => {
      const { ms, text } = await scrape(port);
      times.push(ms);
      return text.includes('openclaw_store_last_scan_timestamp_seconds{scan="deep"}');
    });
    await pause(3000);
    const cpuBefore = cpuSeconds(child.pid ?? 0);
    const restMegabytes: number[] = [];
    for (let at = 1; at <= scans; at += 1) {
      await pause(1000);
      await scrape(port);
      if (at % Math.ceil(scans / PARTS) === 0) restMegabytes.push(pairMegabytes(child.pid ?? 0));
    }
    const scrapedScanMs = ((cpuSeconds(child.pid ?? 0) - cpuBefore) / scans) * 1000;
    const sorted = times.toSorted((a, b) => a - b);
    return {
      firstAnswerMs,
      peakMegabytes: peak,
      restMegabytes,
      requests: times.length,
      p50Ms: median(times),
      p99Ms: sorted[Math.floor(sorted.length * 0.99)] ?? Number.NaN,
      scrapedScanMs,
    };
  } finally {
    clearInterval(sampling);
    child.kill();
    await new Promise((resolve) => child.once('exit', resolve));
  }
}

async function until(isDone: () => Promise<boolean>): Promise<void> {
  for (;;) {
    try {
      if (await isDone()) return;
    } catch {
      // It does not listen yet.
    }
    await pause(BETWEEN_REQUESTS_MS);
  }
}

/** The time until the last byte; the text is not unpacked for the clock. */
async function scrape(port: number): Promise<{ ms: number; text: string }> {
  const { gunzipSync } = await import('node:zlib');
  const startedAt = performance.now();
  const body = await new Promise<Buffer>((resolve, reject) => {
    get({ port, host: '127.0.0.1', path: '/metrics', headers: { 'accept-encoding': 'gzip' } }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () => resolve(Buffer.concat(parts)));
    }).on('error', reject);
  });
  const ms = performance.now() - startedAt;
  return { ms, text: gunzipSync(body).toString() };
}

function pairMegabytes(pid: number): number {
  return [pid, ...childrenOf(pid)].reduce((sum, each) => sum + pssMegabytes(each), 0);
}

function pssMegabytes(pid: number): number {
  const kilobytes = /^Pss:\s+(\d+)/m.exec(readProc(pid, 'smaps_rollup'))?.[1];
  return Number(kilobytes ?? 0) / 1024;
}

/** User and system time of both, in seconds; the clock of /proc ticks a hundred times a second. */
function cpuSeconds(pid: number): number {
  return [pid, ...childrenOf(pid)].reduce((sum, each) => {
    const fields = readProc(each, 'stat').split(') ')[1]?.split(' ') ?? [];
    return sum + (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / 100;
  }, 0);
}

function childrenOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
    );
  } catch {
    return [];
  }
}

function readProc(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return '';
  }
}
