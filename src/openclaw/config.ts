import { z } from 'zod';
import { isObject } from '../is-object.ts';
import { DEFAULT_AGENT, normalizeAgentId } from './agent-id.ts';
import { parseByteSize } from './byte-size.ts';
import { type RoutingConfig, routingView } from './routing-config.ts';

/**
 * The fields of `openclaw.json` that are used here, and no others: credentials stand in the same file.
 * Permissive, since it is another program's file: a field of the wrong type is as if absent.
 * `$include` and `${ENV}` are resolved before, by `src/store/config-file.ts`.
 */
const Limit = z.number().positive().finite().optional().catch(undefined);
const Count = z.number().nonnegative().finite().optional().catch(undefined);
const Text = z.string().optional().catch(undefined);

const ModelRef = z
  .union([z.string(), z.object({ primary: z.string() }).transform((ref) => ref.primary)])
  .optional()
  .catch(undefined);

const Compaction = z
  .object({ mode: Text, reserveTokens: Count, reserveTokensFloor: Count })
  .optional()
  .catch(undefined);

const Pruning = z.object({ mode: Text }).optional().catch(undefined);

const Maintenance = z.object({ maxEntries: Limit, maxDiskBytes: z.unknown() }).optional().catch(undefined);

const AgentEntry = z.object({ model: ModelRef, contextTokens: Limit, agentDir: Text });
const ListedAgent = AgentEntry.extend({ id: z.string() });
const Model = z.object({ id: z.string(), contextWindow: Limit, contextTokens: Limit });
const Provider = z.object({ models: looseArray(Model), contextTokens: Limit });

const OpenClawConfigFile = z.object({
  meta: z.object({ lastTouchedVersion: Text }).optional().catch(undefined),
  models: z
    .object({ providers: looseRecord(Provider) })
    .optional()
    .catch(undefined),
  agents: z
    .object({
      defaults: AgentEntry.extend({ compaction: Compaction, contextPruning: Pruning }).optional().catch(undefined),
      list: looseArray(ListedAgent),
      entries: looseRecord(AgentEntry),
    })
    .optional()
    .catch(undefined),
  session: z.object({ store: Text, maintenance: Maintenance }).optional().catch(undefined),
  channels: z.record(z.string(), z.unknown()).optional().catch(undefined),
});

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

function viewOf(value: object): OpenClawConfig {
  const file = OpenClawConfigFile.parse(value);
  const defaults = file.agents?.defaults;
  const compaction = defaults?.compaction;
  return {
    version: file.meta?.lastTouchedVersion || null,
    agents: agentsOf(file.agents),
    defaultModel: defaults?.model ?? null,
    defaultContextTokens: defaults?.contextTokens ?? null,
    models: modelsOf(file.models?.providers ?? {}),
    compactionReserve: Math.max(
      compaction?.reserveTokens ?? PI_RESERVE_TOKENS,
      compaction?.reserveTokensFloor ?? RESERVE_TOKENS_FLOOR,
    ),
    // The loader puts `safeguard` where defaults are set without a mode; without defaults it is `default`.
    compactionMode: knownWord(compaction?.mode) ?? (defaults === undefined ? 'default' : 'safeguard'),
    pruning: (defaults?.contextPruning?.mode ?? 'off') !== 'off',
    maintenanceEntries: file.session?.maintenance?.maxEntries ?? null,
    maintenanceBytes: parseByteSize(file.session?.maintenance?.maxDiskBytes),
    channels: Object.keys(file.channels ?? {}),
    sessionStore: file.session?.store?.trim() || null,
    listsAgents:
      file.agents !== undefined && (file.agents.list.length > 0 || Object.keys(file.agents.entries).length > 0),
    routing: usableRouting(value),
  };
}

/** OpenClaw refuses such a config: what it would choose is not for us to guess. */
function usableRouting(content: object): RoutingConfig | null {
  const routing = routingView(content);
  return routing.dropped.some((path) => ['config', 'agents', 'agents.list', 'bindings'].includes(path))
    ? null
    : routing;
}

/** A word that may become a label; a config can hold any text. */
function knownWord(text: string | undefined): string | null {
  return text !== undefined && /^[a-z][a-z-]{0,31}$/.test(text) ? text : null;
}

function agentsOf(agents: z.infer<typeof OpenClawConfigFile>['agents']): AgentConfig[] {
  const listed = [
    ...(agents?.list ?? []),
    // 2026.8.1 and later: a map instead of a list.
    ...Object.entries(agents?.entries ?? {}).map(([id, entry]) => ({ ...entry, id })),
  ];
  const byId = new Map<string, AgentConfig>();
  for (const agent of listed) {
    const id = normalizeAgentId(agent.id);
    if (byId.has(id)) continue;
    const { model = null, contextTokens = null } = agent;
    byId.set(id, { id, model, contextTokens, agentDir: agent.agentDir?.trim() || null });
  }
  return byId.size > 0 ? [...byId.values()] : [{ id: DEFAULT_AGENT, model: null, contextTokens: null, agentDir: null }];
}

function modelsOf(providers: Record<string, z.infer<typeof Provider>>): ModelConfig[] {
  const models: ModelConfig[] = [];
  for (const [provider, { models: listed, contextTokens }] of Object.entries(providers)) {
    for (const model of listed) {
      const window = model.contextTokens ?? contextTokens ?? model.contextWindow;
      if (window !== undefined) models.push({ provider, id: model.id, window });
    }
  }
  return models;
}

/** An array that drops its bad elements instead of failing whole. */
function looseArray<T extends z.ZodType>(element: T) {
  return z
    .array(z.unknown())
    .catch([])
    .transform((values) => values.flatMap((value) => keep(element, value)));
}

/** A record that drops its bad values instead of failing whole. */
function looseRecord<T extends z.ZodType>(element: T) {
  return z
    .record(z.string(), z.unknown())
    .catch({})
    .transform((record) =>
      Object.fromEntries(
        Object.entries(record).flatMap(([key, value]) => keep(element, value).map((kept) => [key, kept])),
      ),
    );
}

function keep<T extends z.ZodType>(element: T, value: unknown): z.output<T>[] {
  const parsed = element.safeParse(value);
  return parsed.success ? [parsed.data] : [];
}
