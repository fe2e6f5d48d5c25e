import { join } from 'node:path';
import { kindAt } from '../disk/files.ts';

/** A folder above a state directory holds few others; more than these are not looked at. */
const MOST = 100;

/**
 * The name of a folder, of these in `folder`, that holds agents or a config; null: there is none. For whoever named the folder above
 * the state directory. Links are not followed.
 */
export function stateDirBelow(folder: string, names: readonly string[]): string | null {
  const isStateDir = (path: string) =>
    kindAt(join(path, 'agents')) === 'folder' || kindAt(join(path, 'openclaw.json')) === 'file';
  const found = names
    .toSorted()
    .slice(0, MOST)
    .find((name) => kindAt(join(folder, name)) === 'folder' && isStateDir(join(folder, name)));
  return found ?? null;
}
