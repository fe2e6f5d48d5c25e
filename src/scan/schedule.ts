import { createHash } from 'node:crypto';
import { schedule } from 'node-cron';
import type { Log } from '../log.ts';
import type { Scan } from '../model/scan.ts';
import { longestGapSeconds } from '../settings/cron.ts';

const LARGEST_OFFSET_MS = 5000;
/** Node fires a longer timer at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Milliseconds by which every run on this host is late, from its name: the hosts of a fleet that share a network file
 * system do not read it in the same second.
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
 * Runs at the times of the expression (local time, `TZ`), late by the offset; returns what stops it. A run that is overdue is
 * made up for: node-cron 4.6 pauses for the hour that the end of summer time repeats, and an hour without scans would page
 * somebody at three in the morning.
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

/** Milliseconds after a run at which the next one is overdue. */
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
