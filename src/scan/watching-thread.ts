import { writeSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { ExporterError } from '../errors.ts';
import { printable } from '../printable.ts';
import { formatDuration } from '../settings/duration.ts';
import { NOWHERE } from './heartbeats.ts';
import type { Whereabouts } from './messages.ts';

// The thread of `watched`.

const { timeoutMs }: { timeoutMs: number } = workerData;
/** Between two looks, in milliseconds: a timer of more than 24 days ends at once. A short timeout has ten looks. */
const LOOK_MS = Math.min(timeoutMs / 10, 60_000);
/** In how many looks the time is over. Looks and not a time: a process that was stopped (Ctrl-Z) and goes on was not blocked. */
const LOOKS = Math.ceil(timeoutMs / LOOK_MS);
/** The stream of a thread goes through the main one, which is blocked. */
const STDERR = 2;

let at = NOWHERE;
let silentLooks = 0;

parentPort?.on('message', (work: Whereabouts) => {
  at = work;
  silentLooks = 0;
});

setInterval(() => {
  silentLooks += 1;
  if (silentLooks < LOOKS) return;
  const where = at.agent === null ? `in the step ${at.step}` : `at agent ${printable(at.agent)}, step ${at.step}`;
  const { message } = new ExporterError(
    'E_BLOCKED',
    `no sign of life for ${formatDuration(timeoutMs)} ${where}; a mount there may be dead. What is slow but alive needs a longer --scan.timeout`,
  );
  try {
    writeSync(STDERR, `openclaw-store-exporter: ${message}\n`);
  } finally {
    process.kill(process.pid, 'SIGKILL');
  }
}, LOOK_MS);
