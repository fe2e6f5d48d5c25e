import { once } from 'node:events';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';

/** Megabytes. It needs four. */
const LARGEST_HEAP = 32;

/**
 * Compares passwords with bcrypt hashes, one call after the other, in a thread of its own, which the first call starts. Beside the
 * server in one thread a comparison lets one connection in for each of its slices of 100 ms, and a hundred clients that try
 * passwords keep everybody else waiting for ten seconds (measured).
 */
export function compareInThread(): (password: string, hash: string) => Promise<boolean> {
  let thread: Worker | null = null;
  return async (password, hash) => {
    thread ??= startThread();
    try {
      const answer = once(thread, 'message');
      thread.postMessage({ password, hash });
      const [isSame] = await answer;
      return isSame === true;
    } catch (error) {
      thread = null;
      throw error;
    }
  };
}

function startThread(): Worker {
  const path = new URL(`./bcrypt-worker${extname(import.meta.url)}`, import.meta.url);
  const thread = new Worker(path, { resourceLimits: { maxOldGenerationSizeMb: LARGEST_HEAP } });
  // It holds no process that wants to end.
  thread.unref();
  // One that ends between two calls is an error of the next one.
  thread.on('error', () => undefined);
  return thread;
}
