import { mkdirSync, mkdtempSync, realpathSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Scanner, ScanResult } from '../../src/scan/scanner.ts';
import { type ParsedFamily, parseExposition, seriesOf } from './exposition.ts';
import { asNobody } from './nobody.ts';
import { testScanner } from './scan.ts';

/** The time of every scan here, in milliseconds since the epoch. */
export const NOW = Date.UTC(2026, 10, 24);
/** Long enough ago that nobody is writing any more, and not long enough to be idle. */
export const SETTLED = NOW - 10 * 60 * 1000;
/** The session that a test breaks; it stands between the healthy ones. */
export const BAD = 'agent:ops:telegram:direct:666';
/** Healthy sessions by agent; `ops` is the agent that has the bad session too. */
const HEALTHY = {
  ops: ['agent:ops:main', 'agent:ops:telegram:direct:11111', 'agent:ops:telegram:group:-1002'],
  kin: ['agent:kin:main', 'agent:kin:whatsapp:direct:+15550001', 'agent:kin:cron:0b8a1c2d-1111-4222-8333-444455556666'],
} as const;

/** Scans at the time NOW, whose labels are the keys. */
export const PLAIN = { now: () => NOW, settings: { salt: null } };

export type Families = ReadonlyMap<string, ParsedFamily>;

/** A state directory of two healthy agents, in which a test breaks something. */
export interface BesideState {
  readonly dir: string;
  /** The sessions folder of `ops`. */
  readonly ops: string;
  readonly cleanup: () => void;
}

export function besideState(version = '2026.7.35'): BesideState {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), 'beside-')));
  const folders = { ops: join(dir, 'agents/ops/sessions'), kin: join(dir, 'agents/kin/sessions') };
  const config = {
    meta: { lastTouchedVersion: version },
    agents: { list: [{ id: 'ops' }, { id: 'kin' }] },
    bindings: [{ agentId: 'kin', match: { channel: 'whatsapp' } }],
  };
  writeFileSync(join(dir, 'openclaw.json'), JSON.stringify(config));
  for (const agent of ['ops', 'kin'] as const) {
    mkdirSync(folders[agent], { recursive: true });
    for (const [at] of HEALTHY[agent].entries()) putTranscript(folders[agent], `${agent}-${at}`);
    putIndex(folders[agent], agent);
  }
  return { dir, ops: folders.ops, cleanup: () => rmSync(dir, { recursive: true, force: true }) };
}

/** Writes the index of `ops` with this text, members of a JSON object, between its healthy entries. */
export function putMembers({ ops }: Pick<BesideState, 'ops'>, members: string): void {
  putIndex(ops, 'ops', members);
}

/** Adds the session BAD with this transcript; its stored total is stale, so that the transcript says its tokens. */
export function putBad(state: BesideState, transcript: string | Buffer, writtenMs = SETTLED): string {
  const path = join(state.ops, 'bad.jsonl');
  write(path, transcript, writtenMs);
  putMembers(state, `${JSON.stringify(BAD)}:${JSON.stringify(badEntry())}`);
  return path;
}

export function badEntry(changes: Record<string, unknown> = {}) {
  return { sessionId: 'bad', updatedAt: SETTLED, totalTokens: 99, totalTokensFresh: false, ...changes };
}

/** Lines of a healthy transcript, each with its newline. */
export function transcriptLines(id: string, tokens = 700): string[] {
  const timestamp = new Date(SETTLED).toISOString();
  return [
    { type: 'session', version: 3, id, timestamp, cwd: '/' },
    { type: 'message', timestamp, message: { role: 'user', content: 'synthetic' } },
    { type: 'message', timestamp, message: { role: 'assistant', content: [], usage: { input: tokens, output: 1 } } },
  ].map((record) => `${JSON.stringify(record)}\n`);
}

/** What both scans gave, the text read by the strict parser. */
export interface BesideScan {
  readonly quick: Families;
  readonly deep: Families;
  readonly snapshot: ScanResult['snapshot'];
}

export async function scanBoth(scanner: Scanner): Promise<BesideScan> {
  const quick = await scanner.quick();
  const deep = await scanner.deep();
  // Equal figures are not rendered again.
  const last = deep.rendered ?? quick.rendered;
  return { quick: parsed(quick.rendered), deep: parsed(last), snapshot: deep.snapshot };
}

/** The same as a user whom modes apply to, so many times from nothing; the last ones. */
export async function scanAsNobody(stateDir: string, times = 1): Promise<BesideScan> {
  return asNobody(async () => {
    for (let at = 1; at < times; at += 1) await scanBoth(testScanner(stateDir, PLAIN));
    return scanBoth(testScanner(stateDir, PLAIN));
  });
}

export function parsed(rendered: ScanResult['rendered']): Families {
  return parseExposition(rendered?.metrics ?? expect.unreachable('nothing was rendered'));
}

/**
 * Holds that what is healthy has the series of before, in the quick and in the deep scan: every session but BAD, and
 * all of the agent `kin`. With `isLost`, `ops` as a whole could not be read.
 */
export function expectUntouched(after: BesideScan, before: BesideScan, { isLost = false } = {}): void {
  for (const scan of ['quick', 'deep'] as const) {
    expect(agentSeries(after[scan], 'kin')).toEqual(agentSeries(before[scan], 'kin'));
    expectSameSessions(after[scan], before[scan], isLost ? ['kin'] : ['ops', 'kin']);
  }
}

export function expectSameSessions(
  after: Families,
  before: Families,
  agents: readonly (keyof typeof HEALTHY)[] = ['ops', 'kin'],
): void {
  for (const key of agents.flatMap((agent) => HEALTHY[agent])) {
    const series = sessionSeries(before, key);
    // Info, tokens, window, effective window, bytes, activity.
    expect(Object.keys(series).length).toBeGreaterThan(5);
    expect(sessionSeries(after, key)).toEqual(series);
  }
}

/** Every series of a session, by name and labels; the label is the key, since the scans here hide nothing. */
function sessionSeries(families: Families, key: string): Record<string, number> {
  return matching(families, `session="${key}"`);
}

export function agentSeries(families: Families, agent: string): Record<string, number> {
  return matching(families, `agent="${agent}"`);
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

function putIndex(folder: string, agent: keyof typeof HEALTHY, members = ''): void {
  const healthy = HEALTHY[agent].map(
    (key, at) => `${JSON.stringify(key)}:${JSON.stringify(healthyEntry(`${agent}-${at}`, at))}`,
  );
  const [first = '', ...rest] = healthy;
  const text = `{${[first, members, ...rest].filter((part) => part !== '').join(',\n')}}`;
  write(join(folder, 'sessions.json'), text, SETTLED);
}

/** The tokens of the second one stand in its transcript only. */
function healthyEntry(sessionId: string, at: number) {
  return {
    sessionId,
    updatedAt: SETTLED + at,
    model: 'a-model',
    totalTokens: at === 1 ? 999 : 700,
    totalTokensFresh: at !== 1,
    contextTokens: 200_000,
  };
}

function putTranscript(folder: string, id: string): void {
  write(join(folder, `${id}.jsonl`), transcriptLines(id).join(''), SETTLED);
}

function write(path: string, content: string | Buffer, writtenMs: number): void {
  writeFileSync(path, content);
  utimesSync(path, writtenMs / 1000, writtenMs / 1000);
}
