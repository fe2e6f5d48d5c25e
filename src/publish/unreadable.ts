import type { Unreadable } from '../model/snapshot.ts';

/** Why there is nothing to read, and what to do, as they go on after the directory. */
export const UNREADABLE = {
  missing: {
    what: 'is not there',
    remedy: 'Set --openclaw.state-dir to the directory that the gateway uses, or mount it here.',
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
    what: 'is no directory of OpenClaw, or the disk gives an error',
    remedy: 'Set --openclaw.state-dir to the directory itself, and not to a file. See the log, and the disk.',
  },
  link_refused: {
    what: 'is a link that belongs to another user, so it is not followed',
    remedy: 'Set --openclaw.state-dir to the directory that the link leads to.',
  },
} as const satisfies Record<Unreadable, { readonly what: string; readonly remedy: string }>;
