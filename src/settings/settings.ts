import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { isDirectory } from '../disk/files.ts';
import { resolveConfigPath, resolveHome, resolveStateDir } from '../openclaw/paths.ts';
import { longestGapSeconds } from './cron.ts';
import { formatDuration } from './duration.ts';
import { CHECK_PREFIX, type Command, FLAGS, FlagValues, ONLY_ON_COMMAND_LINE } from './flags.ts';
import { type Given, type GivenByFlag, placeOf, readGiven } from './given.ts';
import { type Mistake, refusal, repeated } from './mistakes.ts';
import type { Policy } from './policy.ts';
import { userHome } from './user-home.ts';
import { refuseWithoutEffect } from './without-effect.ts';

const LEAST_MAX_AGE_MS = 15 * 60 * 1000;
const GAPS_OF_MAX_AGE = 3;

/** What flags, environment and config file say, checked: the values of the flags, and what follows from them. */
export interface Settings extends Omit<FlagValues, 'openclaw.state-dir' | 'openclaw.config' | 'scan.max-age'> {
  readonly stateDir: string;
  /** Why that one, as it goes on after "because". */
  readonly whyStateDir: string;
  readonly configPath: string;
  /** Of OpenClaw's user, as OpenClaw finds it. */
  readonly home: string;
  readonly maxAgeMs: number;
  readonly disabledChecks: readonly string[];
  readonly policy: Policy;
  /** As it was said, and by whom. */
  readonly given: GivenByFlag;
}

/** How it is seen what is there, where nothing names a place. */
export interface Look {
  readonly isDirectory: (path: string) => boolean;
  readonly exists: (path: string) => boolean;
}

const LOOK: Look = { isDirectory, exists: existsSync };

/**
 * Looks at each place once. The exporter loads its settings while it serves, and a look at a dead mount never returns: whatever
 * is in the state directory is for the scanning process only.
 */
export function lookOnce(look: Look = LOOK): Look {
  return { isDirectory: once(look.isDirectory), exists: once(look.exists) };
}

function once(of: (path: string) => boolean): (path: string) => boolean {
  const known = new Map<string, boolean>();
  return (path) => {
    const answer = known.get(path) ?? of(path);
    known.set(path, answer);
    return answer;
  };
}

/** Flag, then environment, then config file, then default. Throws an ExporterError that names every wrong key and value and its place. */
export function loadSettings(
  command: Command,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  look: Look = LOOK,
): Settings {
  const { given, policy, mistakes } = readGiven(command, args, env);
  const { values: all, mistakes: wrong } = parseValues(given, command);
  if (all === null || mistakes.length + wrong.length > 0) throw refusal([...mistakes, ...wrong]);
  const {
    'openclaw.state-dir': givenStateDir,
    'openclaw.config': givenConfig,
    'scan.max-age': givenMaxAge,
    ...values
  } = all;
  if (command === 'scan') refuseWithoutEffect(given, values);
  const chosen =
    givenStateDir === null
      ? resolveStateDir(env, userHome(), look.isDirectory)
      : { path: givenStateDir, why: `${namerOf(given.get('openclaw.state-dir')?.[0])} names it` };
  const stateDir = resolve(chosen.path);
  return {
    ...values,
    stateDir,
    whyStateDir: chosen.why,
    configPath: resolve(givenConfig ?? resolveConfigPath(env, userHome(), stateDir, look.exists)),
    home: resolveHome(env, userHome()),
    maxAgeMs: givenMaxAge ?? leastMaxAge(values['scan.schedule']),
    disabledChecks: disabledChecks(values),
    policy,
    given,
  };
}

function namerOf(given: Given | undefined): string {
  if (given === undefined) return '';
  return given.file === null ? given.origin : `${given.origin} in ${given.file.path}`;
}

interface Parsed {
  /** null: something is wrong with them. */
  readonly values: FlagValues | null;
  readonly mistakes: readonly Mistake[];
}

function parseValues(given: GivenByFlag, command: Command): Parsed {
  const foreign = foreignWords(given, command);
  const texts = FLAGS.map(({ name, repeatable, default: unset, defaultOf }) => {
    const own = given.get(name)?.map(({ text }) => text) ?? [];
    return [name, repeatable ? own : (own[0] ?? defaultOf?.[command] ?? unset)];
  });
  const parsed = FlagValues.safeParse(Object.fromEntries(texts));
  if (parsed.success) {
    const values = parsed.data;
    return {
      values,
      mistakes: [...foreign.values(), ...notOnCommandLine(given, values), ...shortMaxAge(given, values)],
    };
  }
  const wrong = parsed.error.issues.flatMap(({ path: [name, at], message }) => {
    const value = given.get(String(name))?.[typeof at === 'number' ? at : 0];
    return value === undefined || foreign.has(String(name)) ? [] : [wrongValue(value, message)];
  });
  return { values: null, mistakes: [...foreign.values(), ...wrong] };
}

function wrongValue(given: Given, message: string): Mistake {
  return { line: given.file?.line ?? null, text: `${placeOf(given)}: "${repeated(given.text)}" ${message}` };
}

/** By flag: words that another command takes, or none. */
function foreignWords(given: GivenByFlag, command: Command): ReadonlyMap<string, Mistake> {
  return new Map(
    FLAGS.flatMap(({ name, wordsOf }): [string, Mistake][] => {
      const [value] = given.get(name) ?? [];
      const words = wordsOf?.[command];
      if (value === undefined || words === undefined || words.includes(value.text)) return [];
      return [[name, wrongValue(value, `must be one of ${words.join(', ')}`)]];
    }),
  );
}

/** Switches that a variable or the file switches on, and only the command line may. */
function notOnCommandLine(given: GivenByFlag, values: FlagValues): Mistake[] {
  return ONLY_ON_COMMAND_LINE.flatMap((name) => {
    const [found] = given.get(name) ?? [];
    if (!values[name] || found === undefined || found.origin === `--${name}`) return [];
    const text = `${placeOf(found)}: it is said on the command line, each time: --${name}`;
    return [{ line: found.file?.line ?? null, text }];
  });
}

function leastMaxAge(schedule: string): number {
  return Math.max(LEAST_MAX_AGE_MS, GAPS_OF_MAX_AGE * longestGapSeconds(schedule) * 1000);
}

function shortMaxAge(given: GivenByFlag, values: FlagValues): Mistake[] {
  const [found] = given.get('scan.max-age') ?? [];
  const asked = values['scan.max-age'];
  const least = leastMaxAge(values['scan.schedule']);
  if (found === undefined || asked === null || asked >= least) return [];
  const text = `${placeOf(found)}: ${formatDuration(asked)} is less than ${formatDuration(least)}, which this schedule needs so that figures do not vanish between scans`;
  return [{ line: found.file?.line ?? null, text }];
}

function disabledChecks(values: object): string[] {
  return Object.entries(values)
    .filter(([name, value]) => name.startsWith(CHECK_PREFIX) && value === false)
    .map(([name]) => name.slice(CHECK_PREFIX.length));
}
