import type { FromChild, ToChild } from '../../src/scan/messages.ts';

/** A scanning process that comes to its end while it publishes, for as long as the store of `bad` is read. */
let reads = true;

process.on('message', (message: ToChild) => {
  if (message.type === 'settings') {
    reads = !message.aborted.some(({ agent }) => agent === 'bad');
    return;
  }
  const cost = { memoryBytes: 1, cpuSeconds: 0 };
  const at = { agent: null, step: 'publish', ...(reads ? { largest: { agent: 'bad', files: 'some' } } : {}) };
  process.send?.({ type: 'heartbeat', at, cost } satisfies FromChild);
  if (reads) setImmediate(() => process.exit(134));
  else process.send?.({ type: 'failed', scan: message.scan, error: 'without it', cost } satisfies FromChild);
});
process.on('disconnect', () => process.exit(0));
