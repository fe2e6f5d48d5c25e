import { lchownSync, lstatSync, readFileSync, renameSync, rmSync, type Stats, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { isDeadPid } from '../discover/lock-file.ts';
import { asideName, nameNew } from '../disk/replace-file.ts';
import { codeOf, ExporterError } from '../errors.ts';
import { isObject } from '../is-object.ts';
import { AGE_SECONDS } from '../thresholds.ts';

/** OpenClaw waits as long for the lock before it gives up. */
const WAIT_MS = 10_000;
const POLL_MS = 25;
/** Others take a lock for stale after 30 seconds: what takes longer than this is given up before the index is replaced. */
const HOLD_MS = 15_000;
const OWN = 'openclaw-store-exporter';

/** The clock and the pause of a wait. */
export interface Waiting {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

/** OpenClaw's own lock of an index, `sessions.json.lock`; `using` gives it back. */
export interface IndexLock extends Disposable {
  /** Whether it is still ours, and nobody may take it for stale yet. */
  isHeld(): boolean;
}

/**
 * Takes the lock in the form that both generations of it accept: 2026.2.6-3 to 2.12 look at the file's age, 2026.2.17 to
 * 4.29 at `pid` and `createdAt`. Throws an ExporterError where somebody else holds it for longer than a writer does.
 */
export async function lockIndex(indexPath: string, { now, sleep }: Waiting): Promise<IndexLock> {
  const path = `${indexPath}.lock`;
  const startedAt = performance.now();
  for (;;) {
    const own = create(path, indexPath, now());
    if (own !== null) return held(path, own);
    removeStale(path, indexPath, now());
    if (performance.now() - startedAt > WAIT_MS) throw lockedByOther(path, now());
    await sleep(POLL_MS);
  }
}

/** null: there is one already. It is never there without its content: 2026.2.17 to 4.29 remove a lock that names no process. */
function create(path: string, indexPath: string, now: number): Stats | null {
  if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) return null;
  const payload = {
    pid: process.pid,
    createdAt: new Date(now).toISOString(),
    startedAt: now,
    by: OWN,
    host: hostname(),
  };
  const aside = asideName(indexPath);
  try {
    writeFileSync(aside, JSON.stringify(payload), { flag: 'wx', mode: 0o600 });
    giveToGateway(aside);
    nameNew(aside, path);
    return lstatSync(path);
  } catch (error) {
    // Taken meanwhile; or who holds the lock took the file aside for one that was left.
    if (codeOf(error) === 'EEXIST' || codeOf(error) === 'ENOENT') return null;
    throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

/** A lock that the gateway cannot read is one of nobody to it: that of root goes to whom the folder belongs. */
function giveToGateway(path: string): void {
  if (process.geteuid?.() !== 0) return;
  const { uid, gid } = lstatSync(dirname(path));
  lchownSync(path, uid, gid);
}

function held(path: string, own: Stats): IndexLock {
  const startedAt = performance.now();
  const isOwn = () => isSame(lstatSync(path, { throwIfNoEntry: false }), own);
  return {
    isHeld: () => performance.now() - startedAt < HOLD_MS && isOwn(),
    [Symbol.dispose]() {
      if (isOwn()) rmSync(path, { force: true });
    },
  };
}

/** As OpenClaw itself does. A lock of ours whose process was killed need not wait for its age. */
function removeStale(path: string, indexPath: string, now: number): void {
  const seen = lstatSync(path, { throwIfNoEntry: false });
  if (seen === undefined || seen.isDirectory()) return;
  if (!isLeftByUs(path) && now - seen.mtimeMs <= AGE_SECONDS.indexLock * 1000) return;
  const aside = asideName(indexPath);
  try {
    renameSync(path, aside);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return;
    throw error;
  }
  // Another process may have removed the stale one and taken its own meanwhile: that one goes back.
  if (!isSame(lstatSync(aside), seen)) putBack(aside, path);
  rmSync(aside, { force: true });
}

/** A file system gives the inode of a removed file to the next one. */
function isSame(one: Stats | undefined, other: Stats): boolean {
  return one?.ino === other.ino && one.mtimeMs === other.mtimeMs;
}

function putBack(aside: string, path: string): void {
  try {
    nameNew(aside, path);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  }
}

function isLeftByUs(path: string): boolean {
  const payload = payloadOf(path);
  return (
    payload?.by === OWN && payload.host === hostname() && typeof payload.pid === 'number' && isDeadPid(payload.pid)
  );
}

function payloadOf(path: string): Record<string, unknown> | null {
  try {
    if (!lstatSync(path).isFile()) return null;
    const payload: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return isObject(payload) ? payload : null;
  } catch {
    // It vanished, or is being written: its age says enough.
    return null;
  }
}

function lockedByOther(path: string, now: number): ExporterError {
  const pid = payloadOf(path)?.pid;
  const since = lstatSync(path, { throwIfNoEntry: false })?.mtimeMs ?? now;
  const who = typeof pid === 'number' ? ` by the process ${pid}` : '';
  return new ExporterError(
    'E_REPAIR',
    `${path} is held${who} since ${new Date(since).toISOString()}: wait until OpenClaw has written its index, or stop the gateway, and run this again`,
  );
}
