import { execFileSync, spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

const PROCESS = join(import.meta.dirname, 'nobody-process.ts');

export const IS_ROOT = process.getuid?.() === 0;
/** Somebody whom modes apply to; root itself may read and write everything. */
export const NOBODY = 65_534;

/** Gives the files to a user whom modes apply to; who is not root owns them already. */
export function giveToNobody(path: string): void {
  if (IS_ROOT) execFileSync('chown', ['-R', `${NOBODY}:${NOBODY}`, path]);
}

/**
 * Does this as a user whom modes apply to: root becomes nobody until it has ended. The modules that it needs must be
 * loaded already, since nobody may have no access to the folder of this checkout.
 */
export async function asNobody<T>(work: () => T | Promise<T>): Promise<T> {
  const { getgroups, getegid, setgroups, setegid, seteuid } = process;
  if (!IS_ROOT || !getgroups || !getegid || !setgroups || !setegid || !seteuid) return await work();
  const [groups, group] = [getgroups(), getegid()];
  setgroups([]);
  setegid(NOBODY);
  seteuid(NOBODY);
  try {
    return await work();
  } finally {
    seteuid(0);
    setegid(group);
    setgroups(groups);
  }
}

export interface NobodyRequests {
  readonly scans?: readonly { readonly stateDir: string; readonly now: number }[];
  readonly counts?: readonly { readonly path: string; readonly root: string }[];
}

export interface NobodyAnswers {
  /** The metrics of both scans. */
  readonly scans: readonly { readonly quick: string; readonly deep: string }[];
  /** How many rows the table `events` of a database has, or the problem with it. */
  readonly counts: readonly unknown[];
}

/**
 * Does this in a process whose real user is nobody as well. Needed where access(2) is asked: it answers for the real
 * user of a process, not for the effective one.
 */
export async function inProcessOfNobody(requests: NobodyRequests): Promise<NobodyAnswers> {
  const child = spawn(process.execPath, [PROCESS, JSON.stringify(requests)], {
    cwd: '/',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return JSON.parse(await text(child.stdout));
}
