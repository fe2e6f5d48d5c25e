import { statSync } from 'node:fs';
import type { AgentStore } from '../discover/agent-stores.ts';
import type { AbortedAgent } from './messages.ts';

/** Agents whose stores are left alone: reading one of them was the end of a scanning process. */
export class AbortedAgents {
  private readonly until: Map<string, number>;
  /** What their files were when they were entered. */
  private readonly files: ReadonlyMap<string, string>;
  private readonly now: () => number;

  /** `now`: milliseconds of a clock that nobody can set. */
  constructor(agents: readonly AbortedAgent[], now: () => number = () => performance.now()) {
    this.now = now;
    this.until = new Map(agents.map(({ agent, restMs }) => [agent, now() + restMs]));
    this.files = new Map(agents.map(({ agent, files }) => [agent, files]));
  }

  /** Whether the store is left alone in this scan: not once its time is over, or its files changed. */
  has(store: AgentStore): boolean {
    const until = this.until.get(store.agent);
    if (until === undefined) return false;
    if (this.now() < until && this.files.get(store.agent) === filesOf(store)) return true;
    this.until.delete(store.agent);
    return false;
  }
}

/** Tells one state of an agent's store from another, by `stat` alone. */
export function filesOf({ folder, indexPath, database }: AgentStore): string {
  const paths = [
    folder.sessions.path,
    indexPath,
    ...(database === null ? [] : [database.path, `${database.path}-wal`]),
  ];
  return paths.map(stateOf).join();
}

function stateOf(path: string): string {
  try {
    const stat = statSync(path, { throwIfNoEntry: false });
    return stat === undefined ? '' : `${stat.ino} ${stat.size} ${stat.mtimeMs}`;
  } catch {
    return 'closed';
  }
}
