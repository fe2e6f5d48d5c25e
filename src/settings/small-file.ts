import { closeSync, constants, fstatSync, openSync, statSync } from 'node:fs';
import { readAt } from '../disk/files.ts';

/** The same as text. */
export function readSmallFile(path: string, largest: number): string {
  return smallFileBytes(path, largest).toString('utf8');
}

/**
 * The bytes of a regular file of an operator, of at most `largest` bytes: to open a pipe can block for ever, and a device has no
 * end. Throws what is wrong.
 */
export function smallFileBytes(path: string, largest: number): Buffer {
  if (!statSync(path).isFile()) throw new Error('it is no regular file');
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile()) throw new Error('it is no regular file');
    // A file can grow meanwhile, and those of the kernel (/proc) have no size.
    const bytes = readAt(fd, 0, largest + 1);
    if (Math.max(stat.size, bytes.length) > largest) throw new Error(`it is larger than ${largest} bytes`);
    return bytes;
  } finally {
    closeSync(fd);
  }
}
