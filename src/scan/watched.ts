import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { heartbeats, type SignsOfLife } from './heartbeats.ts';

/**
 * The scan of a command, which has no second process. A read on a dead mount never returns: after `timeoutMs` without a sign of
 * life a thread says in what, and kills the process, since nothing else ends a thread that is blocked.
 */
export async function watched<T>(timeoutMs: number, scan: (signs: SignsOfLife) => Promise<T>): Promise<T> {
  const path = new URL(`./watching-thread${extname(import.meta.url)}`, import.meta.url);
  const thread = new Worker(path, { workerData: { timeoutMs } });
  // Without it a command goes on as well: there may be no memory for a thread.
  thread.on('error', () => undefined);
  try {
    return await scan(heartbeats(async ({ agent, step }) => thread.postMessage({ agent, step })));
  } finally {
    await thread.terminate();
  }
}
