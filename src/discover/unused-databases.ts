import { isInside, isThere } from '../disk/files.ts';
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
import { DISCOVER } from './visits.ts';

interface Candidate extends Place {
  readonly agent: string;
  readonly found: UnusedDatabase['place'];
}

/** Databases with sessions that no agent uses: what an older config left, or an agent that was taken out of it. */
export async function unusedDatabases(
  agents: readonly FoundAgent[],
  stores: readonly { readonly database: Place | null }[],
  allowed: AllowedFolders,
  context: DatabaseContext,
): Promise<UnusedDatabase[]> {
  const { config, heads, visits } = context;
  const candidates = await candidatesOf(agents, allowed, context);
  const known = new Set([...agents.map(({ folder }) => folder.agent), ...config.acpAgents]);
  for (const { agent, found } of candidates) if (found !== 'registry') known.add(agent);
  const seen = new Set(stores.map(({ database }) => database?.path));
  const unused: UnusedDatabase[] = [];
  for (const candidate of candidates) {
    if (seen.has(candidate.path)) continue;
    await visits.enter(candidate.agent, DISCOVER);
    if (!isThere(candidate.path)) continue;
    seen.add(candidate.path);
    const head = databaseHead(candidate, heads);
    if (head === null || head.sessions === 0) continue;
    const agent = head.owner ?? candidate.agent;
    unused.push({ agent, isKnownAgent: known.has(agent), place: candidate.found, sessions: head.sessions });
  }
  return unused;
}

/** Without those of agents that are left alone, and those in the folders of such agents. */
async function candidatesOf(
  agents: readonly FoundAgent[],
  allowed: AllowedFolders,
  context: DatabaseContext,
): Promise<Candidate[]> {
  const { registry, config, visits } = context;
  const [left, looked] = [agents.filter(isLeft), agents.filter((each) => !isLeft(each))];
  const isOpen = (path: string) => !left.some(({ folder }) => isInside(path, folder.home.path));
  const candidates: Candidate[] = [];
  for (const { folder, store } of looked) {
    candidates.push({ ...usualDatabase(folder), agent: folder.agent, found: 'default place' });
    if (store?.database.kind !== 'family') continue;
    await visits.enter(folder.agent, DISCOVER);
    for (const { agent, ...place } of familyOf(store.database) ?? [])
      candidates.push({ ...place, agent: agent ?? config.sessionStoreOwner, found: 'session.store' });
  }
  for (const { id: agent, agentDir } of config.agents) {
    if (agentDir === null || visits.isLeftAlone(agent)) continue;
    await visits.enter(agent, DISCOVER);
    for (const path of localPlaces(`${agentDir}/${DATABASE}`, context).filter(isOpen))
      candidates.push({ ...realPlace(path, context), agent, found: 'agentDir' });
  }
  const databases = registry.databases.filter(({ path }) => localPlaces(path, context).every(isOpen));
  const seen = { ...context, registry: { ...registry, databases } };
  for (const agent of new Set(databases.map((row) => row.agent))) {
    if (visits.isLeftAlone(agent)) continue;
    await visits.enter(agent, DISCOVER);
    for (const place of registeredPlaces(agent, allowed, seen)) candidates.push({ ...place, agent, found: 'registry' });
  }
  return candidates.filter(({ agent }) => !visits.isLeftAlone(agent));

  function isLeft({ folder }: FoundAgent): boolean {
    return visits.isLeftAlone(folder.agent);
  }
}
