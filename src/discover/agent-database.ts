import { readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { diskError, isInside, isThere, kindAt } from '../disk/files.ts';
import type { Kept } from '../disk/kept.ts';
import type { OpenClawConfig } from '../openclaw/config/view.ts';
import { DATABASE, familyMember } from '../openclaw/database-name.ts';
import { agentsTail } from '../openclaw/path-map.ts';
import { has } from '../openclaw/versions.ts';
import type { AgentFolder } from './agent-folders.ts';
import type { ConfiguredDatabase, ConfiguredStore } from './configured-store.ts';
import { type DatabaseHead, databaseHead } from './database-head.ts';
import type { Place } from './folder-link.ts';
import { type Host, localPlaces, realFolder } from './local-place.ts';
import type { Registry } from './registry.ts';
import { DISCOVER, type Visits } from './visits.ts';

export interface AgentDatabase extends Place {
  /** The agents whose sessions lie in this one file, in the order of the config; null: it is this agent's alone. */
  readonly sharedBy: readonly string[] | null;
  /** It need not be opened to know that it is gone, or that OpenClaw itself gave it up. */
  readonly problem: 'database_missing' | 'database_unreadable' | null;
}

export interface DatabaseContext extends Host {
  readonly config: OpenClawConfig;
  readonly registry: Registry;
  readonly heads: Kept<DatabaseHead>;
  readonly visits: Visits;
}

/** An agent, and what the config says of its store. */
export interface FoundAgent {
  readonly folder: AgentFolder;
  /** null: the default place. */
  readonly store: ConfiguredStore | null;
  readonly isListed: boolean;
}

/** Where a registered database may be looked for. */
export interface AllowedFolders {
  /** The state directory, and what its links lead to. */
  readonly within: readonly string[];
  /** Folders that the config names. */
  readonly named: readonly string[];
}

/**
 * The database of an agent: where the config puts it, and only where nothing lies there, one that OpenClaw registered. The
 * registry is a list of what was opened: rows stay when a store was moved, and 2026.9.6 opens the default places at every
 * start, so that no time in it says which one is in use.
 */
export async function agentDatabase(
  { folder, store, isListed }: FoundAgent,
  allowed: AllowedFolders,
  context: DatabaseContext,
): Promise<AgentDatabase | null> {
  const { agent } = folder;
  const { config, registry, heads, visits } = context;
  const usual = usualDatabase(folder);
  const own: ConfiguredPlace =
    store === null
      ? { ...usual, sharedBy: null, isUnknown: false }
      : await configuredPlace(agent, store.database, context);
  await visits.enter(agent, DISCOVER);
  if (own.isUnknown) return { path: own.path, root: own.root, sharedBy: null, problem: 'database_unreadable' };
  const isOwnThere = isThere(own.path);
  if (isOwnThere && (kindAt(own.path) !== null || has(config.version, 'sqliteSessions') !== false))
    return withProblem(own, registry);
  const registered = registeredPlaces(agent, allowed, context);
  // Behind a closed folder, and before sessions were in it: what can be seen of the agent says more.
  if (isOwnThere) return registered.length === 0 ? null : withProblem(own, registry);
  const isLost = registered.some(({ path }) => path === own.path);
  const others = registered
    .filter(({ path }) => isThere(path))
    .toSorted((a, b) => Number(b.path === usual.path) - Number(a.path === usual.path));
  const withSessions = others.find((place) => (databaseHead(place, heads)?.sessions ?? 0) > 0);
  const other = withSessions ?? (isLost ? undefined : others[0]);
  if (other !== undefined) return withProblem({ ...other, sharedBy: null }, registry);
  // An agent that was taken out of the config, and whose database is gone: nobody misses it.
  return registered.length > 0 && isListed ? { ...own, problem: 'database_missing' } : null;
}

export function usualDatabase({ agentDir }: AgentFolder): Place {
  return { path: join(agentDir.path, DATABASE), root: agentDir.root };
}

/** Registered databases that may be read, by path: what a row names elsewhere is a stray, which nobody said to be OpenClaw's. */
export function registeredPlaces(agent: string, allowed: AllowedFolders, context: DatabaseContext): Place[] {
  const places = context.registry.databases
    .filter((row) => row.agent === agent)
    .flatMap(({ path }) => localPlaces(path, context))
    .map((path) => realPlace(path, context))
    .filter(({ path }) => allowed.within.some((root) => isInside(path, root)) || allowed.named.includes(dirname(path)));
  const byPath = new Map(places.map((place) => [place.path, place]));
  return [...byPath.values()].toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

/** A link of the file itself is not followed; the folder lies where it lies. */
export function realPlace(path: string, { stateDir }: Host): Place {
  const folder = realFolder(dirname(path), stateDir);
  return { path: join(folder.path, basename(path)), root: folder.root };
}

export function databaseFolder(database: ConfiguredDatabase): string {
  return database.kind === 'family' ? database.folder.path : dirname(database.place.path);
}

interface ConfiguredPlace extends Place, Pick<AgentDatabase, 'sharedBy'> {
  /** The files that it may be could not be listed, or one of them is not looked at. */
  readonly isUnknown: boolean;
}

/** Where an agent's database lies, or will, by the config. */
export async function configuredPlace(
  agent: string,
  database: ConfiguredDatabase,
  context: DatabaseContext,
): Promise<ConfiguredPlace> {
  if (database.kind === 'file') return { ...database.place, sharedBy: database.sharedBy, isUnknown: false };
  const { folder, base } = database;
  const { config, heads, visits } = context;
  const { sessionStoreOwner } = config;
  await visits.enter(agent, DISCOVER);
  const family = familyOf(database);
  const members = (family ?? []).filter((member) => member.agent === null || member.agent === agent);
  let isUnknown = family === null;
  // Whom the file itself names: the agent that came first keeps the name without an agent in it.
  for (const member of members) {
    const named = member.agent ?? sessionStoreOwner;
    if (visits.isLeftAlone(named)) {
      isUnknown = true;
      continue;
    }
    await visits.enter(named, DISCOVER);
    const owner = databaseHead(member, heads)?.owner ?? registeredOwner(member, context) ?? named;
    if (owner === agent) return { path: member.path, root: member.root, sharedBy: null, isUnknown: false };
  }
  const unknown = { root: folder.root, sharedBy: null, isUnknown };
  const taken = new Set(members.map(({ path }) => basename(path)));
  const name = freeNames(base, agent, sessionStoreOwner === agent).find((each) => !taken.has(each));
  return { ...unknown, path: join(folder.path, name ?? `${base}.sqlite`) };
}

/** The names that OpenClaw tries for a new database. */
function* freeNames(base: string, agent: string, isOwner: boolean): Generator<string> {
  if (isOwner) yield `${base}.sqlite`;
  yield `${base}.${agent}.sqlite`;
  for (let number = 2; ; number += 1) yield `${base}.${agent}.${number}.sqlite`;
}

interface FamilyFile extends Place {
  /** By its name; null: there is none in it. */
  readonly agent: string | null;
}

/** What lies in the folder of a family, the name without an agent first, then in the order of the numbers; null: it cannot be listed now. */
export function familyOf({ folder, base }: Extract<ConfiguredDatabase, { kind: 'family' }>): FamilyFile[] | null {
  const names = namesOf(folder.path);
  if (names === null) return null;
  return names
    .flatMap((name) => familyMember(name, base) ?? [])
    .toSorted((a, b) => a.name.length - b.name.length || (a.name < b.name ? -1 : 1))
    .map(({ name, agent }) => ({ path: join(folder.path, name), root: folder.root, agent }));
}

/** Of a folder that is closed to us none: whoever opens something in it says why. null: an error of the disk, or no descriptor is left. */
function namesOf(folder: string): string[] | null {
  try {
    return readdirSync(folder);
  } catch (error) {
    return diskError(error).problem === 'unreadable' ? null : [];
  }
}

/** The one agent that the registry has this file for; null: none, or several. */
function registeredOwner({ path }: Place, context: DatabaseContext): string | null {
  const rows = context.registry.databases.filter((row) =>
    localPlaces(row.path, context).some((place) => realPlace(place, context).path === path),
  );
  const owners = new Set(rows.map(({ agent }) => agent));
  const [owner] = owners;
  return owners.size === 1 && owner !== undefined ? owner : null;
}

function withProblem({ path, root, sharedBy }: Omit<AgentDatabase, 'problem'>, registry: Registry): AgentDatabase {
  const spellings = (each: string) => [each, agentsTail(each)].filter((text) => text !== null);
  const own = spellings(path);
  const isGivenUp = registry.quarantined.some((each) => spellings(each).some((text) => own.includes(text)));
  return { path, root, sharedBy, problem: isGivenUp ? 'database_unreadable' : null };
}
