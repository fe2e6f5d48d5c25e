import { lstatSync } from 'node:fs';
import { join } from 'node:path';

/** A folder above a state directory holds few others; more than these are not looked at. */
const MOST = 100;

/**
 * The name of a folder, of these in `folder`, that holds agents or a config; null: there is none. For whoever named the folder above
 * the state directory. Links are not followed.
 */
export function stateDirBelow(folder: string, names: readonly string[]): string | null {
  const isStateDir = (path: string) =>
    isOf(join(path, 'agents'), 'folder') || isOf(join(path, 'openclaw.json'), 'file');
  const found = names
    .toSorted()
    .slice(0, MOST)
    .find((name) => isOf(join(folder, name), 'folder') && isStateDir(join(folder, name)));
  return found ?? null;
}

function isOf(path: string, kind: 'file' | 'folder'): boolean {
  try {
    const looked = lstatSync(path);
    return kind === 'file' ? looked.isFile() : looked.isDirectory();
  } catch {
    return false;
  }
}
