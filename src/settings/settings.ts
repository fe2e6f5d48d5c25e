import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { CHECKS } from '../checks/all.ts';
import { isDirectory } from '../disk/files.ts';
import { ExporterError } from '../errors.ts';
import { LOG_FORMATS, LOG_LEVELS } from '../log.ts';
import { KINDS } from '../openclaw/keys.ts';
import { resolveConfigPath, resolveHome, resolveStateDir } from '../openclaw/paths.ts';
import { readYaml } from './config-file.ts';
import { longestGapSeconds, scheduleProblem } from './cron.ts';
import { formatDuration, parseDuration } from './duration.ts';
import { envName, FLAGS, type Flag, unknownVariables } from './flags.ts';
import { NO_POLICY, type Policy } from './policy.ts';

export type Command = 'serve' | 'scan';

/** Where a value came from, for the message when it is wrong. */
interface Given {
  readonly value: string;
  readonly origin: string;
}

const LEAST_MAX_AGE_MS = 15 * 60 * 1000;
const GAPS_OF_MAX_AGE = 3;

/** Everything that flags and environment say, checked. */
export type Settings = z.infer<typeof SettingsSchema> & {
  readonly stateDir: string;
  readonly configPath: string;
  /** Of OpenClaw's user, as OpenClaw finds it. */
  readonly home: string;
  readonly maxAgeMs: number;
  readonly disabledChecks: readonly string[];
  readonly policy: Policy;
};

const Duration = z.string().transform((text, context) => {
  const ms = parseDuration(text);
  if (ms !== null && ms > 0) return ms;
  context.addIssue('is no duration such as 30s, 15m or 1h30m');
  return z.NEVER;
});

const Schedule = z.string().superRefine((text, context) => {
  const problem = scheduleProblem(text);
  if (problem !== null) context.addIssue(`is no schedule: ${problem}`);
});

const ListenAddress = z.string().transform((text, context) => {
  const found = /^(?:\[([0-9a-fA-F:.]+)\]|([^:\s[\]]*)):(\d{1,5})$/.exec(text);
  const port = Number(found?.[3]);
  if (found !== null && port <= 65_535) return { host: found[1] ?? found[2] ?? '', port };
  context.addIssue('is no address such as 127.0.0.1:10789, [::1]:10789 or :10789');
  return z.NEVER;
});

const PathMap = z.string().transform((text, context) => {
  const at = text.indexOf('=');
  if (at > 0 && isAbsolute(text.slice(at + 1))) return { from: text.slice(0, at), to: text.slice(at + 1) };
  context.addIssue('is not FROM=TO with an absolute TO');
  return z.NEVER;
});

const Switch = z.enum(['true', 'false'], 'must be true or false').transform((text) => text === 'true');

const SettingsSchema = z.object({
  'config.file': z.string().min(1, 'must not be empty').nullable(),
  'config.check': Switch,
  'openclaw.path-map': z.array(PathMap),
  'openclaw.same-pid-namespace': Switch,
  'web.listen-address': ListenAddress,
  'web.telemetry-path': z.string().startsWith('/', 'must begin with a slash'),
  'scan.schedule': Schedule,
  'scan.deep-schedule': Schedule,
  'scan.timeout': Duration,
  'scan.max-age': Duration.nullable(),
  'session.limit': z
    .string()
    .regex(/^\d{1,9}$/, 'must be a whole number of at least 0')
    .transform(Number),
  'privacy.peers': z.enum(['hashed', 'plain'], 'must be hashed or plain'),
  'privacy.salt-file': z.string().min(1, 'must not be empty').nullable(),
  'log.level': z.enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(', ')}`),
  'log.format': z.enum(LOG_FORMATS, `must be one of ${LOG_FORMATS.join(', ')}`),
  format: z.enum(['table', 'json', 'prometheus'], 'must be table, json or prometheus'),
  output: z.string().min(1, 'must not be empty').nullable(),
  deep: Switch,
  explain: z.string().min(1, 'must not be empty').nullable(),
  agent: z.string().nullable(),
  kind: z.enum(KINDS, `must be one of ${KINDS.join(', ')}`).nullable(),
  'findings-only': Switch,
});

/** Flag, then environment, then config file, then default. Throws an ExporterError that names the first wrong value and its origin. */
export function loadSettings(command: Command, args: readonly string[], env: NodeJS.ProcessEnv): Settings {
  const [unknown] = unknownVariables(env);
  if (unknown !== undefined)
    throw new ExporterError('E_CONFIG', `the environment variable ${unknown} belongs to no flag; see --help`);
  const { given, policy } = readFlags(command, args, env);
  const parsed = SettingsSchema.safeParse(
    Object.fromEntries(
      FLAGS.map((flag) => {
        const values = given.get(flag.name)?.map(({ value }) => value) ?? [];
        return [flag.name, flag.repeatable ? values : (values[0] ?? flag.fallback)];
      }),
    ),
  );
  if (!parsed.success) throw wrongValue(parsed.error, given);
  const settings = parsed.data;
  const path = (name: string) => {
    const value = given.get(name)?.[0];
    // An unset variable in a unit file becomes an empty one, and that would mean the current folder.
    if (value?.value.trim() === '')
      throw new ExporterError('E_CONFIG', `${value.origin}: "${value.value}" must not be empty`);
    return value?.value ?? null;
  };
  const stateDir = resolve(path('openclaw.state-dir') ?? resolveStateDir(env, homedir(), isDirectory));
  return {
    ...settings,
    home: resolveHome(env, homedir()),
    stateDir,
    configPath: resolve(path('openclaw.config') ?? resolveConfigPath(env, homedir(), stateDir, existsSync)),
    maxAgeMs: maxAge(settings['scan.schedule'], settings['scan.max-age'], given.get('scan.max-age')?.[0]?.origin),
    disabledChecks: disabledChecks(given),
    policy,
  };
}

function readFlags(
  command: Command,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): { given: Map<string, Given[]>; policy: Policy } {
  const flags = FLAGS.filter(({ commands }) => commands.includes(command));
  const given = new Map<string, Given[]>();
  const parsed = parseFlags(flags, args);
  const file = parsed['config.file'] ?? env[envName('config.file')];
  const policy = typeof file === 'string' ? addFile(given, file, flags) : NO_POLICY;
  for (const flag of flags) {
    const value = env[envName(flag.name)];
    if (value === undefined) continue;
    const values = flag.repeatable ? value.split(',').filter((part) => part !== '') : [value];
    given.set(
      flag.name,
      values.map((part) => ({ value: part, origin: envName(flag.name) })),
    );
  }
  for (const [name, value] of Object.entries(parsed)) {
    const values = Array.isArray(value) ? value : [value];
    given.set(
      name,
      values.map((part) => ({ value: String(part), origin: `--${name}` })),
    );
  }
  return { given, policy };
}

function addFile(given: Map<string, Given[]>, path: string, flags: readonly Flag[]): Policy {
  const known = new Set(FLAGS.map(({ name }) => name).filter((name) => !name.startsWith('config.')));
  const { values: content, policy } = readYaml(path, known);
  for (const [name, values] of content) {
    const flag = flags.find((each) => each.name === name);
    // A key of the other command: one file serves both.
    if (flag === undefined) continue;
    const origin = `${path}: ${name}`;
    if (values.length > 1 && !flag.repeatable) throw new ExporterError('E_CONFIG', `${origin} takes one value`);
    given.set(
      name,
      values.map((value) => ({ value, origin })),
    );
  }
  return policy;
}

function parseFlags(flags: readonly Flag[], args: readonly string[]) {
  const options = Object.fromEntries(
    flags.map(({ name, value, repeatable = false }) => [
      name,
      { type: value === null ? ('boolean' as const) : ('string' as const), multiple: repeatable },
    ]),
  );
  try {
    return parseArgs({ args: [...args], options, strict: true, allowNegative: true, allowPositionals: false }).values;
  } catch (error) {
    throw new ExporterError('E_USAGE', `${error instanceof Error ? error.message : String(error)}; see --help`);
  }
}

function wrongValue(error: z.ZodError, given: ReadonlyMap<string, readonly Given[]>): ExporterError {
  const [issue] = error.issues;
  const [name, at] = issue?.path ?? [];
  const source = given.get(String(name))?.[typeof at === 'number' ? at : 0];
  return new ExporterError(
    'E_CONFIG',
    `${source?.origin ?? `--${String(name)}`}: "${source?.value ?? ''}" ${issue?.message ?? 'is wrong'}`,
  );
}

function maxAge(schedule: string, given: number | null, origin = ''): number {
  const least = Math.max(LEAST_MAX_AGE_MS, GAPS_OF_MAX_AGE * longestGapSeconds(schedule) * 1000);
  if (given === null || given >= least) return given ?? least;
  throw new ExporterError(
    'E_CONFIG',
    `${origin}: ${formatDuration(given)} is less than ${formatDuration(least)}, which this schedule needs so that figures do not vanish between scans`,
  );
}

function disabledChecks(given: ReadonlyMap<string, readonly Given[]>): string[] {
  return CHECKS.map(({ name }) => name).filter((name) => {
    const value = given.get(`check.${name}`)?.[0];
    if (value === undefined) return false;
    const parsed = Switch.safeParse(value.value);
    if (!parsed.success) throw new ExporterError('E_CONFIG', `${value.origin}: "${value.value}" must be true or false`);
    return !parsed.data;
  });
}
