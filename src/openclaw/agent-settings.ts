/** What OpenClaw is set to do for an agent before its sessions grow too large: limits, pruning, compaction, maintenance. */
import type { OpenClawConfig } from './config/view.ts';
import { type ChangeName, has, versionOrNewest } from './versions.ts';

/** What OpenClaw's config sets against large sessions of an agent; where it sets nothing, the default of the version. */
export interface AgentSettings {
  /** Tokens; null: unset, or the version does not heed it. */
  readonly contextLimit: number | null;
  /** null: the config does not say, and the gateway's environment decides. */
  readonly pruning: boolean | null;
  readonly compactionMode: 'default' | 'safeguard' | 'off';
  /** Tokens, in a window that is large enough for all of them. */
  readonly compactionReserve: number;
  /** Sessions kept at most; null: no limit, or the version is not known and nothing is set. */
  readonly maintenanceEntries: number | null;
  /** Bytes kept at most; null as above. */
  readonly maintenanceBytes: number | null;
}

/**
 * `version` is OpenClaw's. The database has it where the config has none: 2026.9.6 leaves a config that was written by hand
 * as it is. Where nobody has it, the newest of the store's era is assumed, but for what maintenance would remove.
 */
export function agentSettings(config: OpenClawConfig, version: string | null, era: 'file' | 'sqlite'): AgentSettings {
  const assumed = versionOrNewest(version, era);
  return {
    contextLimit: has(assumed, 'defaultContextTokensDropped') === true ? null : config.defaultContextTokens,
    pruning: isPruning(config, assumed),
    compactionMode: compactionMode(config, assumed),
    compactionReserve: wantedReserve(config, assumed, Number.POSITIVE_INFINITY),
    ...maintenance(config, version),
  };
}

/** An agent's runtime has a reserve of its own, and OpenClaw puts a floor under it. */
const RUNTIME_RESERVE_TOKENS = 16_384;
const RESERVE_FLOOR_TOKENS = 20_000;
/** What a reserve leaves for the prompt, where it is capped. */
const PROMPT_TOKENS = 8_000;

/** Tokens that a run keeps free in a window for a compaction and its summary, as the version caps them. */
export function compactionReserve(config: OpenClawConfig, window: number, version: string): number {
  const room = roomForReserve(window);
  const wanted = wantedReserve(config, version, room);
  if (has(version, 'reserveQuarter') !== false) return Math.min(wanted, Math.floor(window / 4));
  return has(version, 'reserveCapped') === false ? wanted : Math.min(wanted, room);
}

/** At least half of a window, and all of it but the room for a prompt. */
function roomForReserve(window: number): number {
  return window - Math.min(PROMPT_TOKENS, Math.floor(window / 2));
}

/** `room` bounds the floor alone, from the version on in which it is bounded at all. */
function wantedReserve({ compaction }: OpenClawConfig, version: string, room: number): number {
  if (has(version, 'reserveKeysDropped') === true) return RESERVE_FLOOR_TOKENS;
  const floor = compaction.reserveTokensFloor ?? RESERVE_FLOOR_TOKENS;
  if (has(version, 'reserveTokensKey') === false) return Math.max(RUNTIME_RESERVE_TOKENS, floor);
  return Math.max(compaction.reserveTokens ?? RUNTIME_RESERVE_TOKENS, Math.min(floor, room));
}

/** The loader puts `safeguard` where no mode is set. */
function compactionMode({ compaction }: OpenClawConfig, version: string): AgentSettings['compactionMode'] {
  if (compaction.isOff && has(version, 'compactionSwitch') === true) return 'off';
  return compaction.mode ?? 'safeguard';
}

/**
 * Off, but that the loader turns it on for whoever has credentials for Anthropic. A profile says so, and so does a variable
 * of the gateway's environment, which nobody else sees.
 */
function isPruning({ pruning }: OpenClawConfig, version: string): boolean | null {
  if (pruning.mode !== null) return pruning.mode !== 'off';
  const isOn = has(version, 'claudeCliProfiles') === false ? pruning.hasAnthropic : pruning.hasClaudeCli;
  return isOn || null;
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

const NO_LIMITS = { maintenanceEntries: null, maintenanceBytes: null };

/** With the mode `warn` nothing is removed, so nothing is a limit. */
function maintenance(
  { maintenance: { mode, maxEntries, maxDiskBytes } }: OpenClawConfig,
  version: string | null,
): Pick<AgentSettings, keyof typeof NO_LIMITS> {
  const isOn = mode === null ? has(version, 'maintenanceEnforced') !== false : mode === 'enforce';
  if (!isOn || has(version, 'maintenance') === false) return NO_LIMITS;
  const isNoLimit = maxDiskBytes === false || (maxDiskBytes === 0 && has(version, 'maintenanceKeeps10GiB') !== false);
  return {
    maintenanceEntries: maxEntries ?? defaultOf(version, MAINTENANCE_DEFAULTS.entries),
    maintenanceBytes: isNoLimit ? null : (maxDiskBytes ?? defaultOf(version, MAINTENANCE_DEFAULTS.bytes)),
  };
}

/** null: the version has none of them, or it is not known which. */
function defaultOf(version: string | null, defaults: readonly Default[]): number | null {
  const newest = defaults.find(({ since }) => has(version, since) !== false);
  return newest !== undefined && has(version, newest.since) ? newest.value : null;
}
