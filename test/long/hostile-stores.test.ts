import { describe, expect, it } from 'vitest';
import { HEALTHY, HOSTILE_STORES, twoAgents } from '../support/hostile-stores.ts';
import { testScanner } from '../support/scan.ts';
import { agentSeries, type Families, PLAIN, watcher } from '../support/scans.ts';

/** All series of the healthy agent, but those of the config, which is not its own. */
function healthySeries(families: Families): Record<string, number> {
  const series = Object.entries(agentSeries(families, 'main'));
  return Object.fromEntries(series.filter(([name]) => !/^openclaw_store_(config|info)/.test(name)));
}

describe('beside a hostile store a healthy agent keeps all its series and figures', () => {
  it.each(HOSTILE_STORES)('$name', async ({ era, harm }) => {
    const state = twoAgents(era);
    const scanner = watcher(testScanner(state.dir, PLAIN));
    await scanner.quick();
    const before = healthySeries(await scanner.deep());
    expect(Object.keys(before).filter((series) => series.includes(HEALTHY)).length).toBeGreaterThan(5);
    harm(state);
    const started = watcher(testScanner(state.dir, PLAIN));
    for (const { quick, deep } of [scanner, started]) {
      await quick();
      expect(healthySeries(await deep())).toEqual(before);
    }
  });
});
