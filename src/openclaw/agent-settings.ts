/** What OpenClaw is set to do for an agent before its sessions grow too large: limits, pruning, compaction, maintenance. */
import type { OpenClawConfig } from './config/view.ts';
import { type ChangeName, has } from './versions.ts';

/** What OpenClaw's config sets against large sessions of one agent; where it sets nothing, the default of the version. */
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

/** A default that OpenClaw has since a change. */
interface Default {
  readonly since: ChangeName;
  readonly value: number;
}

/** What `session.maintenance` keeps where it sets nothing, the newest default first. */
const MAINTENANCE_DEFAULTS = {
  entries: [
    { since: 'maintenanceKeeps5000', value: 5000 },
    { since: 'maintenance', value: 500 },
  ],
  bytes: [{ since: 'maintenanceKeeps10GiB', value: 10 * 1024 ** 3 }],
} satisfies Record<string, readonly Default[]>;

/**
 * `version` is OpenClaw's. The database has it where the config has none: 2026.9.6 leaves a config that was written by hand
 * as it is.
 */
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
    maintenanceEntries: maintenanceEntries ?? defaultOf(version, MAINTENANCE_DEFAULTS.entries),
    maintenanceBytes: maintenanceBytes ?? defaultOf(version, MAINTENANCE_DEFAULTS.bytes),
  };
}

/** null: the version has none of them, or it is not known which. */
function defaultOf(version: string | null, defaults: readonly Default[]): number | null {
  const newest = defaults.find(({ since }) => has(version, since) !== false);
  return newest !== undefined && has(version, newest.since) ? newest.value : null;
}
