import type { IndexPlace } from '../../src/repair/change-index.ts';
import type { IndexTargets } from '../../src/repair/select.ts';

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
