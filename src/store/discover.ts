import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { OpenClawConfig } from '../openclaw/config.ts';
import { type AgentStore, agentStores } from './agent-stores.ts';
import { readConfig } from './config-file.ts';
import { diskError, isDirectory } from './disk.ts';
import type { PathMapping } from './path-map.ts';

/** Written by the sample generator: a state directory with this file in it is nobody's. */
export const SAMPLE_MARKER = 'openclaw-store-exporter-demo';

/** What was found in a state directory. */
export interface Discovery {
  /** As a real path; as given when it cannot be resolved. */
  readonly stateDir: string;
  /** Why there is nothing to read; null when there is. */
  readonly unreadable: 'missing' | 'denied' | 'empty' | 'unreadable' | null;
  readonly config: OpenClawConfig;
  /** false: there is a config and it cannot be used; the last good one is, else OpenClaw's defaults. */
  readonly configValid: boolean;
  readonly configError: string | null;
  readonly agents: readonly AgentStore[];
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
  /** Asked for the variables in the config. */
  readonly env: NodeJS.ProcessEnv;
}

/** Finds config and agents of one state directory; agents by id, first those of the config in its order. */
export function discover({ stateDir: given, configPath, mappings, home, ...input }: DiscoverInput): Discovery {
  const stateDir = realOrGiven(given);
  const { config, error } = readConfig({ ...input, configPath, mappings, stateDir });
  const found = { config, configValid: error === null, configError: error, agents: [], sample: false };
  try {
    const names = readdirSync(stateDir);
    const hasAgents = names.includes('agents');
    if (hasAgents && !isDirectory(join(stateDir, 'agents'))) return { ...found, stateDir, unreadable: 'unreadable' };
    if (!hasAgents && !existsSync(configPath)) return { ...found, stateDir, unreadable: 'empty' };
    return {
      ...found,
      stateDir,
      unreadable: null,
      agents: agentStores({
        stateDir,
        config,
        folders: hasAgents ? foldersOf(join(stateDir, 'agents')) : [],
        mappings,
        home,
      }),
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

function foldersOf(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => !name.startsWith('.') && isDirectory(join(folder, name)))
    .sort();
}
