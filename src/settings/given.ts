import { parseArgs } from 'node:util';
import { ExporterError } from '../errors.ts';
import { closest } from './closest.ts';
import { readYaml } from './config-file.ts';
import { type Command, ENV_PREFIX, envName, FLAGS, type Flag } from './flags.ts';
import type { Mistake } from './mistakes.ts';
import { NO_POLICY, type Policy } from './policy.ts';

/** A text that a flag was given, and where, for the message when it is wrong. */
export interface Given {
  readonly text: string;
  /** The flag, the variable, or the key of the file. */
  readonly origin: string;
  /** Where that key stands; null: it is no key. */
  readonly file: { readonly path: string; readonly line: number } | null;
}

/** Where a text comes from, as it stands in front of what is wrong with it. */
export function placeOf({ origin, file }: Given): string {
  return file === null ? origin : `${file.path}, line ${file.line}: ${origin}`;
}

/** By the name of the flag; one text, or several of a repeatable flag. */
export type GivenByFlag = ReadonlyMap<string, readonly Given[]>;

/** All that was given, and what belongs to no flag. */
interface GivenToCommand {
  readonly given: GivenByFlag;
  readonly policy: Policy;
  readonly mistakes: readonly Mistake[];
}

/**
 * What the operator gave each flag of the command: by flag, else by environment, else by config file. Throws an
 * ExporterError for what is no flag and for a file that cannot be read; the values are not checked here. With
 * `--config.check` also what environment and file give the flags of other commands.
 */
export function readGiven(command: Command, args: readonly string[], env: NodeJS.ProcessEnv): GivenToCommand {
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
    mistakes: [...unknownVariables(env).map(aboutVariable), ...(file?.mistakes ?? [])],
  };
}

function aboutVariable(name: string): Mistake {
  const meant = closest(
    name.slice(ENV_PREFIX.length),
    FLAGS.map((flag) => envName(flag.name).slice(ENV_PREFIX.length)),
  );
  const hint = meant === null ? '' : ` (did you mean ${ENV_PREFIX}${meant}?)`;
  return { line: null, text: `the environment variable ${name} belongs to no flag${hint}; see --help` };
}

function fromArgs(command: Command, flags: readonly Flag[], args: readonly string[]): GivenByFlag {
  const given = Object.entries(parse(command, flags, args)).map(([name, value]): [string, Given[]] => [
    name,
    [value].flat().map((each) => ({ text: String(each), origin: `--${name}`, file: null })),
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
    const { values, tokens } = parseArgs({
      args: [...args],
      options,
      strict: true,
      allowNegative: true,
      allowPositionals: false,
      tokens: true,
    });
    for (const { name } of flags.filter(({ repeatable }) => !repeatable))
      refuseTwo(
        name,
        tokens.flatMap((each) => (each.kind === 'option' && each.name === name ? [each] : [])),
      );
    return values;
  } catch (error) {
    if (error instanceof ExporterError) throw error;
    throw new ExporterError('E_USAGE', `${inOurWords(error, command, flags)}; see ${command} --help`);
  }
}

/** As other exporters of Prometheus do: one of two values would be without effect, and nobody would be told. */
function refuseTwo(name: string, given: readonly { rawName: string; value?: string | undefined }[]): void {
  const said = new Set(given.map(({ rawName, value }) => (value === undefined ? rawName : `${rawName} ${value}`)));
  if (said.size < 2) return;
  throw new ExporterError('E_USAGE', `--${name} takes one value, and was given ${[...said].join(' and ')}`);
}

/** They are answered before any other flag is read. */
const OF_EVERY_COMMAND = ['help', 'version'];

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
  const meant = closest(name, [...flags.map((each) => each.name), ...OF_EVERY_COMMAND]);
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
      texts.map((text) => ({ text, origin, file: null })),
    );
  }
  return given;
}

function fromFile(flags: readonly Flag[], path: string): GivenToCommand {
  // Keys of the other command are known too: one file serves both.
  const known = FLAGS.map(({ name }) => name).filter((name) => !name.startsWith('config.'));
  const { values, policy, mistakes } = readYaml(path, known);
  const given = flags.flatMap(({ name, repeatable }) => {
    const texts = values.get(name)?.map(({ text, line }) => ({ text, origin: name, file: { path, line } })) ?? [];
    return texts.length === 0 ? [] : [{ name, repeatable, texts }];
  });
  const tooMany = given.flatMap(({ repeatable, texts: [first, second] }): Mistake[] =>
    first === undefined || second === undefined || repeatable
      ? []
      : [{ line: first.file.line, text: `${placeOf(first)} takes one value` }],
  );
  return {
    given: new Map(given.map(({ name, texts }) => [name, texts])),
    policy,
    mistakes: [...mistakes, ...tooMany],
  };
}

/** Variables with our prefix that nobody reads: a misspelt one must not be ignored in silence. */
export function unknownVariables(env: NodeJS.ProcessEnv): string[] {
  const known = new Set(FLAGS.map(({ name }) => envName(name)));
  // Kubernetes sets these for a Service called openclaw-store-exporter.
  const serviceLink = /^OPENCLAW_STORE_EXPORTER_(SERVICE_(HOST|PORT\w*)|PORT(_\d+_\w+)?)$/;
  return Object.keys(env).filter((name) => name.startsWith(ENV_PREFIX) && !known.has(name) && !serviceLink.test(name));
}
