import { lstatSync, realpathSync, rmSync, type Stats } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { DiskError, type FileSignature, isInside, openFile, readAt, sameSignature } from '../disk/files.ts';
import { removeLeftAside, replaceFile } from '../disk/replace-file.ts';
import { codeOf, describeError, ExporterError } from '../errors.ts';
import { has } from '../openclaw/versions.ts';
import { AGE_SECONDS } from '../thresholds.ts';
import { backUp } from './backup.ts';
import { type IndexLock, lockIndex, type Waiting } from './index-lock.ts';

/** One index that is to be changed. */
export interface IndexPlace {
  /** Absolute. */
  readonly path: string;
  /** What it must lie in, as a real path. */
  readonly root: string;
  /** OpenClaw's; null: unknown. */
  readonly version: string | null;
}

/** What keeps the gateway from writing its own copy over an edit. */
export interface Protection {
  /** The version has a lock that its writers honour; false also where nobody knows. */
  readonly honoursLock: boolean;
  /** `--gateway-stopped` was said. */
  readonly gatewayStopped: boolean;
}

export interface Changed {
  /** Of what was there; null: nothing was. */
  readonly backup: string | null;
}

/** The bytes of an index, and what a file in its place must look like. */
interface Current {
  /** null: there is no index. */
  readonly bytes: Buffer | null;
  readonly signature: FileSignature | null;
  /** Of the index, or of its folder. */
  readonly like: Pick<Stats, 'mode' | 'uid' | 'gid'>;
}

export function protectionOf(version: string | null, gatewayStopped: boolean): Protection {
  return { honoursLock: has(version, 'indexUnlocked') === false, gatewayStopped };
}

/** Why an index of this version may not be changed now; null: it may, as far as can be said without its lock. */
export function refusal({ honoursLock, gatewayStopped }: Protection, version: string | null): string | null {
  if (honoursLock || gatewayStopped) return null;
  const of = version === null ? 'this version of OpenClaw is unknown, and' : `OpenClaw ${version}:`;
  return `${of} no lock keeps a running gateway from writing its own copy over the change. Stop the gateway, then say --gateway-stopped`;
}

/**
 * Changes one index: takes OpenClaw's lock, reads what is there, asks `change` for the new bytes (null: leave it), keeps a
 * backup, and puts the new file in the place of the old one. At any moment, a power cut included, the index is the old or
 * the new one. Throws an ExporterError when it could not be done; then nothing was changed.
 */
export async function changeIndex(
  place: IndexPlace,
  protection: Protection,
  waiting: Waiting,
  change: (bytes: Buffer | null) => Buffer | null,
): Promise<Changed | null> {
  const refused = refusal(protection, place.version);
  if (refused !== null) throw new ExporterError('E_REPAIR', `${place.path}: ${refused}`);
  try {
    const path = realPlace(place);
    using lock = await lockIndex(path, waiting);
    removeLeftAside(path);
    const current = read(path, place.root);
    if (!protection.honoursLock) refuseWrittenLately(path, current, waiting.now());
    const bytes = change(current.bytes);
    return bytes === null ? null : put(path, current, bytes, lock, waiting.now());
  } catch (error) {
    throw asRepairError(error, place.path);
  }
}

/** Its folder by its real path: links in it are decided once, before anything is written. */
function realPlace({ path, root }: IndexPlace): string {
  const folder = realpathSync(dirname(path));
  if (!isInside(folder, root)) throw new DiskError('outside');
  const real = join(folder, basename(path));
  const stat = lstatSync(real, { throwIfNoEntry: false });
  if (stat !== undefined && !stat.isFile())
    throw new ExporterError('E_REPAIR', `${path} is a link or no regular file: put the file itself in its place first`);
  return real;
}

function read(path: string, root: string): Current {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) {
    const { uid, gid } = lstatSync(dirname(path));
    return checked(path, { bytes: null, signature: null, like: { mode: 0o600, uid, gid } });
  }
  using file = openFile(path, root);
  const bytes = readAt(file.fd, 0, file.signature.size);
  return checked(path, { bytes, signature: file.signature, like: stat });
}

/** The new file must belong to whom the old one does, or the gateway cannot read it. */
function checked(path: string, current: Current): Current {
  const me = process.geteuid?.() ?? current.like.uid;
  if (me === 0 || me === current.like.uid) return current;
  throw new ExporterError(
    'E_REPAIR',
    `${path} belongs to the user ${current.like.uid}, and this is user ${me}: run this as the gateway's user`,
  );
}

function refuseWrittenLately(path: string, { signature }: Current, now: number): void {
  const age = signature === null ? Number.POSITIVE_INFINITY : now - signature.mtimeMs;
  if (age >= AGE_SECONDS.quietIndex * 1000) return;
  if (age < 0)
    throw new ExporterError(
      'E_REPAIR',
      `${path} was written in the future by the clock of this host: nothing tells whether a gateway still runs. Set the clock right, or the time of the file (touch), wait ${AGE_SECONDS.quietIndex} seconds, and run this again`,
    );
  throw new ExporterError(
    'E_REPAIR',
    `${path} was written ${Math.round(age / 1000)} seconds ago, so a gateway may still run: stop it, wait ${AGE_SECONDS.quietIndex} seconds, and run this again`,
  );
}

function put(path: string, current: Current, bytes: Buffer, lock: IndexLock, now: number): Changed {
  const backup = current.bytes === null ? null : backUp(path, current.bytes, current.like, now);
  try {
    const isStillSame = () => lock.isHeld() && isSame(path, current.signature);
    if (replaceFile(path, bytes, current.like, isStillSame)) return { backup };
    throw new ExporterError('E_REPAIR', `${path} was written by somebody else meanwhile: run this again`);
  } catch (error) {
    // Not one byte was changed: a copy of the same would only be in the way, all the more on a full disk.
    if (backup !== null && isSame(path, current.signature)) rmSync(backup, { force: true });
    throw error;
  }
}

function isSame(path: string, before: FileSignature | null): boolean {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return before === null;
  return stat.isFile() && sameSignature(before, { size: stat.size, mtimeMs: stat.mtimeMs, inode: stat.ino });
}

const REMEDIES: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full: make room, and run this again',
  EDQUOT: 'the quota of the disk is used up: make room, and run this again',
  EROFS: 'the folder is mounted read-only: run this where OpenClaw runs',
  EACCES: "this user may not write there: run this as the gateway's user",
  EPERM: "this user may not write there: run this as the gateway's user",
};

/** Any error of a change as one that a user can be shown. */
export function asRepairError(error: unknown, path: string): ExporterError {
  if (error instanceof ExporterError) return error;
  return new ExporterError('E_REPAIR', `${path}: ${REMEDIES[codeOf(error) ?? ''] ?? describeError(error)}`);
}
