import { closeSync, constants, fstatSync, openSync, readFileSync, statSync } from 'node:fs';

/**
 * The text of a regular file of an operator, of at most `largest` bytes: to open a pipe can block for ever, and a device has no
 * end. Throws what is wrong.
 */
export function readSmallFile(path: string, largest: number): string {
  if (!statSync(path).isFile()) throw new Error('it is no regular file');
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile()) throw new Error('it is no regular file');
    if (stat.size > largest) throw new Error(`it is larger than ${largest} bytes`);
    return readFileSync(fd, 'utf8');
  } finally {
    closeSync(fd);
  }
}
