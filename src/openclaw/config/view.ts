import { isObject } from '../../is-object.ts';
import { DEFAULT_AGENT, normalizeAgentId } from '../agent-id.ts';
import { type RoutingConfig, routingView } from './routing.ts';
import { type ConfigFile, readConfigFile } from './schema.ts';

interface AgentConfig {
  readonly id: string;
  /** `provider/model`, or a bare model id. */
  readonly model: string | null;
  readonly contextTokens: number | null;
  /** A folder of the gateway's host that holds its database; null: the default place. */
  readonly agentDir: string | null;
}

interface ModelConfig {
  readonly provider: string;
  readonly id: string;
  /** Tokens. A model's own `contextTokens` replaces its `contextWindow` (2026.7.35: no minimum is taken). */
  readonly window: number;
}

/** What this exporter needs to know of OpenClaw's config. */
export interface OpenClawConfig {
  /** OpenClaw's version when it last wrote this file; null when it never did. */
  readonly version: string | null;
  readonly agents: readonly AgentConfig[];
  readonly defaultModel: string | null;
  /** `agents.defaults.contextTokens`: limits in the file era only; 2026.8.1 drops the key when it loads the config. */
  readonly defaultContextTokens: number | null;
  readonly models: readonly ModelConfig[];
  /** Tokens kept free for a compaction and its summary. */
  readonly compactionReserve: number;
  readonly compactionMode: string;
  readonly pruning: boolean;
  /** `session.maintenance`, as set; null: unset. */
  readonly maintenanceEntries: number | null;
  /** Bytes. */
  readonly maintenanceBytes: number | null;
  readonly channels: readonly string[];
  /** `session.store`: a path of the gateway's host, with `{agentId}` for one file each; null: the default place. */
  readonly sessionStore: string | null;
  /** Agents that it lists, which are none where it leaves OpenClaw its default agent. */
  readonly listsAgents: boolean;
  /** null: nobody knows it, since the config cannot be used, or not its bindings. */
  readonly routing: RoutingConfig | null;
  /** The parts that have the wrong shape, as paths (`bindings.0.match.peer`); never a value, since ids are people. */
  readonly dropped: readonly string[];
}

/** Pi's own reserve, and the floor that OpenClaw puts under it. */
const PI_RESERVE_TOKENS = 16_384;
const RESERVE_TOKENS_FLOOR = 20_000;

/** What OpenClaw does without a config file. */
export const DEFAULT_CONFIG = viewOf({});

/** What is used here of the content of `openclaw.json`. Throws an Error when it is no object. */
export function configView(content: unknown): OpenClawConfig {
  if (!isObject(content)) throw new Error('the config is not an object');
  return viewOf(content);
}

function viewOf(content: object): OpenClawConfig {
  const { file, dropped } = readConfigFile(content);
  const listed = listedAgents(file);
  const defaults = file.agents?.defaults ?? null;
  const compaction = defaults?.compaction;
  const maintenance = file.session?.maintenance ?? null;
  return {
    version: file.meta?.lastTouchedVersion || null,
    agents: listed.length > 0 ? listed : [{ id: DEFAULT_AGENT, model: null, contextTokens: null, agentDir: null }],
    listsAgents: listed.length > 0,
    defaultModel: defaults?.model ?? null,
    defaultContextTokens: defaults?.contextTokens ?? null,
    models: modelsOf(file),
    compactionReserve: Math.max(
      compaction?.reserveTokens ?? PI_RESERVE_TOKENS,
      compaction?.reserveTokensFloor ?? RESERVE_TOKENS_FLOOR,
    ),
    // The loader puts `safeguard` where defaults are set without a mode; without defaults it is `default`.
    compactionMode: knownWord(compaction?.mode) ?? (defaults === null ? 'default' : 'safeguard'),
    pruning: (defaults?.contextPruning?.mode ?? 'off') !== 'off',
    // A known gap: OpenClaw takes `maxEntries` without `maxDiskBytes` too.
    maintenanceEntries: maintenance !== null && 'maxDiskBytes' in maintenance ? (maintenance.maxEntries ?? null) : null,
    maintenanceBytes: maintenance?.maxDiskBytes ?? null,
    channels: Object.keys(file.channels ?? {}),
    sessionStore: file.session?.store?.trim() || null,
    routing: routingView(file, dropped),
    dropped,
  };
}

/** The agents of the list, then those of the map, each once. */
function listedAgents({ agents }: ConfigFile): AgentConfig[] {
  const written = [
    ...(agents?.list ?? []),
    ...(agents?.entries ?? []).flatMap(({ key, value }) => (value === null ? [] : [{ ...value, id: key }])),
  ];
  const byId = new Map<string, AgentConfig>();
  for (const { id: given, model, contextTokens, agentDir } of written) {
    // A number is an id for bindings only.
    if (typeof given !== 'string') continue;
    const id = normalizeAgentId(given);
    if (byId.has(id)) continue;
    const limit = contextTokens ?? null;
    byId.set(id, { id, model: model ?? null, contextTokens: limit, agentDir: agentDir?.trim() || null });
  }
  return [...byId.values()];
}

function modelsOf({ models }: ConfigFile): ModelConfig[] {
  return (models?.providers ?? []).flatMap(({ key: provider, value }) =>
    (value?.models ?? []).flatMap((model) => {
      const window = model.contextTokens ?? value?.contextTokens ?? model.contextWindow ?? null;
      return window === null ? [] : [{ provider, id: model.id, window }];
    }),
  );
}

/** A word that may become a label; a config can hold any text. */
function knownWord(text: string | null | undefined): string | null {
  return text && /^[a-z][a-z-]{0,31}$/.test(text) ? text : null;
}
