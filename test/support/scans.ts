import { expect } from 'vitest';
import type { Scanner, ScanResult } from '../../src/scan/scanner.ts';
import { type ParsedFamily, parseExposition, seriesOf } from './exposition.ts';
import { asNobody } from './nobody.ts';
import { testScanner } from './scan.ts';
import { NOW } from './sessions.ts';

/** Scans at the time NOW, whose labels are the keys. */
export const PLAIN = { now: () => NOW, settings: { salt: null } };

export type Families = ReadonlyMap<string, ParsedFamily>;

/** What both scans gave, the text read by the strict parser. */
export interface BothScans {
  readonly quick: Families;
  readonly deep: Families;
  readonly snapshot: ScanResult['snapshot'];
}

export async function scanBoth(scanner: Scanner): Promise<BothScans> {
  const quick = await scanner.quick();
  const deep = await scanner.deep();
  // Equal figures are not rendered again.
  const last = deep.rendered ?? quick.rendered;
  return { quick: parsed(quick.rendered), deep: parsed(last), snapshot: deep.snapshot };
}

/** The same as a user whom modes apply to, so many times from nothing; the last ones. */
export async function scanAsNobody(stateDir: string, times = 1): Promise<BothScans> {
  return asNobody(async () => {
    for (let at = 1; at < times; at += 1) await scanBoth(testScanner(stateDir, PLAIN));
    return scanBoth(testScanner(stateDir, PLAIN));
  });
}

/** Scans again and again with one scanner, also where nothing changed and so nothing is rendered. */
export function watcher(scanner: Scanner): Record<'quick' | 'deep', () => Promise<Families>> {
  let last: ScanResult['rendered'] = null;
  const look = async (scan: 'quick' | 'deep') => {
    last = (await scanner[scan]()).rendered ?? last;
    return parsed(last);
  };
  return { quick: () => look('quick'), deep: () => look('deep') };
}

export function parsed(rendered: ScanResult['rendered']): Families {
  return parseExposition(rendered?.metrics ?? expect.unreachable('nothing was rendered'));
}

export function agentSeries(families: Families, agent: string): Record<string, number> {
  const isOfAgent = ([series]: [string, number]) =>
    series.includes(` agent="${agent}"`) || series.includes(`,agent="${agent}"`);
  // Not those of others that name it as `expected_agent`.
  return Object.fromEntries(Object.entries(matching(families, `agent="${agent}"`)).filter(isOfAgent));
}

/** Every series of a session, by name and labels; the label is the key, since PLAIN hides nothing. */
export function sessionSeries(families: Families, key: string): Record<string, number> {
  return matching(families, `session="${key}"`);
}

/** The findings of a session, `stuck` or the reason of a corruption. */
export function findingsOf(families: Families, key: string): string[] {
  const samples = families.get('openclaw_store_session_finding')?.samples ?? [];
  return samples
    .filter(({ labels }) => labels.session === key)
    .map(({ labels }) => labels.reason || labels.finding || '')
    .toSorted();
}

/** One figure of a session; null: it has no such series. */
export function figureOf(families: Families, name: string, key: string): number | null {
  const samples = families.get(`openclaw_store_session_${name}`)?.samples ?? [];
  return samples.find(({ labels }) => labels.session === key)?.value ?? null;
}

/** The problems of an agent that are there. */
export function problemsOf(families: Families, agent: string): string[] {
  const samples = families.get('openclaw_store_problem')?.samples ?? [];
  return samples
    .filter(({ labels, value }) => labels.agent === agent && value === 1)
    .map(({ labels }) => labels.reason ?? '');
}

function matching(families: Families, label: string): Record<string, number> {
  const found: Record<string, number> = {};
  for (const name of families.keys()) {
    for (const [labels, value] of Object.entries(seriesOf(families, name))) {
      if (labels.includes(label)) found[`${name} ${labels}`] = value;
    }
  }
  return found;
}
