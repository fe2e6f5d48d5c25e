import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';

/** Bytes. A bundle of all public authorities has a quarter of it. */
const LARGEST = 1024 * 1024;

/** The text of a file that an operator wrote. Throws for a pipe, of which a read would never end, and for one that is too large. */
export function readSmallFile(path: string): string {
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const { size } = fstatSync(file);
    if (!fstatSync(file).isFile()) throw new Error('it is no regular file');
    if (size > LARGEST) throw new Error(`it has ${size} bytes, and may have ${LARGEST}`);
    return readFileSync(file, 'utf8');
  } finally {
    closeSync(file);
  }
}
