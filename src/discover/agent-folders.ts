import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { diskError, isDirectory } from '../disk/files.ts';
import type { PassedOver } from '../model/passed-over.ts';
import { normalizeAgentId } from '../openclaw/agent-id.ts';
import { MOST_AGENTS } from '../openclaw/config/view.ts';
import { DATABASE } from '../openclaw/database-name.ts';
import { isTranscriptName } from '../openclaw/file-classes.ts';
import type { PathMapping } from '../openclaw/path-map.ts';
import { type FollowedFolder, followFolder, type LinkOwners, type Place } from './folder-link.ts';
import { DISCOVER, type Visits } from './visits.ts';

/** The folders of one agent, whether or not they are there. */
export interface AgentFolder {
  readonly agent: string;
  /** `agents/<id>/`, its `sessions/` and its `agent/`. */
  readonly home: Place;
  readonly sessions: Place;
  readonly agentDir: Place;
  /** A link in the place of one of them is not followed, or leads to nothing. `scan_aborted`: nobody looks at them. */
  readonly problem: 'link_refused' | 'store_missing' | 'scan_aborted' | null;
}

export interface AgentFolders {
  /** Of an agent that the config names; its folders need not be there. */
  of(agent: string): Promise<AgentFolder>;
  /** Folders of agents that the config does not list, by name: real ones with a store in them. */
  readonly unlisted: readonly AgentFolder[];
  /** Of the folders that `of` was asked for: where the links that were followed lead. */
  readonly links: PathMapping[];
  readonly passedOver: readonly PassedOver[];
}

export interface AgentFoldersInput {
  /** As a real path. */
  readonly stateDir: string;
  /** Agents that the config names. */
  readonly listed: readonly string[];
  readonly owners: LinkOwners;
  /** Whether the store of such an agent lies elsewhere, where the config says. */
  readonly hasStoreElsewhere: (agent: string) => Promise<boolean>;
  readonly visits: Visits;
}

/** What lies in `agents/`. Throws an error of `node:fs` when that cannot be listed. */
export async function agentFolders({
  stateDir,
  listed,
  owners,
  hasStoreElsewhere,
  visits,
}: AgentFoldersInput): Promise<AgentFolders> {
  const spelled = join(stateDir, 'agents');
  const agents = followFolder(spelled, stateDir, owners);
  const all = agents.state === 'refused' ? [] : namesOf(agents.path);
  const ofConfig = new Set(listed);
  const names = all.filter((name, at) => at < MOST_AGENTS || ofConfig.has(normalizeAgentId(name)));
  const clean = new Set(names.filter((name) => name === normalizeAgentId(name)));
  const links: PathMapping[] = agents.state === 'linked' ? [{ from: spelled, to: agents.path }] : [];
  const unlisted = new Map<string, AgentFolder>();
  const passedOver: PassedOver[] = all
    .slice(MOST_AGENTS, MOST_AGENTS + 1)
    .map((folder) => ({ folder, why: 'too_many' }));
  /** Where a listed agent's folder has a name that is no clean id. OpenClaw writes none such, but reads it. */
  const spelledOtherwise = new Map<string, { readonly name: string; readonly hasStore: boolean }>();
  for (const name of names) {
    const agent = agentOf(name);
    if (agent === null) {
      if (await holdsUnnamed(name)) passedOver.push({ folder: name, why: 'nameless' });
      continue;
    }
    const isOther = name !== agent && clean.has(agent);
    const isListed = ofConfig.has(agent) && !isOther;
    if (isListed && name === agent) continue;
    const home = { path: join(agents.path, name), root: agents.root };
    if (visits.isLeftAlone(agent)) {
      // It may be one: where the config lists none, every folder with a store is.
      if (!isListed && !isOther) unlisted.set(agent, unseenFolders(agent, home));
      continue;
    }
    await visits.enter(agent, DISCOVER);
    const isFolder = isRealOrClosedFolder(home.path);
    if (isListed) {
      if (isFolder) noteSpelled(agent, name, home);
      continue;
    }
    const holds = isFolder ? holdingsOf(realFolders(agent, home)) : isDirectory(home.path) ? 'link' : null;
    const isAgent = holds === 'store' || (isFolder && holds !== 'closed' && (await hasStoreElsewhere(agent)));
    if (!isAgent) {
      if (holds !== null) passedOver.push({ folder: name, why: holds });
    } else if (isOther || unlisted.has(agent)) passedOver.push({ folder: name, why: 'same_name' });
    else unlisted.set(agent, realFolders(agent, home));
  }
  return { of: folderOf, unlisted: [...unlisted.values()], links, passedOver };

  /** Whether the folder holds something of a store, though no agent has its name. */
  async function holdsUnnamed(name: string): Promise<boolean> {
    if (visits.isLeftAlone(name)) return false;
    await visits.enter(name, DISCOVER);
    const home = { path: join(agents.path, name), root: agents.root };
    const holds = isRealOrClosedFolder(home.path) ? holdingsOf(realFolders(name, home)) : null;
    return holds === 'store' || holds === 'transcripts';
  }

  /** Of several folders whose names become that of one listed agent the first with a store counts. */
  function noteSpelled(agent: string, name: string, home: Place): void {
    const hasStore = holdingsOf(realFolders(agent, home)) === 'store';
    const before = spelledOtherwise.get(agent);
    if (before === undefined || (hasStore && !before.hasStore)) spelledOtherwise.set(agent, { name, hasStore });
    else if (hasStore) passedOver.push({ folder: name, why: 'same_name' });
  }

  async function folderOf(agent: string): Promise<AgentFolder> {
    const name = spelledOtherwise.get(agent)?.name ?? agent;
    const place = { path: join(agents.path, name), root: agents.root };
    if (visits.isLeftAlone(agent)) return unseenFolders(agent, place);
    await visits.enter(agent, DISCOVER);
    const home = followFolder(place.path, place.root, owners);
    const sessions = followFolder(join(home.path, 'sessions'), home.root, owners);
    const agentDir = followFolder(join(home.path, 'agent'), home.root, owners);
    noteLink(home, name);
    noteLink(sessions, name, 'sessions');
    noteLink(agentDir, name, 'agent');
    const states = [agents, home, sessions, agentDir].map(({ state }) => state);
    const problem = states.includes('refused') ? 'link_refused' : states.includes('gone') ? 'store_missing' : null;
    return { agent, home, sessions, agentDir, problem };
  }

  function noteLink({ path, state }: FollowedFolder, ...below: string[]): void {
    // The deepest first: of several that a path lies in the first one counts.
    if (state === 'linked') links.unshift({ from: join(spelled, ...below), to: path });
  }
}

function realFolders(agent: string, home: Place): AgentFolder {
  const below = (name: string) => ({ path: join(home.path, name), root: home.root });
  return { agent, home, sessions: below('sessions'), agentDir: below('agent'), problem: null };
}

function unseenFolders(agent: string, home: Place): AgentFolder {
  return { ...realFolders(agent, home), problem: 'scan_aborted' };
}

/** Without what they are: not every disk says that in the listing, and a look at one of them can block. */
function namesOf(folder: string): string[] {
  return isDirectory(folder) ? readdirSync(folder).toSorted() : [];
}

/** The agent that OpenClaw takes a folder for; null: for none. */
function agentOf(name: string): string | null {
  const agent = normalizeAgentId(name);
  // What has no letter in it falls back to `main`, which is no sign of that agent.
  if (!/[a-z0-9]/i.test(name) || (agent === 'main' && name.toLowerCase() !== 'main')) return null;
  return agent;
}

/** What a folder has of a store, in regular files; null: nothing, as `lost+found` and `@eaDir`. */
export function holdingsOf(folder: AgentFolder): 'store' | PassedOver['why'] | null {
  const [sessions, agentDir] = [folder.sessions.path, folder.agentDir.path];
  try {
    // A link is not followed: what lies behind it is not known to be OpenClaw's.
    const hasSessions = isRealFolder(sessions);
    if (hasSessions && isFile(join(sessions, 'sessions.json'))) return 'store';
    if (isRealFolder(agentDir) && isFile(join(agentDir, DATABASE))) return 'store';
    if (!hasSessions) return null;
    return readdirSync(sessions).some((name) => isTranscriptName(name) && isFile(join(sessions, name)))
      ? 'transcripts'
      : null;
  } catch (error) {
    return diskError(error).problem === 'denied' ? 'closed' : null;
  }
}

/** Of one that cannot be looked at it is said later why. */
function isRealOrClosedFolder(path: string): boolean {
  try {
    return isRealFolder(path);
  } catch {
    return true;
  }
}

function isRealFolder(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function isFile(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isFile() === true;
}
