import { parseArgs } from 'node:util';
import { ExporterError } from '../errors.ts';
import { closest } from './closest.ts';
import { readYaml } from './config-file.ts';
import { type Command, ENV_PREFIX, envName, FLAGS, type Flag } from './flags.ts';
import { NO_POLICY, type Policy } from './policy.ts';

/** A text that a flag was given, and where, for the message when it is wrong. */
export interface Given {
  readonly text: string;
  /** The flag, the variable, or file and key. */
  readonly origin: string;
}

/** By the name of the flag; one text, or several of a repeatable flag. */
export type GivenByFlag = ReadonlyMap<string, readonly Given[]>;

/**
 * What the operator gave each flag of the command: by flag, else by environment, else by config file. Throws an
 * ExporterError for what belongs to no flag and for a file that cannot be used; the values are not checked here. With
 * `--config.check` also what environment and file give the flags of other commands.
 */
export function readGiven(
  command: Command,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): { given: GivenByFlag; policy: Policy } {
  const [unknown] = unknownVariables(env);
  if (unknown !== undefined)
    throw new ExporterError('E_CONFIG', `the environment variable ${unknown} belongs to no flag; see --help`);
  const flags = FLAGS.filter(({ commands }) => commands.includes(command));
  const byFlag = fromArgs(command, flags, args);
  const isCheck = (byFlag.get('config.check') ?? fromEnvironment(flags, env).get('config.check'))?.[0]?.text === 'true';
  // One file and one environment are for every command. A check is of all that they hold.
  const looked = isCheck ? FLAGS : flags;
  const byEnvironment = fromEnvironment(looked, env);
  const path = (byFlag.get('config.file') ?? byEnvironment.get('config.file'))?.[0]?.text;
  const file = path === undefined ? null : fromFile(looked, path);
  return {
    given: new Map([...(file?.given ?? []), ...byEnvironment, ...byFlag]),
    policy: file?.policy ?? NO_POLICY,
  };
}

function fromArgs(command: Command, flags: readonly Flag[], args: readonly string[]): GivenByFlag {
  const given = Object.entries(parse(command, flags, args)).map(([name, value]): [string, Given[]] => [
    name,
    [value].flat().map((each) => ({ text: String(each), origin: `--${name}` })),
  ]);
  return new Map(given);
}

function parse(command: Command, flags: readonly Flag[], args: readonly string[]) {
  const options = Object.fromEntries(
    flags.map(({ name, value, repeatable }) => [
      name,
      { type: value === null ? ('boolean' as const) : ('string' as const), multiple: repeatable },
    ]),
  );
  try {
    return parseArgs({ args: [...args], options, strict: true, allowNegative: true, allowPositionals: false }).values;
  } catch (error) {
    throw new ExporterError('E_USAGE', `${inOurWords(error, command, flags)}; see ${command} --help`);
  }
}

/** What `parseArgs` refuses. Its own words are about positional arguments and options. */
function inOurWords(error: unknown, command: Command, flags: readonly Flag[]): string {
  if (!(error instanceof Error && 'code' in error)) throw error;
  const given = /'([^']*)'/.exec(error.message)?.[1] ?? '';
  if (error.code === 'ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL') return `"${given}" is no flag: flags begin with --`;
  // `-x, --name <value>` in one of its messages.
  const name = given.replace(/^-+(no-)?/, '').replace(/ <value>$/, '');
  const flag = flags.find((each) => each.name === name);
  const isNegated = given.startsWith('--no-');
  if (flag?.value === null) return `--${name} takes no value`;
  if (flag !== undefined && !isNegated) return `--${name} needs a value: ${flag.value}`;
  const others = FLAGS.find((each) => each.name === name)?.commands ?? [];
  if (others.length > 0 && !isNegated) return `--${name} is a flag of ${others.join(' and ')}, not of ${command}`;
  const meant = closest(
    name,
    flags.map((each) => each.name),
  );
  return `${given} is no flag of ${command}${meant === null ? '' : ` (did you mean --${meant}?)`}`;
}

function fromEnvironment(flags: readonly Flag[], env: NodeJS.ProcessEnv): GivenByFlag {
  const given = new Map<string, Given[]>();
  for (const { name, repeatable } of flags) {
    const origin = envName(name);
    const value = env[origin];
    if (value === undefined) continue;
    const texts = repeatable ? value.split(',').filter((part) => part !== '') : [value];
    given.set(
      name,
      texts.map((text) => ({ text, origin })),
    );
  }
  return given;
}

function fromFile(flags: readonly Flag[], path: string): { given: GivenByFlag; policy: Policy } {
  // Keys of the other command are known too: one file serves both.
  const known = new Set(FLAGS.map(({ name }) => name).filter((name) => !name.startsWith('config.')));
  const { values, policy } = readYaml(path, known);
  const given = new Map<string, Given[]>();
  for (const { name, repeatable } of flags) {
    const texts = values.get(name);
    if (texts === undefined) continue;
    const origin = `${path}: ${name}`;
    if (texts.length > 1 && !repeatable) throw new ExporterError('E_CONFIG', `${origin} takes one value`);
    given.set(
      name,
      texts.map((text) => ({ text, origin })),
    );
  }
  return { given, policy };
}

/** Variables with our prefix that nobody reads: a misspelt one must not be ignored in silence. */
export function unknownVariables(env: NodeJS.ProcessEnv): string[] {
  const known = new Set(FLAGS.map(({ name }) => envName(name)));
  // Kubernetes sets these for a Service called openclaw-store-exporter.
  const serviceLink = /^OPENCLAW_STORE_EXPORTER_(SERVICE_(HOST|PORT\w*)|PORT(_\d+_\w+)?)$/;
  return Object.keys(env).filter((name) => name.startsWith(ENV_PREFIX) && !known.has(name) && !serviceLink.test(name));
}
