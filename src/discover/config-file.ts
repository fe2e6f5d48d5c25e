import { join } from 'node:path';
import { isThere, openFile, readAt } from '../disk/files.ts';
import { describeError } from '../errors.ts';
import { isObject } from '../is-object.ts';
import { configVariables, fillVariables, parseEnvFile, type Variable } from '../openclaw/config/variables.ts';
import { configView, DEFAULT_CONFIG, type OpenClawConfig } from '../openclaw/config/view.ts';
import type { PathMapping } from '../openclaw/path-map.ts';
import { loadConfig } from './config-include.ts';

export interface ConfigInput {
  readonly configPath: string;
  /** As a real path; its `.env` is asked for variables last. */
  readonly stateDir: string;
  /** The last config that could be used. */
  readonly lastConfig: OpenClawConfig | null;
  readonly mappings: readonly PathMapping[];
  readonly env: NodeJS.ProcessEnv;
}

export interface ConfigResult {
  readonly config: OpenClawConfig;
  /** Why the config cannot be used, without a path; null when it can be, and when there is none. */
  readonly error: string | null;
}

/** OpenClaw's config. When it cannot be used: the last one that could be, else OpenClaw's defaults. */
export function readConfig(input: ConfigInput): ConfigResult {
  try {
    if (!isThere(input.configPath)) return { config: DEFAULT_CONFIG, error: null };
    const content = loadConfig(input.configPath, input);
    return { config: configView(withVariables(content, input)), error: null };
  } catch (error) {
    // OpenClaw's own defaults for what is counted, and no claim about where sessions belong.
    return { config: input.lastConfig ?? { ...DEFAULT_CONFIG, routing: null }, error: describeError(error) };
  }
}

/** In these parts only: in the others, variables are secrets (keys of providers, tokens of channels). */
function withVariables(content: unknown, { env, stateDir }: ConfigInput): unknown {
  if (!isObject(content)) return content;
  const { agents, session, bindings, broadcast, ...rest } = content;
  const variable = variables(content, env, stateDir);
  const filled = { agents, session, bindings, broadcast };
  const present = Object.entries(filled).filter(([, value]) => value !== undefined);
  return { ...rest, ...Object.fromEntries(present.map(([key, value]) => [key, fillVariables(value, variable)])) };
}

/** As OpenClaw looks them up: the environment, `env.vars` of the config, `.env` in the state directory. */
function variables(content: Record<string, unknown>, env: NodeJS.ProcessEnv, stateDir: string): Variable {
  const own = configVariables(content);
  let file: Map<string, string> | null = null;
  return (name) => {
    const known = env[name] ?? own.get(name);
    if (known !== undefined) return known;
    file ??= envFile(stateDir);
    return file.get(name) ?? null;
  };
}

function envFile(stateDir: string): Map<string, string> {
  try {
    using open = openFile(join(stateDir, '.env'), stateDir);
    return parseEnvFile(readAt(open.fd, 0, open.signature.size).toString('utf8'));
  } catch {
    return new Map();
  }
}
