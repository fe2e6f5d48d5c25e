import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { queryObjects } from 'node:v8';
import { it } from 'vitest';
import { liveDatabase } from '../support/live-database.ts';
import { waitFor } from '../support/processes.ts';
import { testScanner } from '../support/scan.ts';

/** How many there are after the garbage was collected; what a collection frees, it frees a moment later. */
async function databases(): Promise<number> {
  queryObjects(DatabaseSync);
  await sleep(10);
  return Number(queryObjects(DatabaseSync));
}

it('no closed database is held after a scan, in which each is opened for rows, events and usage', async () => {
  const live = liveDatabase(3, 5);
  const scanner = testScanner(live.stateDir);
  await scanner.quick();
  const before = await databases();
  for (let at = 0; at < 20; at += 1) {
    live.append(at, ['user', 'answer', 'compaction']);
    await scanner.quick();
    await scanner.deep();
  }
  // Held, they would be more than a hundred.
  await waitFor('those that are closed to be gone', async () => (await databases()) - before < 20);
});
