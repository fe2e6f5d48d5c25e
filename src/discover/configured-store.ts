import { basename, dirname, join } from 'node:path';
import { isDirectory } from '../disk/files.ts';
import type { OpenClawConfig } from '../openclaw/config/view.ts';
import { databaseName } from '../openclaw/database-name.ts';
import { agentsTail, normalizeAnyPath } from '../openclaw/path-map.ts';
import { has } from '../openclaw/versions.ts';
import type { Place } from './folder-link.ts';
import { type Host, localPlaces, realFolder } from './local-place.ts';
import { DISCOVER, type Visits } from './visits.ts';

interface VisitedHost extends Host {
  readonly visits: Visits;
}

/** Where `session.store` puts the sessions of one agent. */
export interface ConfiguredStore {
  /** Its `sessions.json`; null: it has none, since the path names a database. */
  readonly index: Place | null;
  /** The agents that share this one index, in the order of the config; null: it is this agent's alone. */
  readonly sharedBy: readonly string[] | null;
  readonly database: ConfiguredDatabase;
}

export type ConfiguredDatabase =
  /** `sharedBy`: whose sessions lie in this one file; null: it is this agent's alone, and says so. */
  | { readonly kind: 'file'; readonly place: Place; readonly sharedBy: readonly string[] | null }
  /** One file of several in a folder. */
  | { readonly kind: 'family'; readonly folder: Place; readonly base: string };

/** `missing`: its folder is not here. null: it names the default place, or nothing. */
export async function configuredStore(
  agent: string,
  config: OpenClawConfig,
  host: VisitedHost,
): Promise<ConfiguredStore | 'missing' | null> {
  const { sessionStore } = config;
  if (sessionStore === null) return null;
  const isTemplate = sessionStore.includes('{agentId}');
  const listed = config.agents.map(({ id }) => id);
  const path = await placeOf(agent, sessionStore, isTemplate ? listed : [], host);
  if (path === null) return 'missing';
  if (isTemplate && path === join(host.stateDir, 'agents', agent, 'sessions', 'sessions.json')) return null;
  await host.visits.enter(agent, DISCOVER);
  return storeAt(path, { sharedBy: isTemplate ? null : listed, agent, config, host });
}

/** The likeliest place of which anything is here. */
async function placeOf(
  agent: string,
  store: string,
  others: readonly string[],
  host: VisitedHost,
): Promise<string | null> {
  const places = placesOf(agent, store, host);
  await host.visits.enter(agent, DISCOVER);
  const own = places.find(isHere);
  if (own !== undefined) return own;
  // An agent that was never used has no folder yet: that of another one shows where it will be.
  const known = USED.get(host) ?? usedPlace(store, others, host);
  USED.set(host, known);
  const at = await known;
  if (at !== null) return places[at] ?? null;
  // So does the state directory, where the path lies in one.
  const tail = agentsTail(normalizeAnyPath(store.replaceAll('{agentId}', agent)));
  return tail === null ? null : join(host.stateDir, tail);
}

/** By the discovery: which of its places the first agent uses that uses one. Asked anew for each, 2,000 agents took minutes. */
const USED = new WeakMap<VisitedHost, Promise<number | null>>();

async function usedPlace(store: string, agents: readonly string[], host: VisitedHost): Promise<number | null> {
  for (const agent of agents) {
    if (host.visits.isLeftAlone(agent)) continue;
    await host.visits.enter(agent, DISCOVER);
    const at = placesOf(agent, store, host).findIndex(isHere);
    if (at >= 0) return at;
  }
  return null;
}

function placesOf(agent: string, store: string, host: Host): string[] {
  return localPlaces(store.replaceAll('{agentId}', agent), host);
}

function isHere(store: string): boolean {
  const name = databaseName(store);
  return isDirectory(dirname(store)) || isDirectory(name.kind === 'file' ? dirname(name.path) : name.folder);
}

interface At {
  readonly agent: string;
  readonly sharedBy: readonly string[] | null;
  readonly config: OpenClawConfig;
  readonly host: Host;
}

function storeAt(path: string, { agent, sharedBy, config, host }: At): ConfiguredStore {
  const name = databaseName(path);
  const index = inRealFolder(path, host);
  if (name.kind === 'family') {
    const folder = realFolder(name.folder, host.stateDir);
    return { index, sharedBy, database: { kind: 'family', folder, base: name.base } };
  }
  const place = inRealFolder(name.path, host);
  // Before there were sessions in databases, the name of an index could be any.
  const isDatabase = name.path === path && has(config.version, 'sqliteSessions') !== false;
  if (!isDatabase) return { index, sharedBy, database: { kind: 'file', place, sharedBy } };
  // OpenClaw notes whoever it likes as the owner of a file that it was given by name.
  return { index: null, sharedBy: null, database: { kind: 'file', place, sharedBy: sharedBy ?? [agent] } };
}

function inRealFolder(path: string, { stateDir }: Host): Place {
  const folder = realFolder(dirname(path), stateDir);
  return { path: join(folder.path, basename(path)), root: folder.root };
}
