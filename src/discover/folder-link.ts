import { lstatSync, realpathSync, statSync } from 'node:fs';
import { diskError, isInside } from '../disk/files.ts';

/** A folder or a file, and what it must lie in, as a real path. */
export interface Place {
  readonly path: string;
  readonly root: string;
}

/** `refused`: a link to a folder that somebody else made. `gone`: a link to what is not on this host. */
type FolderState = 'here' | 'linked' | 'refused' | 'gone';

/** Where a folder lies, and what stood in its place. */
export interface FollowedFolder extends Place {
  readonly state: FolderState;
}

/** Who may put a link in the place of a folder: the owner of the state directory, and root. */
export type LinkOwners = readonly number[];

/**
 * Where a folder of the state directory lies. People move stores to another disk and leave a link, and OpenClaw follows it.
 * Such a folder is a root of its own: links below it are judged as those below the state directory are. What cannot be
 * looked at stays where it is: whoever opens something in it says why.
 */
export function followFolder(path: string, root: string, owners: LinkOwners): FollowedFolder {
  const stays = { path, root, state: 'here' } as const;
  try {
    const link = lstatSync(path, { throwIfNoEntry: false });
    if (link === undefined || !link.isSymbolicLink()) return stays;
    const target = statSync(path, { throwIfNoEntry: false });
    if (target === undefined) return { ...stays, state: 'gone' };
    if (!target.isDirectory()) return stays;
    if (!owners.includes(link.uid)) return { ...stays, state: 'refused' };
    const real = realpathSync.native(path);
    return { path: real, root: isInside(real, root) ? root : real, state: 'linked' };
  } catch (error) {
    diskError(error);
    return stays;
  }
}

/** The user whose folder it is; null where it cannot be looked at: nobody but root is trusted then. */
export function userOf(folder: string): number | null {
  try {
    return statSync(folder).uid;
  } catch (error) {
    diskError(error);
    return null;
  }
}
