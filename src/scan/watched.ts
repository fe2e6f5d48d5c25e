import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Whereabouts } from './messages.ts';
import type { ScannerOptions } from './scanner.ts';

export type SignsOfLife = Required<Pick<ScannerOptions, 'pause' | 'enter'>>;

/** Milliseconds between two signs of life that say the same. */
const SIGN_MS = 250;

/**
 * The scan of a command, which has no second process. A read on a dead mount never returns: after `timeoutMs` without a sign of
 * life a thread says in what, and kills the process, since nothing else ends a thread that is blocked.
 */
export async function watched<T>(timeoutMs: number, scan: (signs: SignsOfLife) => Promise<T>): Promise<T> {
  const path = new URL(`./watching-thread${extname(import.meta.url)}`, import.meta.url);
  const thread = new Worker(path, { workerData: { timeoutMs } });
  // Without it a command goes on as well: there may be no memory for a thread.
  thread.on('error', () => undefined);
  let at: Whereabouts = { agent: null, step: 'start' };
  let lastSign = Number.NEGATIVE_INFINITY;

  function tell(): void {
    lastSign = performance.now();
    thread.postMessage(at);
  }

  try {
    return await scan({
      async pause() {
        if (performance.now() - lastSign >= SIGN_MS) tell();
        await new Promise((resolve) => setImmediate(resolve));
      },
      async enter(work) {
        at = { agent: work.agent, step: work.step };
        tell();
      },
    });
  } finally {
    await thread.terminate();
  }
}
