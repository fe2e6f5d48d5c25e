import { openFile, readAt } from '../disk/files.ts';
import { codeOf } from '../errors.ts';
import { isObject } from '../is-object.ts';

/** A lock of OpenClaw is `{"pid":…,"createdAt":…}`, of a hundred bytes at most. */
const LARGEST_LOCK_BYTES = 4096;

/** The process that a lock file names; null when it names none or cannot be read. */
export function lockPid(path: string, root: string): number | null {
  try {
    using file = openFile(path, root);
    const lock: unknown = JSON.parse(readAt(file.fd, 0, LARGEST_LOCK_BYTES).toString('utf8'));
    return isObject(lock) && Number.isSafeInteger(lock.pid) && Number(lock.pid) > 0 ? Number(lock.pid) : null;
  } catch {
    // It vanished, as locks do, or is being written: its age says enough.
    return null;
  }
}

/** Whether no process of this host has the id. Signal 0 is sent to nobody: it only asks. */
export function isDeadPid(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    // EPERM: it is there and is somebody else's.
    return codeOf(error) === 'ESRCH';
  }
}
