import { chmodSync, lstatSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { Log } from '../../src/log.ts';
import type { Snapshot, SnapshotAgent, SnapshotSession } from '../../src/model/snapshot.ts';
import type { Scanner } from '../../src/scan/scanner.ts';
import { setWritten } from './folder.ts';
import { mutateDatabase, mutated, oneOf, type Random, randomOf } from './mutations.ts';
import { SILENT, testScanner } from './scan.ts';
import { type UnpackedStore, unpackStore } from './stores.ts';

/** What somebody changes. */
const KINDS = ['index', 'transcript', 'database', 'wal', 'shm', 'config', 'registry'] as const;
export type MutantKind = (typeof KINDS)[number];

/** Mutants that a new scanner meets as well, with a deep scan and the text of the metrics, beside the one that knew the store. */
const FRESH_EVERY = 15;

interface StoreFile {
  readonly kind: MutantKind;
  readonly path: string;
  /** null: of no agent, or of all. */
  readonly agent: string | null;
  readonly bytes: Buffer;
  readonly mode: number;
  readonly writtenMs: number;
}

/** What one mutant did. */
export interface Outcome {
  readonly kind: MutantKind;
  readonly mutant: string;
  /** The agent that it was of could still be read; null: it was of no agent. */
  readonly isRead: boolean | null;
  /** Empty: everything is as it should be. */
  readonly wrong: readonly string[];
}

/** A real store with one file changed at a time. */
export class MutatedStore {
  private readonly name: string;
  private readonly store: UnpackedStore;
  private readonly files: readonly StoreFile[];
  private readonly kinds: readonly MutantKind[];
  private readonly errors: string[] = [];
  private readonly scanner: Scanner;
  private readonly healthy: ReadonlyMap<string, SnapshotAgent>;
  private writes = 0;

  static async of(name: string): Promise<MutatedStore> {
    const store = unpackStore(name, { ownPath: true });
    const errors: string[] = [];
    const scanner = scannerOf(store, errors, false);
    await scanner.quick();
    const { snapshot } = await scanner.deep();
    return new MutatedStore(name, store, scanner, errors, snapshot);
  }

  private constructor(name: string, store: UnpackedStore, scanner: Scanner, errors: string[], healthy: Snapshot) {
    this.name = name;
    this.store = store;
    this.scanner = scanner;
    this.errors = errors;
    this.healthy = byAgent(healthy);
    this.files = filesOf(store.stateDir);
    this.kinds = KINDS.filter((kind) => this.files.some((file) => file.kind === kind));
  }

  remove(): void {
    this.store.cleanup();
  }

  /** Changes one file, scans, compares what was not touched, and puts the file back. */
  async tryOne(seed: number): Promise<Outcome> {
    const random = randomOf(seed);
    const kind = oneOf(random, this.kinds);
    const file = oneOf(
      random,
      this.files.filter((each) => each.kind === kind),
    );
    const done = this.mutate(file, random);
    const mutant = `seed ${seed}: ${this.name}, ${relative(this.store.stateDir, file.path)}: ${done}`;
    const wrong: string[] = [];
    let isRead: boolean | null = null;
    try {
      // It validates at once what is new: everything was validated once.
      const { snapshot } = await this.scanner.quick();
      wrong.push(...this.differences(file, snapshot));
      isRead = file.agent === null ? null : (byAgent(snapshot).get(file.agent)?.readable ?? false);
      if (random(FRESH_EVERY) === 0) {
        wrong.push(...this.differences(file, (await scannerOf(this.store, this.errors, true).deep()).snapshot));
      }
    } catch (error) {
      wrong.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
    } finally {
      this.putBack(file);
    }
    // Old events that a hand changed, and changed back, are seen by a deep scan only.
    if (file.kind === 'database' || file.kind === 'wal' || file.kind === 'shm') await this.settle();
    return { kind, mutant, isRead, wrong: [...wrong, ...this.errors.splice(0)] };
  }

  private async settle(): Promise<void> {
    await this.scanner.quick();
    await this.scanner.deep();
  }

  private mutate(file: StoreFile, random: Random): string {
    this.writes += 1;
    if ((file.kind === 'database' || file.kind === 'registry') && random(2) === 0) {
      const done = mutateDatabase(file.path, random);
      if (done !== null) return done;
    }
    const isJson = file.kind === 'index' || file.kind === 'transcript' || file.kind === 'config';
    const { name, bytes } = mutated(file.bytes, isJson, random);
    this.write(file, bytes);
    return name;
  }

  private write({ path, writtenMs }: StoreFile, bytes: Buffer): void {
    writeFileSync(path, bytes);
    // A time of its own, so that the scanner looks at it again.
    setWritten(path, writtenMs - 1000 * (1 + (this.writes % 1000)));
  }

  private putBack({ path }: StoreFile): void {
    const ofDatabase = path.replace(/-(wal|shm)$/, '');
    for (const suffix of ['', '-wal', '-shm', '-journal']) {
      const file = this.files.find((each) => each.path === `${ofDatabase}${suffix}`);
      if (file === undefined) {
        rmSync(`${ofDatabase}${suffix}`, { force: true });
        continue;
      }
      writeFileSync(file.path, file.bytes);
      chmodSync(file.path, file.mode);
      setWritten(file.path, file.writtenMs);
    }
  }

  private differences(file: StoreFile, snapshot: Snapshot): string[] {
    const agents = byAgent(snapshot);
    const wrong: string[] = [];
    const isShared = file.agent === null;
    // Another config can place, and judge, everything anew.
    const isOther = file.kind === 'config';
    for (const [agent, healthy] of this.healthy) {
      const now = agents.get(agent);
      if (now === undefined) {
        if (!isOther && agent !== file.agent) wrong.push(`${agent} is not there`);
        continue;
      }
      if (!now.readable && now.problems.length === 0) wrong.push(`${agent} is not readable, without a problem`);
      if (agent === file.agent) wrong.push(...this.ofSameAgent(file, healthy, now));
      else if (!isShared) wrong.push(...compared(agent, figures(healthy), figures(now)));
      // Without a store of its own in its place it depends on the registry whether one is elsewhere.
      else if (!isOther && healthy.layout !== 'empty' && healthy.readable !== now.readable)
        wrong.push(`${agent}: readable ${now.readable}`);
      else if (now.readable) wrong.push(...compared(agent, stored(healthy), stored(now), true));
    }
    return wrong;
  }

  /** Sessions of the same agent whose transcript is another one. */
  private ofSameAgent({ kind, path }: StoreFile, healthy: SnapshotAgent, now: SnapshotAgent): string[] {
    if (kind !== 'transcript') return [];
    return compared(healthy.agent, figures(healthy, path), figures(now, path));
  }
}

/** Ends this process, and says in which mutant, where nothing was heard for a minute: a hang cannot be ended otherwise. */
export class Watchdog {
  private readonly beats = new Int32Array(new SharedArrayBuffer(4));
  private readonly worker = new Worker(
    `const { workerData: { beats, pid } } = require('node:worker_threads');
    let seen = -1;
    setInterval(() => {
      if (beats[0] === seen) {
        require('node:fs').writeSync(2, 'the mutant ' + seen + ' hangs\\n');
        process.kill(pid, 'SIGKILL');
      }
      seen = beats[0];
    }, 60_000);`,
    { eval: true, workerData: { beats: this.beats, pid: process.pid } },
  );

  beat(seed: number): void {
    Atomics.store(this.beats, 0, seed);
  }

  async end(): Promise<void> {
    await this.worker.terminate();
    await sleep(0);
  }
}

function scannerOf({ stateDir, now }: UnpackedStore, errors: string[], renders: boolean): Scanner {
  const log: Log = { ...SILENT, error: (message, fields) => errors.push(`${message} ${JSON.stringify(fields)}`) };
  return testScanner(stateDir, { now: () => now, settings: { salt: null }, log, renders });
}

function byAgent({ agents }: Snapshot): ReadonlyMap<string, SnapshotAgent> {
  return new Map(agents.map((agent) => [agent.agent, agent]));
}

function filesOf(stateDir: string): StoreFile[] {
  const names = readdirSync(stateDir, { recursive: true, encoding: 'utf8' });
  return names.flatMap((name) => {
    const path = join(stateDir, name);
    const { mode, mtimeMs } = lstatSync(path);
    const kind = kindOf(name);
    if (kind === null) return [];
    const agent = /^agents\/([^/]+)\//.exec(name)?.[1] ?? null;
    return [{ kind, path, agent, bytes: readFileSync(path), mode: mode & 0o777, writtenMs: mtimeMs }];
  });
}

function kindOf(name: string): MutantKind | null {
  if (name === 'openclaw.json') return 'config';
  if (/^state\/openclaw\.sqlite(-wal|-shm)?$/.test(name)) return 'registry';
  if (!name.startsWith('agents/')) return null;
  if (basename(name) === 'sessions.json') return 'index';
  if (/\/sessions\/[^/]+\.jsonl$/.test(name)) return 'transcript';
  if (basename(name) === 'openclaw-agent.sqlite') return 'database';
  if (basename(name) === 'openclaw-agent.sqlite-wal') return 'wal';
  return basename(name) === 'openclaw-agent.sqlite-shm' ? 'shm' : null;
}

/** By key: all that is published of the sessions, and of the agent by ''. `but`: without the sessions of this transcript. */
function figures(agent: SnapshotAgent, but: string | null = null): Map<string, string> {
  const { readable, layout, schema, version } = agent;
  const found = new Map([['', JSON.stringify({ readable, layout, schema, version })]]);
  if (!agent.readable) return found;
  for (const { session, findings } of agent.sessions) {
    if (but !== null && 'path' in session.transcript && session.transcript.path === but) continue;
    // What another agent holds decides whether a session has a twin.
    const own = findings.filter(({ finding }) => finding !== 'duplicate');
    found.set(session.key, JSON.stringify({ ...session, findings: own }));
  }
  return found;
}

/** By key: what no config and no registry changes. */
function stored(agent: SnapshotAgent): Map<string, string> {
  if (!agent.readable) return new Map();
  return new Map(agent.sessions.map((each) => [each.session.key, storedFigures(each)]));
}

function storedFigures({ session }: SnapshotSession): string {
  const { sessionId, totalTokens, startedMs, lastActivityMs, status, transcript } = session;
  const found = transcript.state === 'there' ? [transcript.bytes, transcript.messages, transcript.compactions] : [];
  return JSON.stringify({ sessionId, totalTokens, startedMs, lastActivityMs, status, found });
}

function compared(
  agent: string,
  before: ReadonlyMap<string, string>,
  now: ReadonlyMap<string, string>,
  onlyIfThere = false,
): string[] {
  return [...before].flatMap(([key, was]) => {
    const is = now.get(key);
    if (is === was || (is === undefined && onlyIfThere)) return [];
    return [`${agent} ${key}: ${is ?? 'not there'} where it was ${was}`];
  });
}
