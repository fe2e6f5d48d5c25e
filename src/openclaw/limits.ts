import type { OpenClawConfig } from './config/view.ts';
import { has } from './versions.ts';

/** The prevention that OpenClaw's config sets for one agent, its own defaults for its version included. */
export interface AgentSettings {
  /** Tokens; null: unset, or the version does not heed it. */
  readonly contextLimit: number | null;
  readonly pruning: boolean;
  readonly compactionMode: string;
  /** Tokens. */
  readonly compactionReserve: number;
  /** Sessions kept at most; null: no limit, or the version is not known and nothing is set. */
  readonly maintenanceEntries: number | null;
  /** Bytes kept at most; null as above. */
  readonly maintenanceBytes: number | null;
}

/** OpenClaw's defaults: of the versions from 2026.2.17 on, and of those that changed them. */
const KEPT_ENTRIES = 500;
const NEWER_KEPT_ENTRIES = 5000;
const NEWER_KEPT_BYTES = 10 * 1024 ** 3;

/** `version`: OpenClaw's, from the database where the config has none (2026.9.6 leaves a config that was written by hand as it is). */
export function agentSettings(config: OpenClawConfig, agent: string, version: string | null): AgentSettings {
  const own = config.agents.find(({ id }) => id === agent);
  const isDefaultDropped = has(version, 'defaultContextTokensDropped') === true;
  return {
    contextLimit: own?.contextTokens ?? (isDefaultDropped ? null : config.defaultContextTokens),
    pruning: config.pruning,
    compactionMode: config.compactionMode,
    compactionReserve: config.compactionReserve,
    ...maintenance(config, version),
  };
}

function maintenance(
  { maintenanceEntries, maintenanceBytes }: OpenClawConfig,
  version: string | null,
): Pick<AgentSettings, 'maintenanceEntries' | 'maintenanceBytes'> {
  if (has(version, 'maintenance') === false) return { maintenanceEntries: null, maintenanceBytes: null };
  return {
    maintenanceEntries: maintenanceEntries ?? keptEntries(version),
    maintenanceBytes: maintenanceBytes ?? (has(version, 'maintenanceKeeps10GiB') === true ? NEWER_KEPT_BYTES : null),
  };
}

function keptEntries(version: string | null): number | null {
  const keepsMore = has(version, 'maintenanceKeeps5000');
  if (keepsMore === null) return null;
  return keepsMore ? NEWER_KEPT_ENTRIES : KEPT_ENTRIES;
}
