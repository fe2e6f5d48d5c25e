import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const BETWEEN_LOOKS_MS = 50;

/** The processes that a process has started and that have not ended. */
export function startedBy(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return children.split(' ').filter(Boolean).map(Number);
}

/** Bytes of memory of a process and of those that it started, each page that they share once, at most while `work` runs. */
export async function peakOfPair(pid: number, work: () => Promise<unknown>): Promise<number> {
  let peak = 0;
  let isOver = false;
  async function watch(): Promise<void> {
    while (!isOver) {
      const both = [pid, ...startedBy(pid)].reduce((sum, each) => sum + proportionalBytes(each), 0);
      peak = Math.max(peak, both);
      await sleep(BETWEEN_LOOKS_MS);
    }
  }
  const watching = watch();
  try {
    await work();
  } finally {
    isOver = true;
    await watching;
  }
  return peak;
}

/** 0: it has ended. */
function proportionalBytes(pid: number): number {
  try {
    return Number(/^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1]) * 1024;
  } catch {
    return 0;
  }
}
