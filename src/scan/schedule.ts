import { createHash } from 'node:crypto';
import { createTask, parse, schedule, validateDetailed } from 'node-cron';
import type { Log } from '../log.ts';
import type { Scan } from '../metrics/exporter.ts';

/** Runs looked at for the longest gap: more than a year of a daily schedule. */
const LOOKED_AT_HOURS = 400;
const LARGEST_OFFSET_MS = 5000;
/** A longer one would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** What is wrong with a cron expression of five or six fields; null when nothing is. */
export function scheduleProblem(expression: string): string | null {
  const fields = expression.trim().split(/\s+/).length;
  // node-cron takes nicknames such as @hourly too, but only for running them.
  if (fields !== 5 && fields !== 6) return `expected 5 or 6 fields but got ${fields}`;
  const { valid, errors } = validateDetailed(expression);
  if (valid) return null;
  return errors.map(({ message }) => message).join(', ') || 'not a cron expression';
}

/** The longest time between two runs, in seconds. */
export function longestGapSeconds(expression: string): number {
  const { minute, second } = parse(expression);
  const offsets = minute.flatMap((m) => second.map((s) => m * 60 + s)).sort((a, b) => a - b);
  const first = offsets[0] ?? 0;
  const last = offsets.at(-1) ?? 0;
  const gapsInHour = offsets.slice(1).map((offset, at) => offset - (offsets[at] ?? 0));
  // From the last run of an hour to the first one of the next hour that has any.
  const gapsOfHours = hoursOf(expression).map((gap) => gap - (last - first));
  return Math.max(1, ...gapsInHour, ...gapsOfHours);
}

function hoursOf(expression: string): number[] {
  const fields = expression.trim().split(/\s+/);
  // In UTC: the hour that a change of clocks repeats or leaves out is no part of the schedule.
  const task = createTask(`0 0 ${fields.slice(-4).join(' ')}`, () => undefined, { timezone: 'Etc/UTC' });
  const runs = task.getNextRuns(LOOKED_AT_HOURS).map((run) => run.getTime() / 1000);
  void task.destroy();
  return runs.slice(1).map((run, at) => run - (runs[at] ?? run));
}

/**
 * Milliseconds by which this host's runs are late, always the same: a fleet on one network file system must not read it
 * in the same second.
 */
export function hostOffsetMs(hostname: string, intervalSeconds: number): number {
  const range = Math.floor(Math.min(LARGEST_OFFSET_MS, intervalSeconds * 100));
  return range === 0 ? 0 : createHash('sha256').update(hostname).digest().readUInt32BE() % range;
}

export interface ScheduleOptions {
  readonly scan: Scan;
  readonly expression: string;
  readonly offsetMs: number;
  readonly log: Log;
  readonly run: () => void;
}

/**
 * Runs at the times of the expression (local time, `TZ`), late by the offset; returns how to end it. What does not come in
 * its time is run all the same: node-cron 4.6 rests for the hour that the end of summer time repeats, and an hour
 * without scans would page somebody at three in the morning.
 */
export function startSchedule({ scan, expression, offsetMs, log, run }: ScheduleOptions): () => void {
  const timers = new Set<NodeJS.Timeout>();
  const options = { noOverlap: true, unref: true, logger: cronLog(log), suppressMissedWarning: true } as const;
  const latestMs = latestRunMs(expression);
  let overdue = nextOverdue();
  function tick(): void {
    later(run, offsetMs);
    if (overdue !== null) forget(overdue);
    overdue = nextOverdue();
  }
  function nextOverdue(): NodeJS.Timeout | null {
    return latestMs > LONGEST_TIMER_MS ? null : later(tick, latestMs);
  }
  function later(work: () => void, ms: number): NodeJS.Timeout {
    const timer = setTimeout(() => {
      forget(timer);
      work();
    }, ms);
    timers.add(timer.unref());
    return timer;
  }
  function forget(timer: NodeJS.Timeout): void {
    clearTimeout(timer);
    timers.delete(timer);
  }
  const task = schedule(expression, tick, options);
  task.on('execution:missed', ({ dateLocalIso }) => log.warn('scan missed its time', { scan, at: dateLocalIso }));
  return () => {
    for (const timer of timers) clearTimeout(timer);
    void task.destroy();
  };
}

/** After so long without a run one is overdue. */
function latestRunMs(expression: string): number {
  const gapMs = longestGapSeconds(expression) * 1000;
  return gapMs + Math.min(5000, Math.max(500, gapMs / 10));
}

function cronLog(log: Log) {
  return {
    info: (message: string) => log.debug(message),
    warn: (message: string) => log.warn(message),
    error: (message: string | Error) => log.error(String(message)),
    debug: (message: string | Error) => log.debug(String(message)),
  };
}
