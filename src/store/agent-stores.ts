import { existsSync, realpathSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { normalizeAgentId } from '../openclaw/agent-id.ts';
import type { OpenClawConfig } from '../openclaw/config.ts';
import { isDirectory, isInside } from './disk.ts';
import { agentsTail, mapPath, normalizeAnyPath, type PathMapping } from './path-map.ts';

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
  /** Absolute path of its database, when there is one: 2026.6.5 to 2026.7.x keep other things in it. */
  readonly database: string | null;
}

export interface AgentStoresInput {
  /** The state directory, as a real path. */
  readonly stateDir: string;
  readonly config: OpenClawConfig;
  /** Names of the folders in `agents/`. */
  readonly folders: readonly string[];
  readonly mappings: readonly PathMapping[];
  /** Home of the gateway's user. */
  readonly home: string;
}

/** The stores of all agents: those of the config in its order, then those that are only on disk. */
export function agentStores(input: AgentStoresInput): AgentStore[] {
  const { stateDir, config, folders } = input;
  // A folder whose name is no clean id is read under that id: `agents/Main Bot` cannot be written by OpenClaw.
  const byId = new Map(folders.map((folder) => [normalizeAgentId(folder), folder]));
  const listed = config.agents.map(({ id }) => id);
  const isShared = config.sessionStore !== null && !config.sessionStore.includes('{agentId}');
  return [...new Set([...listed, ...byId.keys()])].map((agent) => {
    const home = join(stateDir, 'agents', byId.get(agent) ?? agent);
    const database = join(home, 'agent', 'openclaw-agent.sqlite');
    const own = {
      agent,
      indexPath: join(home, 'sessions', 'sessions.json'),
      root: stateDir,
      defaultFolder: join(home, 'sessions'),
      sharedBy: null,
      isOutOfReach: false,
      database: existsSync(database) ? database : null,
    };
    // What is not in the config has no part in a shared store: what it holds goes to the agents that are.
    if (config.sessionStore === null || (isShared && !listed.includes(agent))) return own;
    const found = configuredStore(config.sessionStore.replaceAll('{agentId}', agent), input);
    if (found === null) return { ...own, isOutOfReach: true };
    return { ...own, ...found, sharedBy: isShared ? listed : null };
  });
}

/** `session.store` of the gateway's host, where it lies here; null when its folder is not here. */
function configuredStore(
  path: string,
  { stateDir, mappings, home }: AgentStoresInput,
): Pick<AgentStore, 'indexPath' | 'root'> | null {
  const given = normalizeAnyPath(path.replace(/^~(?=$|[\\/])/, () => home));
  const tail = agentsTail(given);
  const places = [
    mapPath(given, mappings),
    isAbsolute(given) ? given : null,
    tail === null ? null : join(stateDir, tail),
    // Relative to the folder in which the gateway was started, which nobody knows: this one is as good as any.
    isAbsolute(given) ? null : resolve(stateDir, given),
  ];
  const indexPath = places.find((place) => place !== null && isDirectory(dirname(place)));
  if (indexPath === undefined || indexPath === null) return null;
  const folder = realpathSync(dirname(indexPath));
  return { indexPath: join(folder, basename(indexPath)), root: isInside(folder, stateDir) ? stateDir : folder };
}

/** The agent that a session of a shared store belongs to: the key's, when the config lists it, else the first. */
export function ownerOf(keyAgent: string | null, sharedBy: readonly string[]): string | null {
  const agent = keyAgent === null ? null : normalizeAgentId(keyAgent);
  return agent !== null && sharedBy.includes(agent) ? agent : (sharedBy[0] ?? null);
}
