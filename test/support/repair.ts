import { utimesSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type IndexPlace, protectionOf } from '../../src/repair/change-index.ts';
import type { IndexTargets } from '../../src/repair/select.ts';
import { planTakeOut, type TakenOut, takeOut } from '../../src/repair/take-out.ts';

/** A version whose lock repair takes. */
export const LOCKING = '2026.2.6-3';
/** Of a repair. */
export const REPAIRED_MS = Date.UTC(2026, 10, 30, 1, 2, 3);
export const WAITING = { now: () => REPAIRED_MS, sleep: () => sleep(1) };

/** Writes an index that was last changed so long before the repair; returns its text. */
export function writeIndex(path: string, entries: object, ageMs = 120_000): string {
  const text = JSON.stringify(entries, null, 2);
  writeFileSync(path, text, { mode: 0o600 });
  const written = new Date(REPAIRED_MS - ageMs);
  utimesSync(path, written, written);
  return text;
}

/** Takes entries out of an index, as repair does. */
export function takeKeys(place: IndexPlace, keys: readonly string[], gatewayStopped = true): Promise<TakenOut> {
  return takeOut(planTakeOut(targetsOf(place, keys)), protectionOf(place.version, gatewayStopped), WAITING);
}

/** Entries of one index that are to be taken out, as if an operator had named them. */
export function targetsOf(place: IndexPlace, keys: readonly string[]): IndexTargets {
  const targets = keys.map((key) => ({
    agent: 'main',
    key,
    label: null,
    findings: [],
    transcript: { state: 'missing' as const },
    lastActivityMs: null,
  }));
  return { place, agents: ['main'], targets };
}
