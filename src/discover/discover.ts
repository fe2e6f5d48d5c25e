import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { diskError, isDirectory, isThere, namesIn, realOrGiven } from '../disk/files.ts';
import type { Kept } from '../disk/kept.ts';
import type { PassedOver, UnusedDatabase } from '../model/passed-over.ts';
import type { Unreadable } from '../model/snapshot.ts';
import { DEFAULT_CONFIG, type OpenClawConfig } from '../openclaw/config/view.ts';
import type { PathMapping } from '../openclaw/path-map.ts';
import { type AgentStore, agentStores } from './agent-stores.ts';
import { type KeptConfig, unreadConfig } from './config-file.ts';
import type { DatabaseHead } from './database-head.ts';
import { followFolder, userOf } from './folder-link.ts';
import { type RegistryFile, readRegistry, UNREAD_REGISTRY } from './registry.ts';
import { stateDirBelow } from './state-below.ts';
import { DISCOVER, SHARED, type Visits } from './visits.ts';

/** Written by the sample generator: a state directory with this file in it is nobody's. */
export const SAMPLE_MARKER = 'openclaw-store-exporter-demo';

/** A report for each run, by `openclaw doctor` or the gateway of 2026.8.1 and later. */
const MIGRATION_RUNS = 'session-sqlite-migration-runs';

/** What was found in a state directory. */
export interface Discovery {
  /** As a real path; as given when it cannot be resolved. */
  readonly stateDir: string;
  /** Why there is nothing to read; null when there is. */
  readonly unreadable: Unreadable | null;
  /** Where it is empty, a folder in it that is probably the one that was meant; null: none is known. */
  readonly stateDirBelow: string | null;
  readonly config: OpenClawConfig;
  /** false: there is a config, and it or a part of it cannot be used: see `configError` and the config's `dropped`. */
  readonly configValid: boolean;
  /** Why the last good config is used, or OpenClaw's defaults are; null: the one that is there is used. */
  readonly configError: string | null;
  readonly agents: readonly AgentStore[];
  /** Where the links lead that stand in the place of an agent's folder and were followed. */
  readonly links: readonly PathMapping[];
  readonly passedOver: readonly PassedOver[];
  readonly unusedDatabases: readonly UnusedDatabase[];
  /** Of OpenClaw's shared database, see `Registry`; null when nothing says so. */
  readonly registryVersion: string | null;
  /** Why the registry could not be read; null when it could, and when there is none. */
  readonly registryError: string | null;
  /** It could not be read even once: an agent that seems empty may have a database elsewhere. */
  readonly registryUnread: boolean;
  /** Reports of the migration to SQLite; null: it was never run here. */
  readonly migrationRuns: number | null;
  /** A generated sample, see `SAMPLE_MARKER`. */
  readonly sample: boolean;
}

export interface DiscoverInput {
  readonly stateDir: string;
  readonly configPath: string;
  /** The last config that could be used. */
  readonly lastConfig: OpenClawConfig | null;
  readonly mappings: readonly PathMapping[];
  /** Home of the gateway's user. */
  readonly home: string;
  readonly keptConfig: KeptConfig;
  readonly registry: Kept<RegistryFile>;
  readonly heads: Kept<DatabaseHead>;
  readonly visits: Visits;
  /** Asked for the variables in the config. */
  readonly env: NodeJS.ProcessEnv;
}

/** Finds config and agents of one state directory; agents by id, first those of the config in its order. */
export async function discover({
  stateDir: given,
  configPath,
  mappings,
  home,
  keptConfig,
  registry: kept,
  heads,
  visits,
  ...input
}: DiscoverInput): Promise<Discovery> {
  await visits.enter(null, DISCOVER);
  const stateDir = realOrGiven(given);
  const user = userOf(stateDir);
  // Root, and who owns the state directory: nobody else says where it lies.
  const owners = user === null ? [0] : [0, user];
  const nothing = {
    stateDir,
    stateDirBelow: null,
    config: input.lastConfig ?? DEFAULT_CONFIG,
    configValid: true,
    configError: null,
    agents: [],
    links: [],
    passedOver: [],
    unusedDatabases: [],
    registryVersion: null,
    registryError: null,
    registryUnread: false,
    migrationRuns: null,
    sample: false,
  };
  // Whoever runs the exporter has named this link, and may have made it.
  const mine = process.geteuid === undefined ? owners : [...owners, process.geteuid()];
  if (followFolder(given, stateDir, mine).state === 'refused') return { ...nothing, unreadable: 'link_refused' };
  const readConfig = () => keptConfig.read({ ...input, configPath, mappings, home, stateDir });
  const { config, error } = (await shared('config', readConfig)) ?? unreadConfig(input.lastConfig);
  const read = await shared('registry', () => readRegistry(stateDir, kept));
  const { registry, error: registryError, unread: registryUnread } = read ?? UNREAD_REGISTRY;
  const found = {
    ...nothing,
    config,
    configValid: error === null && config.dropped.length === 0,
    configError: error,
    registryVersion: registry.version,
    registryError,
    registryUnread,
  };
  try {
    await visits.enter(null, DISCOVER);
    const names = readdirSync(stateDir);
    const hasAgents = names.includes('agents');
    if (hasAgents && !isDirectory(join(stateDir, 'agents'))) return { ...found, unreadable: 'unreadable' };
    if (!hasAgents && !isThere(configPath) && registry.databases.length === 0) {
      return { ...found, unreadable: 'empty', stateDirBelow: stateDirBelow(stateDir, names) };
    }
    const { stores, links, passedOver, unused } = await agentStores(
      { stateDir, config, registry, mappings, home, heads, visits },
      owners,
    );
    await visits.enter(null, DISCOVER);
    return {
      ...found,
      unreadable: null,
      agents: stores,
      links,
      passedOver,
      unusedDatabases: unused,
      migrationRuns: names.includes(MIGRATION_RUNS) ? migrationRuns(stateDir) : null,
      sample: names.includes(SAMPLE_MARKER),
    };
  } catch (caught) {
    const { problem } = diskError(caught);
    if (problem === 'denied') return { ...found, unreadable: problem };
    if (problem !== 'missing') return { ...found, unreadable: 'unreadable' };
    return { ...found, unreadable: isThere(stateDir) ? 'no_folder' : 'missing' };
  }

  /** null: it is left alone. */
  async function shared<T>(step: keyof typeof SHARED, look: () => T): Promise<T | null> {
    if (visits.isLeftAlone(SHARED[step])) return null;
    await visits.enter(null, step);
    return look();
  }
}

function migrationRuns(stateDir: string): number | null {
  try {
    return namesIn(join(stateDir, MIGRATION_RUNS), stateDir).filter((name) => name.endsWith('.json')).length;
  } catch (error) {
    diskError(error);
    return null;
  }
}
