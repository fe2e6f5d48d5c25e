import { createHash } from 'node:crypto';
import { createTask, parse, type ScheduledTask, schedule, validateDetailed } from 'node-cron';
import type { Log } from '../log.ts';
import type { Scan } from '../metrics/exporter.ts';

/** Runs looked at for the longest gap: more than a year of a daily schedule. */
const LOOKED_AT_HOURS = 400;
const LARGEST_OFFSET_MS = 5000;

/** What is wrong with a cron expression of five or six fields; null when nothing is. */
export function scheduleProblem(expression: string): string | null {
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
  const task = createTask(`0 0 ${fields.slice(-4).join(' ')}`, () => undefined);
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

/** Runs at the times of the expression (local time, `TZ`), late by the offset; returns how to end it. */
export function startSchedule({ scan, expression, offsetMs, log, run }: ScheduleOptions): () => void {
  const timers = new Set<NodeJS.Timeout>();
  const options = { noOverlap: true, unref: true, logger: cronLog(log), suppressMissedWarning: true } as const;
  const task: ScheduledTask = schedule(
    expression,
    () => {
      const timer = setTimeout(() => {
        timers.delete(timer);
        run();
      }, offsetMs);
      timers.add(timer);
      timer.unref();
    },
    options,
  );
  task.on('execution:missed', ({ dateLocalIso }) => log.warn('scan missed its time', { scan, at: dateLocalIso }));
  return () => {
    for (const timer of timers) clearTimeout(timer);
    void task.destroy();
  };
}

function cronLog(log: Log) {
  return {
    info: (message: string) => log.debug(message),
    warn: (message: string) => log.warn(message),
    error: (message: string | Error) => log.error(String(message)),
    debug: (message: string | Error) => log.debug(String(message)),
  };
}
