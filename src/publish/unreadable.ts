import type { Snapshot, Unreadable } from '../model/snapshot.ts';

/** Why there is nothing to read, and what to do, as they go on after the directory. */
export const UNREADABLE = {
  missing: {
    what: 'is not there',
    remedy: 'Set --openclaw.state-dir to the directory that the gateway uses, or mount it here.',
  },
  no_folder: {
    what: 'is no folder',
    remedy: 'Set --openclaw.state-dir to the folder itself: the one that holds agents and openclaw.json.',
  },
  denied: {
    what: 'may not be read by this user',
    remedy: "Run the exporter as the gateway's user: OpenClaw keeps its files for that user alone.",
  },
  empty: {
    what: 'holds neither agents nor a config',
    remedy: 'Set --openclaw.state-dir to the directory that the gateway uses, or start the gateway once.',
  },
  unreadable: {
    what: 'holds no folder agents but something else of that name, or the disk gives an error',
    remedy: 'See the disk and its log, and look at the directory: ls -la.',
  },
  link_refused: {
    what: 'is a link that belongs to another user, so it is not followed',
    remedy: 'Set --openclaw.state-dir to the directory that the link leads to.',
  },
} as const satisfies Record<Unreadable, { readonly what: string; readonly remedy: string }>;

/** What to do about it. A folder in it that looks like the right one is named before anything else. */
export function remedyOf(why: Unreadable, { stateDirBelow }: Snapshot): string {
  const { remedy } = UNREADABLE[why];
  return stateDirBelow === null ? remedy : `Its folder ${stateDirBelow} looks like a state directory. ${remedy}`;
}
