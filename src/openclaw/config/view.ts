import { isObject } from '../../is-object.ts';
import { DEFAULT_AGENT, normalizeAgentId } from '../agent-id.ts';
import { hasCredentials } from './credentials.ts';
import { type ModelConfig, modelsOf } from './models.ts';
import { type RoutingConfig, routingView } from './routing.ts';
import { type ConfigFile, readConfigFile } from './schema.ts';

interface AgentConfig {
  readonly id: string;
  /** `provider/model`, or a bare model id; an alias is resolved. */
  readonly model: string | null;
  /** A folder of the gateway's host for its credentials. Its sessions lie elsewhere, since 2026.8.1 looks for none there. */
  readonly agentDir: string | null;
}

/** What OpenClaw is set to do when a context nears its window. null: unset, here and below. */
interface CompactionConfig {
  readonly mode: 'default' | 'safeguard' | null;
  readonly isOff: boolean;
  /** Tokens. */
  readonly reserveTokens: number | null;
  readonly reserveTokensFloor: number | null;
}

interface PruningConfig {
  readonly mode: 'off' | 'cache-ttl' | null;
  /** The config says that Anthropic can be asked, which turns pruning on where no mode is set. */
  readonly hasAnthropic: boolean;
  /** The same where profiles of `claude-cli` count too. */
  readonly hasClaudeCli: boolean;
}

interface MaintenanceConfig {
  readonly mode: 'warn' | 'enforce' | null;
  readonly maxEntries: number | null;
  /** Bytes; false: no limit. */
  readonly maxDiskBytes: number | false | null;
}

/** What this exporter needs to know of OpenClaw's config. */
export interface OpenClawConfig {
  /** OpenClaw's version when it last wrote this file; null when it never did. */
  readonly version: string | null;
  readonly agents: readonly AgentConfig[];
  readonly defaultModel: string | null;
  /** `agents.defaults.contextTokens`. An agent's own limits no run in any version: up to 2026.7.35 it is only shown. */
  readonly defaultContextTokens: number | null;
  readonly models: readonly ModelConfig[];
  readonly compaction: CompactionConfig;
  readonly pruning: PruningConfig;
  readonly maintenance: MaintenanceConfig;
  readonly channels: readonly string[];
  /** Folders of the gateway's host out of which agents load files as their memory. */
  readonly workspaces: readonly string[];
  /** `session.store`: a path of the gateway's host, with `{agentId}` for one file each; null: the default place. */
  readonly sessionStore: string | null;
  /** Whose database has no agent in its name, in a folder that several share, where the file itself does not say. */
  readonly sessionStoreOwner: string;
  /** Other programs that OpenClaw runs as agents (ACP), and that are not in the list: their sessions are in stores of their own. */
  readonly acpAgents: readonly string[];
  /** Agents that it lists, which are none where it leaves OpenClaw its default agent. */
  readonly listsAgents: boolean;
  /** null: nobody knows it, since the config cannot be used, or not its bindings. */
  readonly routing: RoutingConfig | null;
  /** The parts that have the wrong shape, as paths (`bindings.0.match.peer`); never a value, since ids are people. */
  readonly dropped: readonly string[];
}

/** Far more than a gateway has. Each takes a millisecond and some series in each scan, and a scan must end. */
export const MOST_AGENTS = 5000;

/** What OpenClaw does without a config file. */
export const DEFAULT_CONFIG = viewOf({});

/** What is used here of the content of `openclaw.json`. Throws an Error when it is no object. */
export function configView(content: unknown): OpenClawConfig {
  if (!isObject(content)) throw new Error('the config is not an object');
  return viewOf(content);
}

function viewOf(content: object): OpenClawConfig {
  const { file, dropped: ofWrongShape } = readConfigFile(content);
  const aliases = aliasesOf(file);
  const all = listedAgents(file, aliases);
  const ids = new Set(all.map(({ id }) => id));
  const listed = all.slice(0, MOST_AGENTS);
  const acp = acpAgents(file).filter((agent) => !ids.has(agent));
  const dropped = [
    ...ofWrongShape,
    ...(all.length > MOST_AGENTS ? ['agents.list'] : []),
    ...(acp.length > MOST_AGENTS ? ['acp.allowedAgents'] : []),
  ];
  const defaults = file.agents?.defaults;
  const { compaction, contextPruning } = defaults ?? {};
  const maintenance = file.session?.maintenance;
  return {
    version: file.meta?.lastTouchedVersion || null,
    agents: listed.length > 0 ? listed : [{ id: DEFAULT_AGENT, model: null, agentDir: null }],
    acpAgents: acp.slice(0, MOST_AGENTS),
    listsAgents: listed.length > 0,
    defaultModel: modelOf(defaults?.model, aliases),
    defaultContextTokens: defaults?.contextTokens ?? null,
    models: modelsOf(file),
    compaction: {
      // Another provider's compaction is made as `safeguard` makes it.
      mode: compaction?.provider ? 'safeguard' : (compaction?.mode ?? null),
      isOff: compaction?.enabled === false,
      reserveTokens: compaction?.reserveTokens ?? null,
      reserveTokensFloor: compaction?.reserveTokensFloor ?? null,
    },
    pruning: {
      mode: contextPruning?.mode ?? null,
      hasAnthropic: hasCredentials(file, ['anthropic']),
      hasClaudeCli: hasCredentials(file, ['anthropic', 'claude-cli']),
    },
    maintenance: {
      mode: maintenance?.mode ?? null,
      maxEntries: maintenance?.maxEntries ?? null,
      maxDiskBytes: maintenance?.maxDiskBytes ?? null,
    },
    channels: Object.keys(file.channels ?? {}),
    workspaces: workspacesOf(file),
    sessionStore: file.session?.store?.trim() || null,
    sessionStoreOwner: storeOwner(file, listed),
    routing: routingView(file, dropped),
    dropped,
  };
}

function workspacesOf(file: ConfigFile): string[] {
  const written = [file.agents?.defaults?.workspace, ...writtenAgents(file).map(({ workspace }) => workspace)];
  return written.flatMap((each) => each?.trim() || []);
}

/** Those of the list, then those of the map. */
function writtenAgents({ agents }: ConfigFile) {
  return [
    ...(agents?.list ?? []),
    ...(agents?.entries ?? []).flatMap(({ key, value }) => (value === null ? [] : [{ ...value, id: key }])),
  ];
}

function listedAgents(file: ConfigFile, aliases: Aliases): AgentConfig[] {
  const byId = new Map<string, AgentConfig>();
  for (const { id: given, model, agentDir } of writtenAgents(file)) {
    // A number is an id for bindings only.
    if (typeof given !== 'string') continue;
    const id = normalizeAgentId(given);
    if (!byId.has(id)) byId.set(id, { id, model: modelOf(model, aliases), agentDir: agentDir?.trim() || null });
  }
  return [...byId.values()];
}

/** As 2026.7.35 and 2026.9.6 find them; `*` allows all, and names none. */
function acpAgents(file: ConfigFile): string[] {
  const named = [
    file.acp?.defaultAgent,
    ...(file.acp?.allowedAgents ?? []),
    ...writtenAgents(file).map(({ id, runtime }) =>
      runtime?.type === 'acp' ? (runtime.acp?.agent ?? String(id)) : undefined,
    ),
  ];
  const names = named.flatMap((name) => name?.trim() || []).filter((name) => name !== '*');
  return [...new Set(names.map(normalizeAgentId))];
}

/** The models of `agents.defaults.models`, by alias in lower case. */
type Aliases = ReadonlyMap<string, string>;

function aliasesOf({ agents }: ConfigFile): Aliases {
  const aliases = new Map<string, string>();
  for (const { key, value } of agents?.defaults?.models ?? []) {
    const alias = value?.alias?.trim().toLowerCase();
    if (alias !== undefined && !aliases.has(alias)) aliases.set(alias, key);
  }
  return aliases;
}

/** A configured model; an alias is the model that has it. */
function modelOf(written: string | null | undefined, aliases: Aliases): string | null {
  const name = written?.trim();
  if (!name) return null;
  return name.includes('/') ? name : (aliases.get(name.toLowerCase()) ?? name);
}

/** As 2026.8.1 and later choose it: the one that is set, else the marked default, else the only one, else `main`. */
function storeOwner({ agents }: ConfigFile, listed: readonly AgentConfig[]): string {
  const set = agents?.defaults?.sessionStore?.agentId;
  const marked = [
    ...(agents?.list ?? []).flatMap(({ id, default: isDefault }) => (isDefault === true ? [String(id)] : [])),
    ...(agents?.entries ?? []).flatMap(({ key, value }) => (value?.default === true ? [key] : [])),
  ][0];
  const [only, ...others] = listed;
  return normalizeAgentId(set || marked || (others.length === 0 ? only?.id : null) || DEFAULT_AGENT);
}
