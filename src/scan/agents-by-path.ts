import type { AgentStore } from '../discover/agent-stores.ts';
import type { StoreReading } from '../model/reading.ts';

type Store = Pick<AgentStore, 'agent'> & { readonly database: { readonly path: string } | null };

/** Whose transcript or database lies at each path. An agent stands there once: very many of its sessions can have one transcript. */
export function agentsByPath(
  stores: readonly Store[],
  readings: readonly StoreReading[],
): ReadonlyMap<string, ReadonlySet<string>> {
  const agents = new Map<string, Set<string>>();
  for (const { agent, database } of stores) if (database !== null) add(database.path, agent);
  for (const reading of readings) {
    for (const path of reading.readable ? reading.transcriptPaths : []) add(path, reading.agent);
  }
  return agents;

  function add(path: string, agent: string): void {
    const known = agents.get(path);
    if (known === undefined) agents.set(path, new Set([agent]));
    else known.add(agent);
  }
}
