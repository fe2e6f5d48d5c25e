import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fchmodSync,
  fstatSync,
  lstatSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';

/**
 * Writes a file aside and renames it: who reads it sees the whole text or the one before. A link at its place is replaced
 * and never followed; a device or a folder stays what it is. The file has this mode, whatever the umask takes away;
 * without one, what the umask leaves of 0644. Throws what the file system says.
 */
export function writeWhole(path: string, text: string, mode?: number): void {
  if (isTaken(path)) throw new Error('it is a folder, a device or a pipe');
  // Hidden, and not called *.prom: node_exporter never reads it half-written. In a folder that others can write to, they
  // cannot know the name, and a file or link that they made is not written to.
  const aside = join(dirname(path), `.${basename(path)}.${randomBytes(8).toString('hex')}.tmp`);
  const fd = openSync(aside, 'wx', mode ?? 0o644);
  try {
    try {
      if (mode !== undefined && (mode & ~fstatSync(fd).mode) !== 0) fchmodSync(fd, mode);
      writeFileSync(fd, text);
    } finally {
      closeSync(fd);
    }
    renameSync(aside, path);
  } catch (error) {
    removeIfThere(aside);
    throw error;
  }
}

/** Whether something else than a file is there, such as /dev/stdout: root would replace the device. */
function isTaken(path: string): boolean {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined || found.isFile()) return false;
  if (!found.isSymbolicLink()) return true;
  const target = statSync(path, { throwIfNoEntry: false });
  return target !== undefined && !target.isFile();
}

function removeIfThere(path: string): void {
  try {
    rmSync(path);
  } catch {
    // What went wrong is reported.
  }
}
