import { createHash } from 'node:crypto';
import { createTask } from 'node-cron';
import type { Log } from '../log.ts';
import type { Scan } from '../model/scan.ts';
import { longestGapSeconds } from '../settings/cron.ts';

const LARGEST_OFFSET_MS = 5000;
/** A clock that was set is noticed within this time. */
const LONGEST_SLEEP_MS = 60_000;

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
 * Runs at the times of the expression (local time, `TZ`), late by the offset, and never later after the run before than the
 * longest gap of the schedule, whatever the clock does; returns what stops it. node-cron only says when: set forward by a
 * year, its own timer works through each minute of that year (4.6), set back by an hour it waits for an hour, and the hour
 * that the end of summer time repeats has no runs.
 */
export function startSchedule({ scan, expression, offsetMs, log, run }: ScheduleOptions): () => void {
  const cron = createTask(expression, () => undefined);
  const gapMs = longestGapSeconds(expression) * 1000;
  const latestMs = gapMs + Math.min(5000, Math.max(500, gapMs / 10));
  const timers = new Set<NodeJS.Timeout>();
  let dueAt = nextRun();
  let overdueAt = performance.now() + latestMs;
  function look(): void {
    const lateMs = Date.now() - dueAt;
    if (lateMs >= 0 || performance.now() >= overdueAt) {
      if (lateMs >= gapMs) log.warn('scan missed its time', { scan, late_seconds: Math.round(lateMs / 1000) });
      after(offsetMs, run);
      dueAt = nextRun();
      overdueAt = performance.now() + latestMs;
    }
    // A clock that was set back has an earlier next run.
    dueAt = Math.min(dueAt, nextRun());
    after(Math.min(dueAt - Date.now(), overdueAt - performance.now(), LONGEST_SLEEP_MS), look);
  }
  function nextRun(): number {
    return cron.getNextRuns(1)[0]?.getTime() ?? Number.POSITIVE_INFINITY;
  }
  function after(ms: number, work: () => void): void {
    // The moment may have passed since it was worked out, and Node warns of a time below 0.
    const timer = setTimeout(
      () => {
        timers.delete(timer);
        work();
      },
      Math.max(0, ms),
    );
    timers.add(timer.unref());
  }
  look();
  return () => {
    for (const timer of timers) clearTimeout(timer);
    timers.clear();
    void cron.destroy();
  };
}
