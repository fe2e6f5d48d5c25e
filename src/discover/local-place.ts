import { realpathSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { isInside } from '../disk/files.ts';
import {
  agentsTail,
  fromHome,
  isAnyAbsolute,
  mapPath,
  normalizeAnyPath,
  type PathMapping,
} from '../openclaw/path-map.ts';
import type { Place } from './folder-link.ts';

export interface Host {
  /** The state directory, as a real path. */
  readonly stateDir: string;
  readonly mappings: readonly PathMapping[];
  /** Home of the gateway's user. */
  readonly home: string;
}

/** Where a path of the gateway's host may lie here, the likeliest first. */
export function localPlaces(path: string, { stateDir, mappings, home }: Host): string[] {
  const given = normalizeAnyPath(fromHome(path, home));
  const tail = agentsTail(given);
  const places = [
    mapPath(given, mappings),
    isAbsolute(given) ? given : null,
    tail === null ? null : join(stateDir, tail),
    // Relative to the state directory (the registry), or to the folder in which the gateway was started, which nobody
    // knows: this one is as good as any.
    isAnyAbsolute(given) ? null : resolve(stateDir, given),
  ];
  return [...new Set(places.filter((place) => place !== null))];
}

/** A folder as a real path, and what files in it must lie in: the state directory, or itself where it lies elsewhere. */
export function realFolder(path: string, stateDir: string): Place {
  try {
    const folder = realpathSync.native(path);
    return { path: folder, root: isInside(folder, stateDir) ? stateDir : folder };
  } catch {
    // It cannot be seen: whoever opens something in it says why.
    return { path, root: isInside(path, stateDir) ? stateDir : path };
  }
}
