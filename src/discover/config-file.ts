import { statSync } from 'node:fs';
import { join } from 'node:path';
import { CLOCK_TICK_MS, diskError, isDiskError, isThere, openFile, readAt } from '../disk/files.ts';
import { describeError } from '../errors.ts';
import { isObject } from '../is-object.ts';
import { configVariables, fillVariables, parseEnvFile, type Variable } from '../openclaw/config/variables.ts';
import { configView, DEFAULT_CONFIG, type OpenClawConfig } from '../openclaw/config/view.ts';
import type { PathMapping } from '../openclaw/path-map.ts';
import { loadConfig } from './config-include.ts';
import { LEFT_ALONE } from './visits.ts';

export interface ConfigInput {
  readonly configPath: string;
  /** As a real path; its `.env` is asked for variables last. */
  readonly stateDir: string;
  /** The last config that could be used. */
  readonly lastConfig: OpenClawConfig | null;
  readonly mappings: readonly PathMapping[];
  /** Home of the gateway's user. */
  readonly home: string;
  readonly env: NodeJS.ProcessEnv;
}

export interface ConfigResult {
  readonly config: OpenClawConfig;
  /** Why the config cannot be used, without a path; null when it can be, and when there is none. */
  readonly error: string | null;
}

/** Size, time and inode of everything that a config was made from, by path. */
type Seen = ReadonlyMap<string, string>;

/** OpenClaw's config, read again only when one of the files changed that it was made from, or that it asked for in vain. */
export class KeptConfig {
  /** How often it was read so far. */
  reads = 0;

  private last: { readonly input: ConfigInput; readonly seen: Seen; readonly result: ConfigResult } | null = null;

  read(input: ConfigInput): ConfigResult {
    if (this.last !== null && isSameConfig(this.last, input)) return this.last.result;
    this.reads += 1;
    const seen = new Map<string, string>();
    const note = (path: string) => {
      if (!seen.has(path)) seen.set(path, stateOf(path));
    };
    const { result, isOfDisk } = readConfig(input, note);
    // An error of the disk, or a lack of descriptors, may be gone although no file changed.
    this.last = isOfDisk ? null : { input, seen, result };
    return result;
  }
}

function isSameConfig({ input, seen }: { input: ConfigInput; seen: Seen }, now: ConfigInput): boolean {
  const isAskedTheSame =
    input.configPath === now.configPath &&
    input.stateDir === now.stateDir &&
    input.mappings === now.mappings &&
    input.home === now.home &&
    input.env === now.env;
  return isAskedTheSame && [...seen].every(([path, state]) => stateOf(path) === state);
}

/** Behind links. What was written a moment ago equals no other state: the next write may bear the same time. */
function stateOf(path: string): string {
  try {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat === undefined) return 'missing';
    const isYoung = Math.abs(Date.now() - stat.mtimeMs) <= CLOCK_TICK_MS;
    return `${stat.dev} ${stat.ino} ${stat.size} ${stat.mtimeMs} ${stat.mode} ${isYoung ? process.hrtime.bigint() : ''}`;
  } catch (error) {
    return diskError(error).problem;
  }
}

/**
 * OpenClaw's own defaults for what is counted, and no claim about where sessions belong. One object: while it stands, nothing
 * is judged anew.
 */
const UNKNOWN_CONFIG: OpenClawConfig = { ...DEFAULT_CONFIG, routing: null };

/** In the place of one that nobody reads now. */
export function unreadConfig(lastConfig: OpenClawConfig | null): ConfigResult {
  return { config: lastConfig ?? UNKNOWN_CONFIG, error: LEFT_ALONE };
}

/** OpenClaw's config. When it cannot be used: the last one that could be, else OpenClaw's defaults. */
function readConfig(input: ConfigInput, note: (path: string) => void): { result: ConfigResult; isOfDisk: boolean } {
  try {
    note(input.configPath);
    if (!isThere(input.configPath)) return used(DEFAULT_CONFIG);
    const content = loadConfig(input.configPath, { ...input, note });
    return used(configView(withVariables(content, input, note)));
  } catch (error) {
    const result = { config: input.lastConfig ?? UNKNOWN_CONFIG, error: describeError(error) };
    return { result, isOfDisk: isDiskError(error) };
  }
}

function used(config: OpenClawConfig): ReturnType<typeof readConfig> {
  return { result: { config, error: null }, isOfDisk: false };
}

/** In these parts only: in the others, variables are secrets (keys of providers, tokens of channels). */
function withVariables(content: unknown, { env, stateDir }: ConfigInput, note: (path: string) => void): unknown {
  if (!isObject(content)) return content;
  const { agents, session, bindings, broadcast, ...rest } = content;
  const variable = variables(content, env, () => {
    note(join(stateDir, '.env'));
    return envFile(stateDir);
  });
  const filled = { agents, session, bindings, broadcast };
  const present = Object.entries(filled).filter(([, value]) => value !== undefined);
  return { ...rest, ...Object.fromEntries(present.map(([key, value]) => [key, fillVariables(value, variable)])) };
}

/**
 * As OpenClaw looks them up: the environment, `.env` in the state directory, `env` of the config. A blank one is filled by the
 * config, and an empty one is not set.
 */
function variables(
  content: Record<string, unknown>,
  env: NodeJS.ProcessEnv,
  readFile: () => Map<string, string>,
): Variable {
  const own = configVariables(content);
  let file: Map<string, string> | null = null;
  return (name) => {
    file ??= env[name] === undefined ? readFile() : null;
    const given = env[name] ?? file?.get(name) ?? '';
    return (given.trim() === '' ? own.get(name) : null) || given || null;
  };
}

/** A thousand times what people write. */
const LARGEST_ENV_BYTES = 1024 * 1024;

function envFile(stateDir: string): Map<string, string> {
  try {
    using open = openFile(join(stateDir, '.env'), stateDir);
    const { size } = open.signature;
    if (size > LARGEST_ENV_BYTES) throw new Error(`its .env is larger than ${LARGEST_ENV_BYTES / 1024 ** 2} MiB`);
    return parseEnvFile(readAt(open.fd, 0, size).toString('utf8'));
  } catch (error) {
    // What cannot be read now is no reason to take its variables for missing: then the config cannot be used.
    if (diskError(error).problem === 'unreadable') throw error;
    return new Map();
  }
}
