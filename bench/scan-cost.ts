/**
 * What scans of one heavy store cost in CPU, beside the limits of the machine: measured in turn in one process, or each in a
 * process of its own where it must be the first thing that a process does. Prints a JSON of milliseconds.
 */
import { appendFileSync, lstatSync, readdirSync, readFileSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { appendEvents } from '../demo/database.ts';
import type { Scanner } from '../src/scan/scanner.ts';
import { testScanner } from '../test/support/scan.ts';
import { median } from './ways.ts';

const ROUNDS = 9;
const LINE = `${JSON.stringify({ type: 'message', message: { role: 'user', content: 'one more' } })}\n`;

/** User and system time of this process. */
async function cpuMs(work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** Medians of ways that are measured in turn. */
async function inTurn<Name extends string>(ways: Record<Name, () => unknown>, rounds = ROUNDS) {
  const names = Object.keys(ways).filter((name): name is Name => name in ways);
  const times = new Map<Name, number[]>(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const name of names) times.get(name)?.push(await cpuMs(ways[name]));
  }
  return Object.fromEntries([...times].map(([name, each]) => [name, median(each)]));
}

/** The least that looking at every file can cost. */
function statLoop(folder: string): number {
  let files = 0;
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (lstatSync(path).isDirectory()) files += statLoop(path);
    else files += 1;
  }
  return files;
}

function pathsBelow(folder: string, isWanted: (name: string) => boolean): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(isWanted)
    .map((path) => join(folder, path));
}

const isTranscript = (name: string) => /-4000-8000-\d+\.jsonl$/.test(name);
const isDatabase = (name: string) => name.endsWith('.sqlite');

async function warm(stateDir: string, renders = true): Promise<Scanner> {
  const scanner = testScanner(stateDir, { renders });
  await scanner.deep();
  for (let at = 0; at < 3; at += 1) await scanner.quick();
  return scanner;
}

const WAYS: Readonly<Record<string, (stateDir: string) => Promise<Record<string, number>>>> = {
  /** Files: a scanner that has lived for a while. */
  async files(stateDir) {
    const scanner = await warm(stateDir);
    const agents = join(stateDir, 'agents');
    const transcripts = pathsBelow(agents, isTranscript);
    const hundredth = transcripts.filter((_, at) => at % 100 === 0);
    const [index = ''] = pathsBelow(agents, (name) => name.endsWith('sessions.json'));
    const unchanged = await inTurn({ statLoop: () => statLoop(agents), unchanged: () => scanner.quick() });
    const changes = { one: 0, hundredth: 0, index: 0, parse: 0 };
    const times: Record<keyof typeof changes, number[]> = { one: [], hundredth: [], index: [], parse: [] };
    for (let round = 0; round < 5; round += 1) {
      appendFileSync(transcripts[round * 7] ?? '', LINE);
      times.one.push(await cpuMs(() => scanner.quick()));
      for (const path of hundredth) appendFileSync(path, LINE);
      times.hundredth.push(await cpuMs(() => scanner.quick()));
      utimesSync(index, new Date(), new Date());
      times.index.push(await cpuMs(() => scanner.quick()));
      times.parse.push(await cpuMs(() => JSON.parse(readFileSync(index, 'utf8'))));
    }
    const medians = Object.fromEntries(Object.entries(times).map(([name, each]) => [name, median(each)]));
    return { ...unchanged, ...medians, sessions: transcripts.length };
  },

  /** SQLite: the same, without the render. */
  async databases(stateDir) {
    const scanner = await warm(stateDir, false);
    const paths = pathsBelow(join(stateDir, 'agents'), isDatabase);
    const ids = paths.map((path) => ({ path, ids: sessionIds(path) }));
    const unchanged = await inTurn({
      statLoop: () => statLoop(join(stateDir, 'agents')),
      unchanged: () => scanner.quick(),
    });
    const times: { hundredth: number[]; bareQueries: number[] } = { hundredth: [], bareQueries: [] };
    for (let round = 0; round < 5; round += 1) {
      for (const each of ids) {
        for (const id of each.ids.filter((_, at) => at % 100 === 0)) {
          appendEvents(each.path, id, [
            { type: 'message', id: `new-${round}`, message: { role: 'user', content: 'x' } },
          ]);
        }
        utimesSync(each.path, new Date(2026, 1, round + 1), new Date(2026, 1, round + 1));
      }
      times.hundredth.push(await cpuMs(() => scanner.quick()));
      times.bareQueries.push(await cpuMs(() => paths.map(bareQueries)));
    }
    return {
      ...unchanged,
      hundredth: median(times.hundredth),
      bareQueries: median(times.bareQueries),
      databases: paths.length,
    };
  },

  async first(stateDir) {
    return { first: await cpuMs(() => testScanner(stateDir).quick()) };
  },

  async loopAndParse(stateDir) {
    const agents = join(stateDir, 'agents');
    const parse = () => {
      statLoop(agents);
      for (const path of pathsBelow(agents, (name) => name.endsWith('sessions.json')))
        JSON.parse(readFileSync(path, 'utf8'));
    };
    return { loopAndParse: await cpuMs(parse) };
  },

  async deep(stateDir) {
    const scanner = testScanner(stateDir);
    await scanner.quick();
    return { deep: await cpuMs(() => scanner.deep()) };
  },

  /** Every line of every transcript by JSON.parse. */
  async lines(stateDir) {
    const paths = pathsBelow(join(stateDir, 'agents'), isTranscript);
    const parse = () => {
      for (const path of paths)
        for (const line of readFileSync(path, 'utf8').split('\n')) if (line !== '') JSON.parse(line);
    };
    return { lines: await cpuMs(parse) };
  },

  async bytes(stateDir) {
    const paths = pathsBelow(join(stateDir, 'agents'), (name) => isTranscript(name) || isDatabase(name));
    return { bytes: await cpuMs(() => paths.map((path) => readFileSync(path).length)) };
  },

  /** The sizes of all events in the order of the file, and the entries. */
  async rowOrder(stateDir) {
    const paths = pathsBelow(join(stateDir, 'agents'), isDatabase);
    const read = () => {
      for (const path of paths) {
        using database = new DatabaseSync(path, { readOnly: true });
        database.prepare('SELECT entry_json FROM session_nodes').all();
        const sizes = 'SELECT session_id, event_utf8_bytes FROM transcript_events ORDER BY rowid';
        for (const _row of database.prepare(sizes).iterate());
      }
    };
    return { rowOrder: await cpuMs(read) };
  },
};

function sessionIds(path: string): string[] {
  using database = new DatabaseSync(path, { readOnly: true });
  return database
    .prepare('SELECT current_session_id AS id FROM session_nodes')
    .all()
    .map(({ id }) => String(id));
}

/** What changed since a moment, asked as cheaply as can be: the columns by their index, and the new events of those rows. */
function bareQueries(path: string): number {
  using database = new DatabaseSync(path, { readOnly: true });
  const changed = database
    .prepare('SELECT session_id AS id FROM session_windows WHERE transcript_updated_at > ?')
    .all(Date.UTC(2026, 10, 21));
  const newest = database.prepare('SELECT MAX(seq), COUNT(*) FROM transcript_events WHERE session_id = ?');
  for (const { id } of changed) newest.get(String(id));
  return changed.length;
}

const [way = '', stateDir = ''] = process.argv.slice(2);
const measure = WAYS[way];
if (measure !== undefined) process.stdout.write(JSON.stringify(await measure(stateDir)));
