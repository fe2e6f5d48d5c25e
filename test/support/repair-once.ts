import { realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { protectionOf } from '../../src/repair/change-index.ts';
import { planTakeOut, takeOut } from '../../src/repair/take-out.ts';
import { targetsOf } from './repair.ts';

// Takes one entry out of an index when its parent says so, and may be killed at any moment meanwhile.
const [path = '', key = '', version = ''] = process.argv.slice(2);
const index = targetsOf({ path, root: realpathSync(dirname(path)), version }, [key]);
process.once('message', async () => {
  await takeOut(planTakeOut(index), protectionOf(version, true), { now: Date.now, sleep: (ms) => sleep(ms) });
  process.disconnect();
});
process.send?.('ready');
