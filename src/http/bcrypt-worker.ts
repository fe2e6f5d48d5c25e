import { parentPort } from 'node:worker_threads';
import { compareSync } from 'bcryptjs';

// The thread of `compareInThread`.
parentPort?.on('message', ({ password, hash }: { password: string; hash: string }) => {
  parentPort?.postMessage(compareSync(password, hash));
});
