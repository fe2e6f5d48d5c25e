import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { isDirectory } from '../disk/files.ts';
import { ExporterError } from '../errors.ts';
import { resolveConfigPath, resolveHome, resolveStateDir } from '../openclaw/paths.ts';
import { longestGapSeconds } from './cron.ts';
import { formatDuration } from './duration.ts';
import { CHECK_PREFIX, type Command, FLAGS, FlagValues, ONLY_ON_COMMAND_LINE } from './flags.ts';
import { type Given, type GivenByFlag, readGiven } from './given.ts';
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
}

/** Flag, then environment, then config file, then default. Throws an ExporterError that names the first wrong value and its origin. */
export function loadSettings(command: Command, args: readonly string[], env: NodeJS.ProcessEnv): Settings {
  const { given, policy } = readGiven(command, args, env);
  const {
    'openclaw.state-dir': givenStateDir,
    'openclaw.config': givenConfig,
    'scan.max-age': givenMaxAge,
    ...values
  } = parseValues(given, command);
  if (command === 'scan') refuseWithoutEffect(given, values);
  const chosen =
    givenStateDir === null
      ? resolveStateDir(env, userHome(), isDirectory)
      : { path: givenStateDir, why: `${given.get('openclaw.state-dir')?.[0]?.origin} names it` };
  const stateDir = resolve(chosen.path);
  return {
    ...values,
    stateDir,
    whyStateDir: chosen.why,
    configPath: resolve(givenConfig ?? resolveConfigPath(env, userHome(), stateDir, existsSync)),
    home: resolveHome(env, userHome()),
    maxAgeMs: maxAge(values['scan.schedule'], givenMaxAge, given.get('scan.max-age')?.[0]?.origin),
    disabledChecks: disabledChecks(values),
    policy,
  };
}

function parseValues(given: GivenByFlag, command: Command): FlagValues {
  for (const { name, wordsOf } of FLAGS) refuseWord(given.get(name)?.[0], wordsOf?.[command]);
  const texts = FLAGS.map(({ name, repeatable, default: unset, defaultOf }) => {
    const own = given.get(name)?.map(({ text }) => text) ?? [];
    return [name, repeatable ? own : (own[0] ?? defaultOf?.[command] ?? unset)];
  });
  const parsed = FlagValues.safeParse(Object.fromEntries(texts));
  if (parsed.success) {
    refuseUnsaid(given, parsed.data);
    return parsed.data;
  }
  const [issue] = parsed.error.issues;
  const [name, at] = issue?.path ?? [];
  const wrong = given.get(String(name))?.[typeof at === 'number' ? at : 0];
  throw new ExporterError(
    'E_CONFIG',
    `${wrong?.origin ?? `--${String(name)}`}: "${wrong?.text ?? ''}" ${issue?.message ?? 'is wrong'}`,
  );
}

/** A word that another command takes. */
function refuseWord(wrong: Given | undefined, words: readonly string[] | undefined): void {
  if (wrong === undefined || words === undefined || words.includes(wrong.text)) return;
  throw new ExporterError('E_CONFIG', `${wrong.origin}: "${wrong.text}" must be one of ${words.join(', ')}`);
}

function refuseUnsaid(given: GivenByFlag, values: FlagValues): void {
  for (const name of ONLY_ON_COMMAND_LINE) {
    const origin = given.get(name)?.[0]?.origin;
    if (!values[name] || origin === `--${name}`) continue;
    throw new ExporterError('E_CONFIG', `${origin}: it is said on the command line, each time: --${name}`);
  }
}

function maxAge(schedule: string, given: number | null, origin = ''): number {
  const least = Math.max(LEAST_MAX_AGE_MS, GAPS_OF_MAX_AGE * longestGapSeconds(schedule) * 1000);
  if (given === null || given >= least) return given ?? least;
  throw new ExporterError(
    'E_CONFIG',
    `${origin}: ${formatDuration(given)} is less than ${formatDuration(least)}, which this schedule needs so that figures do not vanish between scans`,
  );
}

function disabledChecks(values: object): string[] {
  return Object.entries(values)
    .filter(([name, value]) => name.startsWith(CHECK_PREFIX) && value === false)
    .map(([name]) => name.slice(CHECK_PREFIX.length));
}
