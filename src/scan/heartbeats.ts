import type { Whereabouts } from './messages.ts';
import type { ScannerOptions } from './scanner.ts';

export type SignsOfLife = Required<Pick<ScannerOptions, 'pause' | 'enter'>>;

/** Before anything is worked on. */
export const NOWHERE: Whereabouts = { agent: null, step: 'start' };

/** A heartbeat costs a message: not more often than this while it says the same. */
const HEARTBEAT_MS = 250;

/** `beat` tells what is worked on: between the slices of a scan, and before other work begins, since of what blocks in it nothing more is heard. */
export function heartbeats(beat: (at: Whereabouts) => Promise<void>): SignsOfLife {
  let lastBeat = Number.NEGATIVE_INFINITY;
  let at = NOWHERE;

  async function beatNow(): Promise<void> {
    lastBeat = performance.now();
    await beat(at);
  }

  async function beatWhenDue(): Promise<void> {
    if (performance.now() - lastBeat >= HEARTBEAT_MS) await beatNow();
  }

  return {
    async pause() {
      await beatWhenDue();
      await new Promise((resolve) => setImmediate(resolve));
    },
    async enter(work) {
      if (work.agent === at.agent && work.step === at.step && work.file === at.file) return beatWhenDue();
      at = work;
      await beatNow();
    },
  };
}
