import { describe, expect, it } from 'vitest';
import { clientsOf, healthDuring } from '../support/clients.ts';
import { type Exporter, sampleValue, startExporter } from '../support/exporter.ts';
import { HEALTHY, LARGE_STORES, twoAgents } from '../support/hostile-stores.ts';
import { peakOfPair } from '../support/pair-memory.ts';
import { waitFor } from '../support/processes.ts';

const LARGEST_MEMORY = 300_000_000;

/** The lines of the healthy agent. */
function healthyLines(text: string): string[] {
  return text.split('\n').filter((line) => line.startsWith('openclaw_store_') && line.includes('agent="main"'));
}

/** The text after a scan of each cadence that began later than this. */
async function scanned({ metrics, running }: Exporter, afterMs: number): Promise<string> {
  const last = (text: string, scan: string) =>
    (sampleValue(text, `openclaw_store_last_scan_timestamp_seconds{scan="${scan}"}`) ?? 0) * 1000;
  return waitFor(
    'a scan of each cadence',
    async () => {
      const text = await metrics();
      // The deep scan that runs may have begun before.
      return last(text, 'deep') > afterMs && last(text, 'quick') > afterMs && text;
    },
    running,
  );
}

describe('beside a large store the exporter answers, stays small, and shows all that it knows of a healthy agent', () => {
  it.each(LARGE_STORES)('$name', async ({ era, harm }) => {
    const state = twoAgents(era);
    const flags = ['--privacy.peers=plain', '--scan.deep-schedule=*/3 * * * * *'];
    let exporter = await startExporter(state.dir, { flags });
    try {
      const before = healthyLines(await scanned(exporter, 0));
      expect(before.filter((line) => line.includes(HEALTHY)).length).toBeGreaterThan(5);
      harm(state);
      for (const afterMs of [Date.now(), 0]) {
        const clients = clientsOf(exporter.address);
        const health = await healthDuring(clients, async () => {
          const peak = await peakOfPair(exporter.running.pid, async () => {
            expect(healthyLines(await scanned(exporter, afterMs))).toEqual(before);
          });
          expect(peak).toBeLessThan(LARGEST_MEMORY);
        });
        expect(health).toEqual(new Set([200]));
        expect((await exporter.stop()).code).toBe(0);
        // Once more from nothing.
        if (afterMs > 0) exporter = await startExporter(state.dir, { flags });
      }
    } finally {
      await exporter.stop();
    }
  });
});
