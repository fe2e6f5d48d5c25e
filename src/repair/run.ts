import { createInterface } from 'node:readline/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AgentStore } from '../discover/agent-stores.ts';
import type { Log } from '../log.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { CommandPlace } from '../openclaw/commands.ts';
import type { Settings } from '../settings/settings.ts';
import { print } from '../stdout.ts';
import { type IndexPlace, type Protection, protectionOf } from './change-index.ts';
import type { Waiting } from './index-lock.ts';
import type { NameOf } from './report.ts';

/** Exit codes. `left`: there is something to do, or something was left. */
export const EXIT = { done: 0, left: 1, failed: 3 } as const;

export const WAITING: Waiting = { now: Date.now, sleep: (ms) => sleep(ms) };

/** What a run works with. */
export interface Run {
  readonly settings: Settings;
  readonly snapshot: Snapshot;
  readonly stores: readonly AgentStore[];
  readonly log: Log;
  readonly nameOf: NameOf;
  readonly place: CommandPlace;
  /** Keys may be printed: on the operator's own terminal, and where they are not private. */
  readonly showsKeys: boolean;
  /** For a log: never the key. */
  readonly labelOf: (key: string) => string;
}

export function protectionIn({ settings }: Run, { version }: IndexPlace): Protection {
  return protectionOf(version, settings['gateway-stopped']);
}

/** Whether the operator wants it done; without `--apply` nobody does. */
export async function isConfirmed({ apply, yes, format }: Settings, question: string): Promise<boolean> {
  if (!apply) {
    if (format === 'table') await print('Nothing was changed. --apply does it.\n');
    return false;
  }
  if (yes) return true;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  // Ctrl-C and Ctrl-D end the question without an answer, and so does a terminal that goes away.
  const ended = new AbortController();
  terminal.once('close', () => ended.abort());
  try {
    const answer = await terminal.question(`${question} [y/N] `, { signal: ended.signal });
    if (/^y(es)?$/i.test(answer.trim())) return true;
  } catch (error) {
    if (!(error instanceof Error && error.name === 'AbortError')) throw error;
    process.stderr.write('\n');
  } finally {
    terminal.close();
  }
  if (format === 'table') await print('Nothing was changed.\n');
  return false;
}

/** Prints what was found: as JSON, or as lines. */
export function say({ format }: Settings, content: unknown, lines: readonly string[]): Promise<void> {
  return print(format === 'json' ? `${JSON.stringify(content, null, 2)}\n` : `${lines.join('\n')}\n`);
}
