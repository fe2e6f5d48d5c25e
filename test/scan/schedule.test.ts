import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { hostOffsetMs, startSchedule } from '../../src/scan/schedule.ts';
import { longestGapSeconds, scheduleProblem } from '../../src/settings/cron.ts';
import { SILENT } from '../support/scan.ts';

const HOUR = 3600;
const DAY = 24 * HOUR;

afterEach(() => {
  vi.useRealTimers();
});

describe('longestGapSeconds', () => {
  it.each([
    ['* * * * *', 60],
    ['*/15 * * * *', 900],
    ['*/5 * * * *', 300],
    ['*/45 * * * *', 45 * 60],
    ['0,1 * * * *', 59 * 60],
    ['7 * * * *', HOUR],
    ['* * * * * *', 1],
    ['*/10 * * * * *', 10],
    ['15,45 * * * * *', 30],
    ['30 */2 * * * *', 120],
    ['*/40 * * * * *', 40],
    ['0 */6 * * *', 6 * HOUR],
    ['30 4 * * *', DAY],
    ['*/30 8,20 * * *', 11.5 * HOUR],
    // From Friday 17:59 to Monday 9:00.
    ['* 9-17 * * 1-5', 63 * HOUR + 60],
    ['0 12 * * 0', 7 * DAY],
    ['0 0 1 * *', 31 * DAY],
    ['0 0 1 1 *', 366 * DAY],
  ])('of %j is %i', (expression, seconds) => {
    expect(longestGapSeconds(expression)).toBe(seconds);
  });

  it('takes every expression in which no problem was seen', () => {
    const expressions = [
      '* * * * *',
      '  * * * * *  ',
      '0 0 29 2 *',
      '0 12 * JAN mon',
      '@hourly',
      '@daily',
      '0 0 31 2 *',
    ];
    for (const expression of expressions) {
      if (scheduleProblem(expression) === null) {
        expect(() => longestGapSeconds(expression), expression).not.toThrow();
      }
    }
  });
});

describe('scheduleProblem', () => {
  it.each(['* * * * *', '*/15 * * * *', '0 */2 * * * *', '* 9-17 * * 1-5', '0 0 1 JAN *'])(
    'sees none in %j',
    (good) => {
      expect(scheduleProblem(good)).toBeNull();
    },
  );

  it.each(['', '* * * *', '* * * * * * *', '60 * * * *', '* 24 * * *', 'every minute', '0 0 31 2 *', '@hourly'])(
    'names one in %j: five or six fields are asked for',
    (bad) => {
      expect(scheduleProblem(bad)).toMatch(/\w+ \w+/);
    },
  );
});

describe('hostOffsetMs', () => {
  const interval = fc.integer({ min: 1, max: 40 * DAY });

  it('is below five seconds and below a tenth of the interval, and is the same for the same host', () => {
    fc.assert(
      fc.property(fc.string(), interval, (hostname, seconds) => {
        const offset = hostOffsetMs(hostname, seconds);
        expect(Number.isInteger(offset)).toBe(true);
        expect(offset).toBeGreaterThanOrEqual(0);
        expect(offset).toBeLessThan(Math.min(5000, seconds * 100));
        expect(hostOffsetMs(hostname, seconds)).toBe(offset);
      }),
    );
  });

  it('is one of all values: a fleet is spread', () => {
    const offsets = Array.from({ length: 500 }, (_, at) => hostOffsetMs(`host-${at}`, 60));
    expect(new Set(offsets.map((offset) => Math.floor(offset / 500))).size).toBe(10);
  });

  it('stays what it is from one release to the next', () => {
    // SHA-256 of the name, its first four bytes big-endian, mod 5000.
    expect(hostOffsetMs('gateway-1', 60)).toBe(hostOffsetMs('gateway-1', 900));
    expect(hostOffsetMs('abc', 60)).toBe(0xba7816bf % 5000);
    expect(hostOffsetMs('abc', 1)).toBe(0xba7816bf % 100);
  });
});

describe('startSchedule', () => {
  const RUN_AT = Date.parse('2026-11-24T12:01:00Z');

  /** Starts one that notes when it runs, as hh:mm:ss in UTC. */
  function noting(expression: string, offsetMs: number) {
    const runs: string[] = [];
    const run = () => runs.push(new Date().toISOString().slice(11, 19));
    return { runs, stop: startSchedule({ scan: 'quick', expression, offsetMs, log: SILENT, run }) };
  }

  it('really runs, again and again, and not after it was stopped', async () => {
    const { runs, stop } = noting('* * * * * *', 50);
    await vi.waitUntil(() => runs.length >= 2, { timeout: 60_000 });
    stop();
    const count = runs.length;
    await new Promise((resolve) => setTimeout(resolve, 2100));
    expect(runs).toHaveLength(count);
  });

  it('is late by the offset of its host', async () => {
    vi.useFakeTimers({ now: RUN_AT - 30_000 });
    const { runs, stop } = noting('* * * * *', 4000);
    await vi.advanceTimersByTimeAsync(33_500);
    expect(runs).toEqual([]);
    await vi.advanceTimersByTimeAsync(1000);
    stop();
    expect(runs).toEqual(['12:01:04']);
  });

  it.each([
    ['forward by 56 years, as where no battery keeps the time', '2082-11-24T12:00:30Z'],
    ['back by a day', '2026-11-23T12:00:30Z'],
  ])('runs at most its longest gap after the run before when the clock is set %s', async (_how, setTo) => {
    vi.useFakeTimers({ now: RUN_AT - 30_000 });
    const warnings: string[] = [];
    const log = { ...SILENT, warn: (message: string) => warnings.push(message) };
    const runs: number[] = [];
    const run = () => runs.push(performance.now());
    const stop = startSchedule({ scan: 'quick', expression: '* * * * *', offsetMs: 0, log, run });
    await vi.advanceTimersByTimeAsync(45_000);
    expect(runs).toHaveLength(1);
    vi.setSystemTime(new Date(setTo));
    await vi.advanceTimersByTimeAsync(600_000);
    stop();
    const gaps = runs.slice(1).map((at, before) => at - (runs[before] ?? 0));
    expect(Math.max(...gaps)).toBeLessThanOrEqual(65_000);
    expect(runs.length).toBeGreaterThanOrEqual(10);
    expect(runs.length).toBeLessThanOrEqual(12);
    expect(warnings.length).toBeLessThanOrEqual(1);
  });

  it('says so when runs were missed, as of a machine that slept', async () => {
    vi.useFakeTimers({ now: RUN_AT - 30_000 });
    const lines: unknown[] = [];
    const log = { ...SILENT, warn: (message: string, fields?: object) => lines.push([message, fields]) };
    const stop = startSchedule({ scan: 'quick', expression: '* * * * *', offsetMs: 0, log, run: () => undefined });
    await vi.advanceTimersByTimeAsync(20_000);
    vi.setSystemTime(RUN_AT + 600_000);
    await vi.advanceTimersByTimeAsync(10_000);
    stop();
    expect(lines).toEqual([['scan missed its time', { scan: 'quick', late_seconds: 610 }]]);
  });

  it('does not run a scan that was due when it was stopped', async () => {
    vi.useFakeTimers({ now: RUN_AT - 30_000 });
    const { runs, stop } = noting('* * * * *', 4000);
    await vi.advanceTimersByTimeAsync(32_000);
    stop();
    await vi.advanceTimersByTimeAsync(120_000);
    expect(runs).toEqual([]);
  });
});
