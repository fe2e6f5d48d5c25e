import { closeSync, mkdtempSync, openSync, readSync, realpathSync, rmSync, statSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { writeDatabase } from '../demo/database.ts';
import { systemClock } from '../src/clock.ts';
import type { NeedsLastUsage } from '../src/model/session.ts';
import { KeptDatabases } from '../src/read/sqlite/kept-databases.ts';
import { compareWays, printResult, rowOf, table } from './ways.ts';

const SESSIONS = 2000;
const TURNS = 20;
/** No total here is above a threshold. */
const NEEDS_LAST_USAGE: NeedsLastUsage = ({ totalTokensFresh }) => totalTokensFresh !== true;
const START_MS = Date.UTC(2026, 10, 24);
/** As large as `skillsSnapshot` and `systemPromptReport` make a real entry. */
const FILLER = Array.from({ length: 120 }, (_, at) => ({
  name: `skill-${at}`,
  location: `/opt/skills/${at}/SKILL.md`,
}));

const WAYS: Readonly<Record<string, (path: string, root: string) => unknown>> = {
  'first scan': async (path, root) => {
    if ((await look(new KeptDatabases(), path, root)) !== SESSIONS) throw new Error('not read');
  },
  'first scan and every event parsed': async (path, root) => {
    const databases = new KeptDatabases();
    await look(databases, path, root);
    for (const _slice of databases.validate(systemClock()));
  },
  'every entry and event by JSON.parse': readAll,
  'the bytes of the file': readBytes,
  'nothing at all': () => undefined,
};

async function look(databases: KeptDatabases, path: string, root: string): Promise<number> {
  databases.startScan(null);
  const reading = await databases.look(
    { agent: 'main', path, root, sharedBy: null },
    NEEDS_LAST_USAGE,
    systemClock(),
    async () => undefined,
  );
  return reading.found === 'sessions' ? reading.sessions.length : 0;
}

/** What anybody would write: the same figures of every session by one statement each. */
function readAll(path: string): void {
  using database = new DatabaseSync(path, { readOnly: true });
  const sessions = database.prepare('SELECT current_session_id AS id, entry_json AS entry FROM session_nodes').all();
  for (const { entry } of sessions) JSON.parse(String(entry));
  database.prepare('SELECT session_id, SUM(event_utf8_bytes) FROM transcript_events GROUP BY session_id').all();
  for (const { json } of database.prepare('SELECT event_json AS json FROM transcript_events').all()) {
    if (typeof json === 'string') JSON.parse(json);
  }
}

function readBytes(path: string): void {
  const file = openSync(path, 'r');
  const buffer = Buffer.alloc(1024 * 1024);
  while (readSync(file, buffer, 0, buffer.length, null) > 0);
  closeSync(file);
}

/** One database: as the exporter reads it, and as anybody would. */
export async function databaseRead(): Promise<string> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'bench-')));
  const path = join(root, 'openclaw-agent.sqlite');
  try {
    writeDatabase({ path, agent: 'main', ending: 'closed', sessions: Array.from({ length: SESSIONS }, session) });
    // Files this young are not trusted to stay as they are.
    utimesSync(path, new Date(START_MS), new Date(START_MS));
    const rows = compareWays(import.meta.filename, Object.keys(WAYS), [path, root]);
    const [first, whole] = [rowOf(rows, 'first scan'), rowOf(rows, 'first scan and every event parsed')];
    const [naive, idle] = [rowOf(rows, 'every entry and event by JSON.parse'), rowOf(rows, 'nothing at all')];
    const memory = (whole.peakMegabytes - idle.peakMegabytes) / (naive.peakMegabytes - idle.peakMegabytes);
    const databases = new KeptDatabases();
    await look(databases, path, root);
    const before = databases.counts.reads;
    await look(databases, path, root);
    return `## Reading a database

${(statSync(path).size / 1e6).toFixed(1)} MB, ${SESSIONS} sessions of ${TURNS * 2 + 1} events.

${table(rows)}

The first scan takes ${(first.milliseconds / naive.milliseconds).toFixed(2)} of the time of reading all by JSON.parse; with every event parsed ${(whole.milliseconds / naive.milliseconds).toFixed(2)} of the
time, and ${memory.toFixed(2)} of the memory above a process that does nothing. A scan of the unchanged database opens it ${databases.counts.reads - before} times.
`;
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

function session(_: unknown, at: number) {
  const sessionId = `00000000-0000-4000-8000-${String(at).padStart(12, '0')}`;
  const updatedMs = START_MS + at;
  const entry = { sessionId, updatedAt: updatedMs, totalTokens: 5000, totalTokensFresh: true, contextTokens: 200_000 };
  const usage = { input: 5000, output: 60, cacheRead: 0, cacheWrite: 0 };
  const turns = Array.from({ length: TURNS }, (_turn, turn) => [
    { type: 'message', id: `u${turn}`, message: { role: 'user', content: `question ${turn} `.repeat(20) } },
    { type: 'message', id: `a${turn}`, message: { role: 'assistant', content: `answer ${turn} `.repeat(60), usage } },
  ]);
  return {
    key: `agent:main:telegram:direct:${at}`,
    sessionId,
    entry: { ...entry, skillsSnapshot: { skills: FILLER } },
    createdMs: updatedMs,
    updatedMs,
    events: [{ type: 'session', version: 3, id: sessionId }, ...turns.flat()],
  };
}

const [way, path, root] = process.argv.slice(2);
const work = WAYS[way ?? ''];
if (work !== undefined && path !== undefined && root !== undefined) await printResult(() => work(path, root), 3);
