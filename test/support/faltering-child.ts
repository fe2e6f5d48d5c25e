import { appendFileSync, readFileSync } from 'node:fs';
import type { FromChild, ToChild } from '../../src/scan/messages.ts';

/**
 * A scanning process that comes to its end in the store of `bad`: the first one at once, the second one after a good quick and a
 * good deep scan. The third one says which agents are left alone.
 */
const note = process.env.BLOCKED_NOTE ?? '';
appendFileSync(note, '.');
const which = readFileSync(note).length;
const cost = { memoryBytes: 1, cpuSeconds: 0 };
let goodScans = which === 2 ? 2 : 0;
let leftAlone: readonly string[] = [];

function send(message: FromChild): void {
  process.send?.(message);
}

process.on('message', (message: ToChild) => {
  if (message.type === 'settings') {
    leftAlone = message.aborted.map(({ agent }) => agent);
    return;
  }
  const { scan } = message;
  if (which > 2) return send({ type: 'failed', scan, error: `left alone: ${leftAlone.join() || 'none'}`, cost });
  if (goodScans > 0) {
    goodScans -= 1;
    return send({ type: 'done', scan, durationSeconds: 1, rendered: null, page: null, checks: [], cost });
  }
  send({ type: 'heartbeat', at: { agent: 'bad', step: 'read', files: 'some' }, cost });
  setImmediate(() => process.exit(134));
});
process.on('disconnect', () => process.exit(0));
