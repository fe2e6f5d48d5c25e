import { describe, expect, it } from 'vitest';
import { countsOf, overBudget } from '../../bench/noise/budget.ts';
import { replay } from '../../bench/noise/replay.ts';
import { GATEWAYS } from '../../bench/noise/week.ts';
import { engine, needsEngine } from '../support/engines.ts';

/** Two days of the two loudest gateways. `npm run noise` replays the whole week of all, and writes its table. */
const VERSIONS = [
  ['prometheus', 'promtool'],
  ['prometheusForky', 'promtoolForky'],
] as const;

describe.skipIf(needsEngine(...VERSIONS.flat()))('a healthy gateway', () => {
  it.each(VERSIONS)(
    'judged by %s stays within the noise budget, and is not silent about contexts that are large',
    async (prometheus, promtool) => {
      const loud = GATEWAYS.filter(({ tokensPerTurn, window }) => tokensPerTurn === 5000 && window === 200_000);
      const programs = { prometheus: engine(prometheus), promtool: engine(promtool) };
      const noises = await replay(programs, loud, 2);
      expect(noises.flatMap(overBudget)).toEqual([]);
      for (const noise of noises) {
        expect(countsOf(noise).pages).toBeGreaterThan(0);
        expect(countsOf(noise).warnings).toBeGreaterThan(0);
        const names = new Set(noise.messages.flatMap(({ firing }) => firing.map(({ labels }) => labels.alertname)));
        expect([...names].toSorted()).toEqual([
          'OpenClawSessionTokensCritical',
          'OpenClawSessionTokensHigh',
          'OpenClawTranscriptsLarge',
        ]);
      }
    },
  );
});
