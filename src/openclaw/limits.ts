import type { OpenClawConfig } from './config.ts';
import { isAtLeast } from './version.ts';

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

/** OpenClaw's defaults: 500 in the file era (2026.2.17 and later), then 5000 and 10 GiB. */
const FILE_ERA_ENTRIES = 500;
const SQLITE_ERA_ENTRIES = 5000;
const SQLITE_ERA_BYTES = 10 * 1024 ** 3;

/** `version`: OpenClaw's, from the database where the config has none (2026.9.6 leaves a config that was written by hand as it is). */
export function agentSettings(config: OpenClawConfig, agent: string, version: string | null): AgentSettings {
  const own = config.agents.find(({ id }) => id === agent);
  const isSqliteEra = isAtLeast(version, [2026, 8, 1]);
  return {
    // 2026.8.1 and later drop the default when they load the config.
    contextLimit: own?.contextTokens ?? (isSqliteEra === true ? null : config.defaultContextTokens),
    pruning: config.pruning,
    compactionMode: config.compactionMode,
    compactionReserve: config.compactionReserve,
    ...maintenance(config, version, isSqliteEra),
  };
}

function maintenance(
  { maintenanceEntries, maintenanceBytes }: OpenClawConfig,
  version: string | null,
  isSqliteEra: boolean | null,
): Pick<AgentSettings, 'maintenanceEntries' | 'maintenanceBytes'> {
  // Before 2026.2.17 the loader refuses the key, and nothing is ever removed.
  if (isAtLeast(version, [2026, 2, 17]) === false) return { maintenanceEntries: null, maintenanceBytes: null };
  const defaultEntries = isSqliteEra === null ? null : isSqliteEra ? SQLITE_ERA_ENTRIES : FILE_ERA_ENTRIES;
  return {
    maintenanceEntries: maintenanceEntries ?? defaultEntries,
    maintenanceBytes: maintenanceBytes ?? (isSqliteEra === true ? SQLITE_ERA_BYTES : null),
  };
}
