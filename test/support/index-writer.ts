import { closeSync, openSync, readFileSync, renameSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

// A writer of OpenClaw 2026.2.x: lock, read, change, write aside, rename, unlock. It adds entries as fast as it can until
// its parent says stop, and then says how many.
const [indexPath = ''] = process.argv.slice(2);
const lockPath = `${indexPath}.lock`;
let added = 0;
let isStopped = false;
process.once('message', () => {
  isStopped = true;
});
process.send?.('ready');
while (!isStopped) {
  await lock();
  const entries = JSON.parse(readFileSync(indexPath, 'utf8'));
  entries[`agent:main:added:${added}`] = { sessionId: `added-${added}`, updatedAt: Date.now() };
  const aside = `${indexPath}.${process.pid}.tmp`;
  writeFileSync(aside, JSON.stringify(entries, null, 2), { mode: 0o600 });
  renameSync(aside, indexPath);
  rmSync(lockPath);
  added += 1;
  await sleep(0);
}
process.send?.(added);
process.disconnect();

async function lock(): Promise<void> {
  for (;;) {
    try {
      const fd = openSync(lockPath, 'wx');
      writeSync(fd, JSON.stringify({ pid: process.pid, startedAt: Date.now() }));
      closeSync(fd);
      return;
    } catch {
      const age = Date.now() - (statSync(lockPath, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
      if (age > 30_000) rmSync(lockPath, { force: true });
      await sleep(1);
    }
  }
}
