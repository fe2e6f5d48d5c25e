import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { AgentStore } from '../discover/agent-stores.ts';
import type { AbortedAgent } from './messages.ts';

/** For how many milliseconds a store is left alone in which a scan came to its end, unless its files change. */
export const REST_MS = 60 * 60 * 1000;

/** Agents whose stores are left alone: reading one of them was the end of a scanning process, or would be one of a scan. */
export class AbortedAgents {
  private readonly rests: Map<string, Rest>;
  private readonly now: () => number;

  /** `now`: milliseconds of a clock that nobody can set. */
  constructor(agents: readonly AbortedAgent[], now: () => number = () => performance.now()) {
    this.now = now;
    this.rests = new Map(agents.map(({ agent, restMs, ...seen }) => [agent, { ...seen, until: now() + restMs }]));
  }

  add(agent: string, seen: Pick<AbortedAgent, 'files' | 'file'>): void {
    this.rests.set(agent, { ...seen, until: this.now() + REST_MS });
  }

  /** Those whose files are not even looked at now, since that was the end. */
  unseen(): ReadonlySet<string> {
    const unseen = [...this.rests].filter(([, { files, until }]) => files === null && this.now() < until);
    return new Set(unseen.map(([agent]) => agent));
  }

  /** Whether the store is left alone in this scan: not once its time is over, or its files changed. */
  has(store: AgentStore): boolean {
    const rest = this.rests.get(store.agent);
    if (rest === undefined) return false;
    const { until, files, file } = rest;
    // Where it was the end to look at them, they are not looked at.
    if (this.now() < until && (files === null || files === withFile(filesOf(store), file))) return true;
    this.rests.delete(store.agent);
    return false;
  }
}

interface Rest extends Pick<AbortedAgent, 'files' | 'file'> {
  readonly until: number;
}

/**
 * Tells one state of an agent's store from another, by `stat` alone: its folders, its index, its database and what SQLite keeps
 * beside it. What is put into a transcript in place shows only where that is the file at work, see `withFile`.
 */
export function filesOf({ folder, indexPath, database }: AgentStore): string {
  const paths = [folder.home.path, folder.sessions.path, folder.agentDir.path, dirname(indexPath), indexPath];
  if (database !== null) {
    const { path } = database;
    paths.push(dirname(path), path, `${path}-wal`, `${path}-shm`, `${path}-journal`);
  }
  return [...new Set(paths)].map(stateOf).join();
}

/** The same, and the state of one file more. */
export function withFile(files: string, file: string | null): string {
  return file === null ? files : `${files},${stateOf(file)}`;
}

function stateOf(path: string): string {
  try {
    const stat = statSync(path, { throwIfNoEntry: false });
    return stat === undefined ? '' : `${stat.ino} ${stat.size} ${stat.mtimeMs}`;
  } catch {
    return 'closed';
  }
}
