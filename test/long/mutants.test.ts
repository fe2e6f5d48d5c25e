import { afterAll, expect, it } from 'vitest';
import { MutatedStore, Watchdog } from '../support/mutated-stores.ts';
import { STORES } from '../support/stores.ts';

/** `npm run soak`: 100,000. */
const MUTANTS = Number(process.env.MUTANTS ?? 1000);
const FIRST_SEED = Number(process.env.FIRST_SEED ?? 1);

const watchdog = new Watchdog();
afterAll(() => watchdog.end());

it(
  'no mutant of a real store ends or blocks a scan, and what it did not touch keeps its figures',
  async () => {
    const counts = new Map<string, { read: number; all: number }>();
    const wrong: string[] = [];
    let tried = 0;
    for (const [at, name] of STORES.entries()) {
      const store = await MutatedStore.of(name);
      try {
        for (let seed = FIRST_SEED + at; seed < FIRST_SEED + MUTANTS; seed += STORES.length) {
          watchdog.beat(seed);
          const outcome = await store.tryOne(seed);
          const count = counts.get(outcome.kind) ?? { read: 0, all: 0 };
          counts.set(outcome.kind, { read: count.read + Number(outcome.isRead !== false), all: count.all + 1 });
          if (outcome.wrong.length > 0) wrong.push(`${outcome.mutant}\n  ${outcome.wrong.slice(0, 3).join('\n  ')}`);
          tried += 1;
        }
      } finally {
        store.remove();
      }
    }
    const told = [...counts].map(([kind, { read, all }]) => `${kind} ${all} (${read} read)`).toSorted();
    process.stdout.write(`${tried} mutants: ${told.join(', ')}\n`);
    expect(wrong.slice(0, 20)).toEqual([]);
    expect(tried).toBe(MUTANTS);
  },
  Math.max(1_200_000, MUTANTS * 3000),
);
