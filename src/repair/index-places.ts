import { dirname } from 'node:path';
import type { IndexPlace } from './change-index.ts';
import type { Run } from './run.ts';

export interface IndexFiles {
  /** Its sessions are known, so it is whole, or missing with no transcript to miss it. */
  readonly isRead: boolean;
  readonly place: IndexPlace;
  readonly folders: { path: string; root: string }[];
}

/** Where the `sessions.json` of an agent lies, whether or not it exists; null: it is no agent of these stores. */
export function indexPathOf(stores: Run['stores'], agent: string): string | null {
  return stores.find((each) => each.agent === agent)?.indexPath ?? null;
}

/** The indexes that OpenClaw reads, each once, with the folders that its transcripts may lie in. */
export function indexPlaces({
  settings,
  snapshot,
  stores,
}: Pick<Run, 'settings' | 'snapshot' | 'stores'>): IndexFiles[] {
  const places = new Map<string, IndexFiles>();
  for (const { agent, layout, problems, version } of snapshot.agents) {
    const store = stores.find((each) => each.agent === agent);
    if (store === undefined || (settings.agent !== null && agent !== settings.agent)) continue;
    if (layout !== 'file' && layout !== 'empty') continue;
    // Nothing may be looked at there.
    if (problems.includes('link_refused') || problems.includes('permission_denied')) continue;
    const { indexPath: path, root, folder } = store;
    const known = places.get(path) ?? {
      isRead: layout === 'file' && !problems.some((problem) => problem.startsWith('index_')),
      place: { path, root, version },
      folders: [{ path: dirname(path), root }],
    };
    if (folder.sessions.path !== dirname(path))
      known.folders.push({ path: folder.sessions.path, root: folder.sessions.root });
    places.set(path, known);
  }
  return [...places.values()];
}
