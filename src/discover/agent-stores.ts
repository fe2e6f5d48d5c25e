import { join } from 'node:path';
import { isFileIn } from '../disk/files.ts';
import type { PassedOver, UnusedDatabase } from '../model/passed-over.ts';
import { normalizeAgentId } from '../openclaw/agent-id.ts';
import type { PathMapping } from '../openclaw/path-map.ts';
import {
  type AgentDatabase,
  type AllowedFolders,
  agentDatabase,
  configuredPlace,
  type DatabaseContext,
  databaseFolder,
  type FoundAgent,
} from './agent-database.ts';
import { type AgentFolder, agentFolders, holdingsOf } from './agent-folders.ts';
import { type ConfiguredStore, configuredStore } from './configured-store.ts';
import type { LinkOwners } from './folder-link.ts';
import { localPlaces, realFolder } from './local-place.ts';
import { unusedDatabases } from './unused-databases.ts';
import { DISCOVER } from './visits.ts';

/** Where one agent's sessions lie. */
export interface AgentStore {
  readonly agent: string;
  readonly folder: AgentFolder;
  /** Absolute path of its `sessions.json`, whether or not it exists. */
  readonly indexPath: string;
  /** What index and transcripts must lie in, as a real path: the state directory, or the folder of a store elsewhere. */
  readonly root: string;
  /** The agents that share this one index, in the order of the config; null: it is this agent's alone. */
  readonly sharedBy: readonly string[] | null;
  /** Its database, when there is one or should be: 2026.6.5 to 2026.7.x keep other things than sessions in it. */
  readonly database: AgentDatabase | null;
  /** Why nothing of it is looked at; null: it can be. */
  readonly problem: AgentFolder['problem'];
  /** OpenClaw's registry has a database of it, so its sessions are in one. */
  readonly isRegistered: boolean;
}

export interface AgentStores {
  /** Those of the config in its order, then others that it names, then those on disk. */
  readonly stores: readonly AgentStore[];
  /** Where the links lead that stand in the place of a folder and were followed. */
  readonly links: readonly PathMapping[];
  readonly passedOver: readonly PassedOver[];
  readonly unused: readonly UnusedDatabase[];
}

/** The stores of all agents. Throws an error of `node:fs` when `agents/` cannot be listed. */
export async function agentStores(context: DatabaseContext, owners: LinkOwners): Promise<AgentStores> {
  const { config, stateDir, registry, visits } = context;
  const listed = config.agents.map(({ id }) => id);
  const folders = await agentFolders({
    stateDir,
    listed: [...listed, ...config.acpAgents],
    owners,
    hasStoreElsewhere: async (agent) => (await storeElsewhere(agent, context)) !== null,
    visits,
  });
  const missing = new Set<string>();
  const own: FoundAgent[] = [];
  for (const agent of listed) {
    const folder = await folders.of(agent);
    const store = visits.isLeftAlone(agent) ? null : await configuredStore(agent, config, context);
    if (store === 'missing') missing.add(agent);
    own.push({ folder, store: store === 'missing' ? null : store, isListed: true });
  }
  const acp: FoundAgent[] = [];
  for (const agent of config.acpAgents) {
    const folder = await folders.of(agent);
    const store = await storeElsewhere(agent, context);
    if (store === null && folder.problem === null) {
      await visits.enter(agent, DISCOVER);
      if (holdingsOf(folder) === null) continue;
    }
    acp.push({ folder, store, isListed: true });
  }
  // The store that the listed agents share may lie in the folder of an agent that is not listed.
  const shared = own.flatMap(({ store }) => (store?.sharedBy && store.index !== null ? [store.index.path] : []));
  const unlisted: FoundAgent[] = [];
  for (const folder of folders.unlisted) {
    unlisted.push({ folder, store: await storeElsewhere(folder.agent, context), isListed: false });
  }
  const others = [...acp, ...unlisted].filter(({ folder }) => !shared.includes(join(folder.sessions.path, INDEX)));
  const found = [...own, ...others];
  const allowed = await allowedFolders(found, folders.links, context);
  const stores: AgentStore[] = [];
  for (const each of found) {
    const { agent, sessions, problem } = each.folder;
    const index = each.store?.index ?? { path: join(sessions.path, INDEX), root: sessions.root };
    const whyNot = problem ?? (missing.has(agent) ? 'store_missing' : null);
    stores.push({
      agent,
      folder: each.folder,
      indexPath: index.path,
      root: index.root,
      sharedBy: each.store?.sharedBy ?? null,
      database: whyNot === null ? await agentDatabase(each, allowed, context) : null,
      problem: whyNot,
      isRegistered: registry.databases.some((row) => row.agent === agent),
    });
  }
  return {
    stores,
    links: folders.links,
    passedOver: folders.passedOver,
    unused: await unusedDatabases(found, stores, allowed, context),
  };
}

const INDEX = 'sessions.json';

async function allowedFolders(
  found: readonly FoundAgent[],
  links: readonly PathMapping[],
  context: DatabaseContext,
): Promise<AllowedFolders> {
  const { config, visits } = context;
  const agentDirs: string[] = [];
  for (const { id, agentDir } of config.agents) {
    if (agentDir === null || visits.isLeftAlone(id)) continue;
    await visits.enter(id, DISCOVER);
    agentDirs.push(...localPlaces(agentDir, context).map((path) => realFolder(path, context.stateDir).path));
  }
  const stores = found.flatMap(({ store }) => (store === null ? [] : [databaseFolder(store.database)]));
  return { within: [context.stateDir, ...links.map(({ to }) => to)], named: [...agentDirs, ...stores] };
}

/** The store of an agent that is not in the config's list, where the config says that such a one would lie; null: it does not. */
async function storeElsewhere(agent: string, context: DatabaseContext): Promise<ConfiguredStore | null> {
  // What is not in the config has no part in a shared store: what it holds goes to the agents that are.
  if (context.config.sessionStore?.includes('{agentId}') !== true || context.visits.isLeftAlone(agent)) return null;
  const store = await configuredStore(agent, context.config, context);
  if (store === null || store === 'missing') return null;
  const database = await configuredPlace(agent, store.database, context);
  const places = [...(store.index === null ? [] : [store.index]), database];
  await context.visits.enter(agent, DISCOVER);
  return places.some(({ path, root }) => isFileIn(path, root)) ? store : null;
}

/** The agent that a session of a shared store belongs to: the key's, when the config lists it, else the first. */
export function ownerOf(keyAgent: string | null, sharedBy: readonly string[]): string | null {
  const agent = keyAgent === null ? null : normalizeAgentId(keyAgent);
  return agent !== null && sharedBy.includes(agent) ? agent : (sharedBy[0] ?? null);
}
