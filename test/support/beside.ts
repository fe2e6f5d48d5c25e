import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type DatabaseSession, writeDatabase } from '../../demo/database.ts';
import { closedDatabase } from './databases.ts';
import { seriesOf } from './exposition.ts';
import { putFile, setWritten } from './folder.ts';
import { testScanner } from './scan.ts';
import { agentSeries, type BothScans, type Families, PLAIN, scanBoth, sessionSeries } from './scans.ts';
import { SETTLED, type SessionChanges, staleEntryOf, storedSession } from './sessions.ts';
import { type AgentDatabase, createState, type State } from './state.ts';

/** The session of the agent `ops` that a test breaks; it stands between the healthy ones. */
export const BAD = 'agent:ops:telegram:direct:666';

const OPS = ['agent:ops:main', 'agent:ops:telegram:direct:11111', 'agent:ops:telegram:group:-1002'];
const KIN = [
  'agent:kin:main',
  'agent:kin:whatsapp:direct:+15550001',
  'agent:kin:cron:0b8a1c2d-1111-4222-8333-444455556666',
];
const OLD = ['agent:old:main', 'agent:old:telegram:direct:22222', 'agent:old:telegram:group:-1003'];

/** The healthy agents `ops`, in which a test breaks something, and `kin`, both in files. */
export function filesBeside(version = '2026.7.35'): State {
  const bindings = [{ agentId: 'kin', match: { channel: 'whatsapp' } }];
  const list = ['ops', 'kin'].map((id) => ({ id }));
  return createState({
    config: { meta: { lastTouchedVersion: version }, agents: { list }, bindings },
    agents: { ops: { index: entries(OPS) }, kin: { index: entries(KIN) } },
  });
}

/** The tokens of the second one stand in its transcript only. */
function entries(keys: readonly string[]): Record<string, object> {
  const stale = { totalTokens: 999, totalTokensFresh: false };
  return Object.fromEntries(keys.map((key, at) => [key, at === 1 ? stale : {}]));
}

export function badEntry(changes: object = {}) {
  return staleEntryOf('bad', changes);
}

/** Adds the session BAD with this transcript, and with this entry when it is given; returns the transcript's path. */
export function putBad(
  state: State,
  transcript: string | Buffer,
  { entry = badEntry(), writtenMs = SETTLED }: { entry?: object; writtenMs?: number } = {},
): string {
  putMembers(state, `${JSON.stringify(BAD)}:${JSON.stringify(entry)}`);
  return putFile(join(state.folder('ops'), 'bad.jsonl'), transcript, writtenMs);
}

/** Writes the index of `ops` with this text, members of a JSON object, between its healthy entries. */
export function putMembers(state: State, members: string): void {
  state.writeIndex('ops', members);
}

export interface DatabasesBeside extends State {
  /** That of `ops`, in which a test breaks something. */
  readonly database: string;
}

interface BesideOptions {
  /** How the database of `ops` differs from a healthy one. */
  readonly ops?: Omit<AgentDatabase, 'sessions'>;
  /** Its session BAD; none when not given. */
  readonly bad?: DatabaseSession | null;
}

/** The healthy agents `ops` and `kin` in databases, and `old` in files. */
export function databasesBeside({ ops = {}, bad = null }: BesideOptions = {}): DatabasesBeside {
  const [first = '', ...rest] = OPS;
  const registered = ['ops', 'kin'].map((agent) => ({
    agent,
    path: `agents/${agent}/agent/openclaw-agent.sqlite`,
    seenMs: SETTLED,
  }));
  const state = createState({
    agents: {
      ops: { database: { ...ops, sessions: { [first]: {}, ...(bad && { [bad.key]: bad }), ...rows(rest) } } },
      kin: { database: { sessions: rows(KIN) } },
      old: { index: entries(OLD) },
    },
    registry: { version: '2026.9.6', agents: registered },
  });
  return { ...state, database: state.databasePath('ops') };
}

function rows(keys: readonly string[]): Record<string, SessionChanges> {
  return Object.fromEntries(keys.map((key) => [key, {}]));
}

export function badSession({ key = BAD, ...changes }: Partial<DatabaseSession> = {}): DatabaseSession {
  return storedSession(key, 'bad', { entry: badEntry(), ...changes });
}

/** What both scans say of a state: the same of each that was made alike, so it is scanned once. */
const SCANS = new Map<string, Promise<BothScans>>();

function scannedOnce(key: string, make: () => State): Promise<BothScans> {
  const scan = SCANS.get(key) ?? scanBoth(testScanner(make().dir, PLAIN));
  SCANS.set(key, scan);
  return scan;
}

/** What both scans say of `filesBeside`, before anything in it is bad. */
export function healthyScan(version?: string): Promise<BothScans> {
  return scannedOnce(`files ${version}`, () => filesBeside(version));
}

/** What both scans say of `databasesBeside`. */
export function scanOf(options: BesideOptions = {}): Promise<BothScans> {
  return scannedOnce(JSON.stringify(options), () => databasesBeside(options));
}

/** Damages a database as nobody would who goes through OpenClaw. */
export function damage(path: string, ...statements: string[]): void {
  closedDatabase(path, ...statements);
  setWritten(path, SETTLED + 2000);
}

/** Puts another database in the place of that of `ops`, in one step. */
export function replaceDatabase({ database }: DatabasesBeside, ...sessions: DatabaseSession[]): void {
  writeDatabase({ path: `${database}.new`, agent: 'ops', sessions });
  renameSync(`${database}.new`, database);
}

/**
 * Holds that what is healthy has the series of before, in the quick and in the deep scan: every session but BAD, and all
 * of the other agents. With `isLost`, `ops` as a whole could not be read.
 */
export function expectUntouched(after: BothScans, before: BothScans, options: { isLost?: boolean } = {}): void {
  for (const scan of ['quick', 'deep'] as const) expectSame(after[scan], before[scan], options);
}

export function expectSame(after: Families, before: Families, { isLost = false } = {}): void {
  const agents = Object.keys(seriesOf(before, 'openclaw_store_readable')).map((labels) => labels.split('"')[1] ?? '');
  const others = agents.filter((agent) => agent !== 'ops');
  expect(others.length).toBeGreaterThan(0);
  for (const agent of others) {
    const series = agentSeries(before, agent);
    expect(Object.keys(series).length).toBeGreaterThan(40);
    expect(agentSeries(after, agent)).toEqual(series);
  }
  if (!isLost) expectSameSessions(after, before);
}

/** Holds that every healthy session has the series of before. */
export function expectSameSessions(after: Families, before: Families): void {
  for (const key of [...OPS, ...KIN]) {
    const series = sessionSeries(before, key);
    // Info, tokens, window, effective window, bytes, activity.
    expect(Object.keys(series).length).toBeGreaterThan(5);
    expect(sessionSeries(after, key)).toEqual(series);
  }
}

/** What is published of an agent that could not be read: that, its info, and its problem. */
export function expectUnread(families: Families, problem: string, agent = 'ops'): void {
  const series = agentSeries(families, agent);
  expect(Object.keys(series)).toHaveLength(3);
  expect(series).toMatchObject({
    [`openclaw_store_readable agent="${agent}"`]: 0,
    [`openclaw_store_problem agent="${agent}",reason="${problem}"`]: 1,
  });
  const info = Object.keys(seriesOf(families, 'openclaw_store_info'));
  expect(info.filter((labels) => labels.includes(`agent="${agent}"`))).toHaveLength(1);
}
