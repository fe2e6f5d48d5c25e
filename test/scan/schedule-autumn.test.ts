import { afterEach, describe, expect, it, vi } from 'vitest';
import { startSchedule } from '../../src/scan/schedule.ts';
import { longestGapSeconds } from '../../src/settings/cron.ts';
import { SILENT } from '../support/scan.ts';

afterEach(() => {
  vi.useRealTimers();
});

/** The tests run in the zone of Berlin (vitest.config.ts). There the hour from 2:00 to 3:00 comes twice that night; in UTC it is 00:00 to 02:00. */
describe('in the night in which summer time ends', () => {
  it('a schedule goes on through the hour that is repeated', async () => {
    vi.useFakeTimers({ now: Date.parse('2026-10-25T00:54:30Z') });
    const runs: string[] = [];
    const run = () => runs.push(new Date().toISOString().slice(11, 16));
    const stop = startSchedule({ scan: 'quick', expression: '*/5 * * * *', offsetMs: 0, log: SILENT, run });
    await vi.advanceTimersByTimeAsync(60 * 60_000);
    stop();
    // node-cron itself rests for that hour: then each run is a few seconds late, and none is left out.
    expect(runs.length).toBeGreaterThanOrEqual(11);
  });

  it('and in the weeks before it the longest gap is no hour more', () => {
    vi.useFakeTimers({ now: Date.parse('2026-10-20T00:00:00Z'), toFake: ['Date'] });
    expect(longestGapSeconds('* * * * *')).toBe(60);
  });
});

describe('in the night in which summer time begins', () => {
  it('a schedule goes on over the hour that is left out', async () => {
    vi.useFakeTimers({ now: Date.parse('2026-03-29T00:54:30Z') });
    const runs: string[] = [];
    const run = () => runs.push(new Date().toISOString().slice(11, 16));
    const stop = startSchedule({ scan: 'quick', expression: '*/5 * * * *', offsetMs: 0, log: SILENT, run });
    await vi.advanceTimersByTimeAsync(11 * 60_000);
    stop();
    expect(runs).toEqual(['00:55', '01:00', '01:05']);
  });
});
