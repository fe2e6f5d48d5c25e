import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { AgentStore } from '../discover/agent-stores.ts';
import type { AbortedAgent } from './messages.ts';

/** For how many milliseconds a store is left alone in which a scan came to its end, unless its files change. */
export const REST_MS = 60 * 60 * 1000;

/** Agents whose stores are left alone: reading one of them was the end of a scanning process, or would be one of a scan. */
export class AbortedAgents {
  private readonly until: Map<string, number>;
  /** What their files were when they were entered. */
  private readonly files: Map<string, string | null>;
  private readonly now: () => number;

  /** `now`: milliseconds of a clock that nobody can set. */
  constructor(agents: readonly AbortedAgent[], now: () => number = () => performance.now()) {
    this.now = now;
    this.until = new Map(agents.map(({ agent, restMs }) => [agent, now() + restMs]));
    this.files = new Map(agents.map(({ agent, files }) => [agent, files]));
  }

  add(agent: string, files: string | null): void {
    this.until.set(agent, this.now() + REST_MS);
    this.files.set(agent, files);
  }

  /** Whether the store is left alone in this scan: not once its time is over, or its files changed. */
  has(store: AgentStore): boolean {
    const until = this.until.get(store.agent);
    if (until === undefined) return false;
    const files = this.files.get(store.agent) ?? null;
    // Where it was the end to look at them, they are not looked at.
    if (this.now() < until && (files === null || files === filesOf(store))) return true;
    this.until.delete(store.agent);
    return false;
  }
}

/**
 * Tells one state of an agent's store from another, by `stat` alone: its folders, its index, its database and what SQLite keeps
 * beside it. What is put into a transcript in place does not show.
 */
export function filesOf({ folder, indexPath, database }: AgentStore): string {
  const paths = [folder.home.path, folder.sessions.path, folder.agentDir.path, dirname(indexPath), indexPath];
  if (database !== null) {
    const { path } = database;
    paths.push(dirname(path), path, `${path}-wal`, `${path}-shm`, `${path}-journal`);
  }
  return [...new Set(paths)].map(stateOf).join();
}

function stateOf(path: string): string {
  try {
    const stat = statSync(path, { throwIfNoEntry: false });
    return stat === undefined ? '' : `${stat.ino} ${stat.size} ${stat.mtimeMs}`;
  } catch {
    return 'closed';
  }
}
