import { lstatSync, realpathSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { isDirectory, isInside, isThere } from '../disk/files.ts';
import { normalizeAgentId } from '../openclaw/agent-id.ts';
import type { OpenClawConfig } from '../openclaw/config/view.ts';
import { agentsTail, isAnyAbsolute, mapPath, normalizeAnyPath, type PathMapping } from '../openclaw/path-map.ts';
import { has } from '../openclaw/versions.ts';
import type { Registry } from './registry.ts';

/** Where one agent's sessions lie. */
export interface AgentStore {
  readonly agent: string;
  /** Absolute path of its `sessions.json`, whether or not it exists. */
  readonly indexPath: string;
  /** What index and transcripts must lie in, as a real path: the state directory, or the folder of a store elsewhere. */
  readonly root: string;
  /** The default folder of its transcripts. */
  readonly defaultFolder: string;
  /** The agents that share this one index, in the order of the config; null: it is this agent's alone. */
  readonly sharedBy: readonly string[] | null;
  /** The folder of the configured store is not here. */
  readonly isOutOfReach: boolean;
  /** Its database, when there is one or should be: 2026.6.5 to 2026.7.x keep other things than sessions in it. */
  readonly database: AgentDatabase | null;
}

export interface AgentDatabase {
  readonly path: string;
  /** As above, for the database. */
  readonly root: string;
  /** It need not be opened to know that it is gone, or that OpenClaw itself gave it up. */
  readonly problem: 'database_missing' | 'database_unreadable' | null;
}

export interface AgentStoresInput {
  /** The state directory, as a real path. */
  readonly stateDir: string;
  readonly config: OpenClawConfig;
  /** Names of the folders in `agents/`. */
  readonly folders: readonly string[];
  readonly registry: Registry;
  readonly mappings: readonly PathMapping[];
  /** Home of the gateway's user. */
  readonly home: string;
}

/** The stores of all agents: those of the config in its order, then those on disk, then those of the registry only. */
export function agentStores(input: AgentStoresInput): AgentStore[] {
  const { stateDir, config, registry } = input;
  // A folder whose name is no clean id is read under that id, unless there is one of that name: OpenClaw writes none such.
  const folders = input.folders.toSorted(
    (a, b) => Number(a === normalizeAgentId(a)) - Number(b === normalizeAgentId(b)),
  );
  const byId = new Map(folders.map((folder) => [normalizeAgentId(folder), folder]));
  const onDisk = input.folders.map(normalizeAgentId);
  const listed = config.agents.map(({ id }) => id);
  const isShared = config.sessionStore !== null && !config.sessionStore.includes('{agentId}');
  return [...new Set([...listed, ...onDisk, ...registry.databases.map((each) => each.agent)])].map((agent) => {
    const home = join(stateDir, 'agents', byId.get(agent) ?? agent);
    const own = {
      agent,
      indexPath: join(home, 'sessions', 'sessions.json'),
      root: stateDir,
      defaultFolder: join(home, 'sessions'),
      sharedBy: null,
      isOutOfReach: false,
      database: agentDatabase(agent, join(home, 'agent', DATABASE), input),
    };
    // What is not in the config has no part in a shared store: what it holds goes to the agents that are.
    if (config.sessionStore === null || (isShared && !listed.includes(agent))) return own;
    const found = configuredStore(config.sessionStore.replaceAll('{agentId}', agent), input);
    if (found === null) return { ...own, isOutOfReach: true };
    return { ...own, ...found, sharedBy: isShared ? listed : null };
  });
}

/** `session.store` of the gateway's host, where it lies here; null when its folder is not here. */
function configuredStore(path: string, input: AgentStoresInput): Pick<AgentStore, 'indexPath' | 'root'> | null {
  const indexPath = localPlaces(path, input).find((place) => isDirectory(dirname(place)));
  if (indexPath === undefined) return null;
  const { folder, root } = realFolder(dirname(indexPath), input.stateDir);
  return { indexPath: join(folder, basename(indexPath)), root };
}

/** Where the agent's database is: in the configured `agentDir`, where the registry has it, or in the default place. */
function agentDatabase(agent: string, usual: string, input: AgentStoresInput): AgentDatabase | null {
  const { config, registry, stateDir } = input;
  const agentDir = config.agents.find(({ id }) => id === agent)?.agentDir ?? null;
  const registered = registry.databases.filter((each) => each.agent === agent);
  const places = [
    ...(agentDir === null ? [] : localPlaces(`${agentDir}/${DATABASE}`, input)),
    ...registered.flatMap(({ path }) => localPlaces(path, input)),
    usual,
  ];
  const found = places.find(isThere);
  // Behind a closed folder, and before sessions were in it: what can be seen of the agent says more.
  if (found === usual && registered.length === 0 && !isSeen(usual) && has(config.version, 'sqliteSessions') === false)
    return null;
  if (found === undefined) {
    return registered.length === 0 ? null : { path: usual, root: stateDir, problem: 'database_missing' };
  }
  // A link of its own place must not lead out; a folder that is named lies where it lies.
  const { folder, root } =
    found === usual ? { folder: dirname(usual), root: stateDir } : realFolder(dirname(found), stateDir);
  const path = join(folder, basename(found));
  const spellings = (each: string) => [each, agentsTail(each)].filter((text) => text !== null);
  const given = [path, found].flatMap(spellings);
  const isGivenUp = registry.quarantined.some((each) => spellings(each).some((text) => given.includes(text)));
  return { path, root, problem: isGivenUp ? 'database_unreadable' : null };
}

const DATABASE = 'openclaw-agent.sqlite';

function isSeen(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false;
  }
}

/** Where a path of the gateway's host may lie here, the likeliest first. */
function localPlaces(path: string, { stateDir, mappings, home }: AgentStoresInput): string[] {
  const given = normalizeAnyPath(path.replace(/^~(?=$|[\\/])/, () => home));
  const tail = agentsTail(given);
  const places = [
    mapPath(given, mappings),
    isAbsolute(given) ? given : null,
    tail === null ? null : join(stateDir, tail),
    // Relative to the state directory (the registry), or to the folder in which the gateway was started, which nobody
    // knows: this one is as good as any.
    isAnyAbsolute(given) ? null : resolve(stateDir, given),
  ];
  return places.filter((place) => place !== null);
}

/** A folder as a real path, and what files in it must lie in: the state directory, or itself where it lies elsewhere. */
function realFolder(path: string, stateDir: string): { folder: string; root: string } {
  try {
    const folder = realpathSync.native(path);
    return { folder, root: isInside(folder, stateDir) ? stateDir : folder };
  } catch {
    // It cannot be seen: whoever opens something in it says why.
    return { folder: path, root: isInside(path, stateDir) ? stateDir : path };
  }
}

/** The agent that a session of a shared store belongs to: the key's, when the config lists it, else the first. */
export function ownerOf(keyAgent: string | null, sharedBy: readonly string[]): string | null {
  const agent = keyAgent === null ? null : normalizeAgentId(keyAgent);
  return agent !== null && sharedBy.includes(agent) ? agent : (sharedBy[0] ?? null);
}
