import { readdirSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { diskError, isDirectory, isThere, namesIn } from '../disk/files.ts';
import type { Kept } from '../disk/kept.ts';
import type { OpenClawConfig } from '../openclaw/config/view.ts';
import type { PathMapping } from '../openclaw/path-map.ts';
import { type AgentStore, agentStores } from './agent-stores.ts';
import { readConfig } from './config-file.ts';
import { type RegistryFile, readRegistry } from './registry.ts';

/** Written by the sample generator: a state directory with this file in it is nobody's. */
export const SAMPLE_MARKER = 'openclaw-store-exporter-demo';

/** A report for each run, by `openclaw doctor` or the gateway of 2026.8.1 and later. */
const MIGRATION_RUNS = 'session-sqlite-migration-runs';

/** What was found in a state directory. */
export interface Discovery {
  /** As a real path; as given when it cannot be resolved. */
  readonly stateDir: string;
  /** Why there is nothing to read; null when there is. */
  readonly unreadable: 'missing' | 'denied' | 'empty' | 'unreadable' | null;
  readonly config: OpenClawConfig;
  /** false: there is a config, and it or a part of it cannot be used: see `configError` and the config's `dropped`. */
  readonly configValid: boolean;
  /** Why the last good config is used, or OpenClaw's defaults are; null: the one that is there is used. */
  readonly configError: string | null;
  readonly agents: readonly AgentStore[];
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
  readonly registry: Kept<RegistryFile>;
  /** Asked for the variables in the config. */
  readonly env: NodeJS.ProcessEnv;
}

/** Finds config and agents of one state directory; agents by id, first those of the config in its order. */
export function discover({
  stateDir: given,
  configPath,
  mappings,
  home,
  registry: kept,
  ...input
}: DiscoverInput): Discovery {
  const stateDir = realOrGiven(given);
  const { config, error } = readConfig({ ...input, configPath, mappings, stateDir });
  const { registry, error: registryError, unread: registryUnread } = readRegistry(stateDir, kept);
  const found = {
    config,
    configValid: error === null && config.dropped.length === 0,
    configError: error,
    registryVersion: registry.version,
    registryError,
    registryUnread,
    migrationRuns: null,
    agents: [],
    sample: false,
  };
  try {
    const names = readdirSync(stateDir);
    const hasAgents = names.includes('agents');
    if (hasAgents && !isDirectory(join(stateDir, 'agents'))) return { ...found, stateDir, unreadable: 'unreadable' };
    if (!hasAgents && !isThere(configPath) && registry.databases.length === 0)
      return { ...found, stateDir, unreadable: 'empty' };
    return {
      ...found,
      stateDir,
      unreadable: null,
      agents: agentStores({
        stateDir,
        config,
        folders: hasAgents ? foldersOf(join(stateDir, 'agents')) : [],
        registry,
        mappings,
        home,
      }),
      migrationRuns: names.includes(MIGRATION_RUNS) ? migrationRuns(stateDir) : null,
      sample: names.includes(SAMPLE_MARKER),
    };
  } catch (caught) {
    const { problem } = diskError(caught);
    const unreadable = problem === 'missing' || problem === 'denied' ? problem : 'unreadable';
    return { ...found, stateDir, unreadable };
  }
}

function realOrGiven(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
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

/** A link that cannot be followed is kept: its agent says why. */
function mayBeFolder(link: string): boolean {
  try {
    return statSync(link).isDirectory();
  } catch (error) {
    return diskError(error).problem !== 'missing';
  }
}

function foldersOf(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => !entry.name.startsWith('.'))
    .filter((entry) => entry.isDirectory() || (entry.isSymbolicLink() && mayBeFolder(join(folder, entry.name))))
    .map(({ name }) => name)
    .sort();
}
