import { CHECKS } from './checks/all.ts';
import { WIDTH, withoutMarkdown, wrapped } from './lines.ts';
import { CHECK_PREFIX, type Command, envName, FLAGS, type Flag } from './settings/flags.ts';

/** What the help says of a command. */
export interface CommandHelp {
  readonly name: Command;
  /** What it does; one line. */
  readonly help: string;
  readonly examples: readonly string[];
}

export const PROGRAM = 'openclaw-store-exporter';
/** Where the texts begin. */
const INDENT = 26;
/** In the help of one screen, where names are wide and texts short. */
const BRIEF_INDENT = 37;

/** The commands, and where more is said. */
export function overview(commands: readonly CommandHelp[]): string {
  return [
    `${PROGRAM}: Prometheus metrics of OpenClaw's session stores`,
    '',
    `Usage: ${PROGRAM} [command] [flags]`,
    '',
    'Commands (without one: serve)',
    ...commands.flatMap(({ name, help }) => entry(name, help)),
    ...entry('help [command]', 'its flags with examples; "help check" explains the checks'),
    ...entry('version', 'the version of the exporter, and of Node'),
    '',
    'Most used flags',
    ...flagLines(FLAGS.filter(({ name }) => MOST_USED.includes(name))),
    '',
    ENVIRONMENT,
  ].join('\n');
}

const MOST_USED = ['openclaw.state-dir', 'config.file', 'web.listen-address', 'format'];
const ENVIRONMENT = `Each flag has an environment variable, as ${envName('web.listen-address')},
and a key in the config file; the flag wins over both.`;

/** One command with its flags, on one screen: a line for each. */
export function commandHelp(command: CommandHelp): string {
  return helpText(command, {
    heading: 'Flags [default]',
    flags: flagsOf(command.name).flatMap((flag) => briefEntry(flag, command.name)),
    aboutChecks: briefLine('--no-check.NAME', 'do not run this check: see "help check"'),
    more: [`"help ${command.name} --all" explains each flag.`],
  });
}

/** One command with all that there is to know of its flags. */
export function fullHelp(command: CommandHelp): string {
  return helpText(command, {
    heading: 'Flags',
    flags: flagLines(flagsOf(command.name), command.name),
    aboutChecks: entry('--no-check.NAME', 'do not run this check; "help check" lists them'),
    more: [],
  });
}

interface FlagText {
  readonly heading: string;
  readonly flags: readonly string[];
  /** For a command that runs checks. */
  readonly aboutChecks: readonly string[];
  readonly more: readonly string[];
}

function helpText({ name, help, examples }: CommandHelp, { heading, flags, aboutChecks, more }: FlagText): string {
  const hasChecks = FLAGS.some(({ commands, name: flag }) => commands.includes(name) && flag.startsWith(CHECK_PREFIX));
  return [
    ...wrapped(`${PROGRAM} ${name}: ${help}`, WIDTH),
    '',
    'Examples',
    ...examples.map((example) => `  ${PROGRAM} ${example}`),
    '',
    heading,
    ...flags,
    ...(hasChecks ? aboutChecks : []),
    '',
    ...more,
    ENVIRONMENT,
  ].join('\n');
}

function flagsOf(command: Command): Flag[] {
  return FLAGS.filter(({ commands, name }) => commands.includes(command) && !name.startsWith(CHECK_PREFIX));
}

/** The checks, each with the reasons that it finds. */
export function checkHelp(): string {
  return [
    'The checks. Each is switched off by --no-check.NAME, and runs in every scan; what only a',
    'deep scan finds is marked.',
    '',
    ...CHECKS.flatMap((check) => entry(check.name, aboutCheck(check))),
  ].join('\n');
}

/** What it finds, and whether only a deep scan does. */
export function aboutCheck({ meaning, eras }: (typeof CHECKS)[number]): string {
  const text = withoutMarkdown(meaning);
  return Object.values(eras).includes('deep') ? `${text} (deep scan)` : text;
}

function flagLines(flags: readonly Flag[], command?: Command): string[] {
  return flags.flatMap((flag) => {
    const unset = unsetOf(flag, command);
    return entry(headOf(flag, command), unset === null ? flag.help : `${flag.help} (default ${unset})`);
  });
}

function briefEntry(flag: Flag, command: Command): string[] {
  const unset = unsetOf(flag, command);
  return briefLine(headOf(flag, command), unset === null ? flag.brief : `${flag.brief} [${unset}]`);
}

function briefLine(name: string, text: string): string[] {
  return entry(name, text, BRIEF_INDENT);
}

/** With what stands for its value. */
function headOf({ name, value: ofAll, wordsOf }: Flag, command: Command | undefined): string {
  const value = (command && wordsOf?.[command]?.join('|')) ?? ofAll;
  return value === null ? `--${name}` : `--${name} ${value}`;
}

/** Its default; null: there is none, or it is a switch. */
function unsetOf({ value, default: common, defaultOf }: Flag, command: Command | undefined): string | null {
  return value === null ? null : ((command && defaultOf?.[command]) ?? common);
}

/** A name with its text beside it, or below where the name is long. */
function entry(name: string, text: string, indent = INDENT): string[] {
  const lines = wrapped(text, WIDTH - indent);
  const head = `  ${name}`;
  if (head.length >= indent - 1) return [head, ...lines.map((line) => ' '.repeat(indent) + line)];
  return lines.map((line, at) => (at === 0 ? head.padEnd(indent) : ' '.repeat(indent)) + line);
}
