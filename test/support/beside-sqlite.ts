import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import {
  type DatabaseEvent,
  type DatabaseOptions,
  type DatabaseSession,
  writeDatabase,
  writeStateDatabase,
} from '../../demo/database.ts';
import type { Scanner, ScanResult } from '../../src/scan/scanner.ts';
import {
  agentSeries,
  type BesideScan,
  type Families,
  PLAIN,
  parsed,
  SETTLED,
  scanBoth,
  transcriptLines,
} from './beside.ts';
import { closedDatabase } from './databases.ts';
import { seriesOf } from './exposition.ts';
import { madeOnce } from './made-once.ts';
import { testScanner } from './scan.ts';

/** The session of `ops` that a test breaks; it stands between the healthy ones. */
export const BAD = 'agent:ops:telegram:direct:666';

const DATABASE = 'agent/openclaw-agent.sqlite';
const HEALTHY = ['main', 'telegram:direct:11111', 'telegram:group:-1002'];

/** A state directory of three healthy agents: `ops` and `kin` in databases, `old` in files. */
export interface SqliteState {
  readonly dir: string;
  /** The database of `ops`, in which a test breaks something. */
  readonly database: string;
}

/** `ops`: how its database differs from a healthy one; `bad`: its session BAD, none when not given. */
export function sqliteState({ ops = {}, bad = null }: SqliteStateOptions = {}): SqliteState {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), 'beside-sqlite-')));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const agents = ['ops', 'kin', 'old'].map((id) => ({ id }));
  write(
    join(dir, 'openclaw.json'),
    JSON.stringify({ meta: { lastTouchedVersion: '2026.9.6' }, agents: { list: agents } }),
  );
  const database = databasePath(dir, 'ops');
  const [first, ...rest] = healthySessions('ops');
  putDatabase({
    path: database,
    agent: 'ops',
    ...ops,
    sessions: [first, bad, ...rest].filter((session) => session !== null && session !== undefined),
  });
  settle(database);
  putDatabase({ path: databasePath(dir, 'kin'), agent: 'kin', sessions: healthySessions('kin') });
  settle(databasePath(dir, 'kin'));
  const registered = ['ops', 'kin'].map((agent) => ({ agent, path: `agents/${agent}/${DATABASE}`, seenMs: SETTLED }));
  const shared = join(dir, 'state/openclaw.sqlite');
  madeOnce('beside-sqlite registry', shared, (path) =>
    writeStateDatabase({ path, version: '2026.9.6', agents: registered }),
  );
  settle(shared);
  putFileAgent(join(dir, 'agents/old/sessions'));
  return { dir, database };
}

function putDatabase({ path, ...content }: DatabaseOptions): void {
  madeOnce(JSON.stringify(content), path, (at) => writeDatabase({ ...content, path: at }));
}

const SCANS = new Map<string, Promise<BesideScan>>();

/** What both scans say of such a state: the same of each, so it is scanned once. */
export function scanOf(options: SqliteStateOptions = {}): Promise<BesideScan> {
  const key = JSON.stringify(options);
  const scan = SCANS.get(key) ?? scanBoth(testScanner(sqliteState(options).dir, PLAIN));
  SCANS.set(key, scan);
  return scan;
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

interface SqliteStateOptions {
  readonly ops?: Partial<Omit<DatabaseOptions, 'sessions'>>;
  readonly bad?: DatabaseSession | null;
}

export function databasePath(dir: string, agent: string): string {
  return join(dir, 'agents', agent, DATABASE);
}

/** Damages a database as nobody would who goes through OpenClaw. */
export function damage(path: string, ...statements: string[]): void {
  closedDatabase(path, ...statements);
  settle(path, 2);
}

/** Puts another database in the place of that of `ops`, in one step. */
export function replaceDatabase({ database }: SqliteState, ...sessions: DatabaseSession[]): void {
  writeDatabase({ path: `${database}.new`, agent: 'ops', sessions });
  renameSync(`${database}.new`, database);
}

/** Written long enough ago that its times tell it from what comes next. */
export function settle(path: string, seconds = 0): void {
  utimesSync(path, SETTLED / 1000 + seconds, SETTLED / 1000 + seconds);
}

export function badSession(changes: Partial<DatabaseSession> = {}): DatabaseSession {
  return session(BAD, 'bad', { entry: badEntry(), ...changes });
}

/** Its total is stale: its tokens are those of its transcript. */
export function badEntry(changes: Record<string, unknown> = {}) {
  return { ...entryOf('bad'), totalTokens: 99, totalTokensFresh: false, ...changes };
}

/** Records of a healthy transcript: header, question, answer; the question is so long that schema 23 packs it. */
export function events(id: string, tokens = 700): DatabaseEvent[] {
  const timestamp = new Date(SETTLED).toISOString();
  return [
    { type: 'session', version: 4, id, timestamp },
    { type: 'message', id: `${id}-1`, timestamp, message: { role: 'user', content: 'synthetic '.repeat(200) } },
    answer(`${id}-2`, tokens),
  ];
}

export function answer(id: string, tokens: number) {
  const usage = { input: tokens, output: 1, cacheRead: 0, cacheWrite: 0 };
  const timestamp = new Date(SETTLED).toISOString();
  return { type: 'message', id, timestamp, message: { role: 'assistant', content: [], usage } };
}

function healthySessions(agent: string): DatabaseSession[] {
  return HEALTHY.map((rest, at) => session(`agent:${agent}:${rest}`, `${agent}-${at}`));
}

/** A session whose stored total and whose transcript say the same. */
export function session(key: string, sessionId: string, changes: Partial<DatabaseSession> = {}): DatabaseSession {
  return {
    key,
    sessionId,
    entry: entryOf(sessionId),
    createdMs: SETTLED - 1000,
    updatedMs: SETTLED,
    status: 'done',
    lastInteractionMs: SETTLED,
    window: { chatType: 'direct', accountId: 'default', provider: 'a-provider', model: 'a-model' },
    events: events(sessionId),
    ...changes,
  };
}

function entryOf(sessionId: string) {
  return {
    sessionId,
    updatedAt: SETTLED,
    lastInteractionAt: SETTLED,
    model: 'a-model',
    totalTokens: 700,
    totalTokensFresh: true,
    contextTokens: 200_000,
  };
}

function putFileAgent(folder: string): void {
  const entries = HEALTHY.map((rest, at) => [`agent:old:${rest}`, entryOf(`old-${at}`)]);
  for (const [at] of HEALTHY.entries()) write(join(folder, `old-${at}.jsonl`), transcriptLines(`old-${at}`).join(''));
  write(join(folder, 'sessions.json'), JSON.stringify(Object.fromEntries(entries)));
}

function write(path: string, content: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  settle(path);
}

/** Holds that the other agents have every series of before, and with `sessions` also the healthy sessions of `ops`. */
export function expectOthersUntouched(after: BesideScan, before: BesideScan, { sessions = false } = {}): void {
  for (const scan of ['quick', 'deep'] as const) expectSame(after[scan], before[scan], sessions);
}

export function expectSame(after: Families, before: Families, sessions = false): void {
  for (const agent of ['kin', 'old']) {
    const series = agentSeries(before, agent);
    expect(Object.keys(series).length).toBeGreaterThan(40);
    expect(agentSeries(after, agent)).toEqual(series);
  }
  if (!sessions) return;
  for (const rest of HEALTHY) {
    const key = `agent:ops:${rest}`;
    const series = sessionSeries(before, key);
    // Info, tokens, window, effective window, bytes, messages, compactions, start, activity.
    expect(Object.keys(series).length).toBeGreaterThanOrEqual(9);
    expect(sessionSeries(after, key)).toEqual(series);
  }
}

function sessionSeries(families: Families, key: string): Record<string, number> {
  const all = agentSeries(families, 'ops');
  return Object.fromEntries(Object.entries(all).filter(([labels]) => labels.includes(`session="${key}"`)));
}

/** What is published of an agent that could not be read: that, its info, and its problem. */
export function expectUnread(families: Families, problem: string, agent = 'ops'): void {
  const series = agentSeries(families, agent);
  expect(Object.keys(series)).toHaveLength(3);
  expect(series).toMatchObject({
    [`openclaw_store_readable agent="${agent}"`]: 0,
    [`openclaw_store_problem agent="${agent}",reason="${problem}"`]: 1,
  });
  expect(
    Object.keys(seriesOf(families, 'openclaw_store_info')).filter((labels) => labels.includes(agent)),
  ).toHaveLength(1);
}
