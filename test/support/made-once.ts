import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

interface Content {
  readonly bytes: Buffer;
  readonly mode: number;
}

/** By key and by what follows the path: '' for the file itself, '-wal' for one beside it. */
const MADE = new Map<string, ReadonlyMap<string, Content>>();

/**
 * Puts at `path`, which must be free, the file that `make` makes, and what it makes beside it. It is made once for each
 * key and copied from then on: to make a database, or to kill a program that has one, takes ten times as long.
 */
export function madeOnce(key: string, path: string, make: (path: string) => void): void {
  const made = MADE.get(key) ?? filesBy(make);
  MADE.set(key, made);
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  for (const [suffix, { bytes, mode }] of made) writeFileSync(`${path}${suffix}`, bytes, { mode, flag: 'wx' });
}

function filesBy(make: (path: string) => void): ReadonlyMap<string, Content> {
  const folder = mkdtempSync(join(tmpdir(), 'made-once-'));
  const name = 'file';
  make(join(folder, name));
  const files = readdirSync(folder).map((each): [string, Content] => {
    const path = join(folder, each);
    return [each.slice(name.length), { bytes: readFileSync(path), mode: statSync(path).mode & 0o777 }];
  });
  rmSync(folder, { recursive: true });
  return new Map(files);
}
