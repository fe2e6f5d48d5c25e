import { deflate } from '../deflated.ts';
import { describeError } from '../errors.ts';
import { createLog, outliveLogReader } from '../log.ts';
import type { ReadIndex } from '../read/file/index-file.ts';
import { AbortedAgents } from './aborted-agents.ts';
import { garbageCollector } from './heap.ts';
import { heartbeats } from './heartbeats.ts';
import type { FromChild, ProcessCost, ToChild } from './messages.ts';
import { Scanner } from './scanner.ts';

/**
 * The scanning process: everything from discover to publish runs in it. It only answers the supervisor that forked it
 * and ends with it. Between the slices of its work it sends heartbeats; blocked in a read it sends none.
 */
export function runChild(readIndex?: ReadIndex): void {
  let scanner: Scanner | null = null;
  const signs = heartbeats((at) => send({ type: 'heartbeat', at, cost: processCost() }));

  process.on('message', (message: ToChild) => {
    if (message.type === 'settings') {
      if (scanner !== null) return scanner.configure(message.settings);
      const { 'log.level': level, 'log.format': format } = message.settings;
      const log = createLog({ level, format });
      scanner = new Scanner({
        settings: message.settings,
        log,
        ...signs,
        aborted: new AbortedAgents(message.aborted),
        ...(readIndex === undefined ? {} : { readIndex }),
      });
      return;
    }
    if (scanner !== null) void scan(scanner, message.scan);
  });
  outliveLogReader();
  process.on('disconnect', () => process.exit(0));
  // The supervisor ends this process; a signal to the whole group (Ctrl-C, a terminal that closes) is its to answer. The last one
  // opens a debugger for every user of the machine where nobody answers it.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR1']) process.on(signal, () => undefined);
}

const collectGarbage = garbageCollector();

async function scan(scanner: Scanner, kind: 'quick' | 'deep'): Promise<void> {
  const startedAt = performance.now();
  try {
    const { rendered, page, checks } = await scanner[kind]();
    const durationSeconds = (performance.now() - startedAt) / 1000;
    const sent = rendered === null ? null : { ...rendered, metrics: deflate(rendered.metrics) };
    await send({ type: 'done', scan: kind, durationSeconds, rendered: sent, page, checks, cost: processCost() });
  } catch (error) {
    await send({ type: 'failed', scan: kind, error: describeError(error), cost: processCost() });
  }
  collectGarbage();
}

/** Resolves when the message is written: `send` answers false for large ones and says nothing. */
function send(message: FromChild): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined) return resolve();
    process.send(message, undefined, undefined, () => resolve());
  });
}

function processCost(): ProcessCost {
  const { userCPUTime, systemCPUTime } = process.resourceUsage();
  return { memoryBytes: process.memoryUsage.rss(), cpuSeconds: (userCPUTime + systemCPUTime) / 1e6 };
}
