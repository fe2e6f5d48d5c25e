import { isThere } from '../disk/files.ts';
import type { UnusedDatabase } from '../model/passed-over.ts';
import { DATABASE } from '../openclaw/database-name.ts';
import {
  type AllowedFolders,
  type DatabaseContext,
  type FoundAgent,
  familyOf,
  realPlace,
  registeredPlaces,
  usualDatabase,
} from './agent-database.ts';
import { databaseHead } from './database-head.ts';
import type { Place } from './folder-link.ts';
import { localPlaces } from './local-place.ts';

interface Candidate extends Place {
  readonly agent: string;
  readonly found: UnusedDatabase['place'];
}

/** Databases with sessions that no agent uses: what an older config left, or an agent that was taken out of it. */
export function unusedDatabases(
  agents: readonly FoundAgent[],
  stores: readonly { readonly database: Place | null }[],
  allowed: AllowedFolders,
  context: DatabaseContext,
): UnusedDatabase[] {
  const { registry, config, heads } = context;
  const candidates = [
    ...agents.flatMap(({ folder, store }): Candidate[] => [
      { ...usualDatabase(folder), agent: folder.agent, found: 'default place' },
      ...(store?.database.kind === 'family' ? (familyOf(store.database) ?? []) : []).map(
        ({ agent, ...place }): Candidate => ({
          ...place,
          agent: agent ?? config.sessionStoreOwner,
          found: 'session.store',
        }),
      ),
    ]),
    ...config.agents.flatMap(({ id: agent, agentDir }) =>
      (agentDir === null ? [] : localPlaces(`${agentDir}/${DATABASE}`, context)).map(
        (path): Candidate => ({ ...realPlace(path, context), agent, found: 'agentDir' }),
      ),
    ),
    ...[...new Set(registry.databases.map(({ agent }) => agent))].flatMap((agent) =>
      registeredPlaces(agent, allowed, context).map((place): Candidate => ({ ...place, agent, found: 'registry' })),
    ),
  ];
  const known = new Set([...agents.map(({ folder }) => folder.agent), ...config.acpAgents]);
  for (const { agent, found } of candidates) if (found !== 'registry') known.add(agent);
  const seen = new Set(stores.map(({ database }) => database?.path));
  return candidates.flatMap((candidate) => {
    if (seen.has(candidate.path) || !isThere(candidate.path)) return [];
    seen.add(candidate.path);
    const head = databaseHead(candidate, heads);
    if (head === null || head.sessions === 0) return [];
    const agent = head.owner ?? candidate.agent;
    return [{ agent, isKnownAgent: known.has(agent), place: candidate.found, sessions: head.sessions }];
  });
}
