import { CHECKS } from './checks/all.ts';
import type { Check } from './checks/check.ts';
import { hanging, WIDTH, withoutMarkdown, wrapped } from './lines.ts';
import { shellLines } from './publish/report/shell-lines.ts';
import { CHECK_PREFIX, type Command, envName, FLAGS, type Flag, type FlagValues } from './settings/flags.ts';

/** What the help says of a command. */
export interface CommandHelp {
  readonly name: Command;
  /** What it does, beside the other commands; a line of 54 columns. */
  readonly brief: string;
  /** The same with its exit codes. */
  readonly help: string;
  /** Each without the name of the program, in 54 columns. */
  readonly examples: readonly string[];
  /** Flags that its help of one screen explains; of the others it has the names. */
  readonly flags: readonly (keyof FlagValues)[];
}

export const PROGRAM = 'openclaw-store-exporter';
/** Where the texts begin. */
const INDENT = 26;
/** In the help of one screen, where names are wide and texts short. */
const BRIEF_INDENT = 37;
/** On a narrow terminal. */
const NARROW_INDENT = 6;

/** The commands, and where more is said. `width`: columns, as in all of these. */
export function overview(commands: readonly CommandHelp[], width: number): string {
  return [
    ...wrapped(`${PROGRAM}: Prometheus metrics of OpenClaw's session stores`, width),
    '',
    ...wrapped(`Usage: ${PROGRAM} [command] [flags]`, width),
    '',
    'Commands (without one: serve)',
    ...commands.flatMap(({ name, brief }) => entry(name, brief, width)),
    ...entry('help [command]', 'flags and examples; "help check" explains the checks', width),
    ...entry('version', 'the version of the exporter, and of Node', width),
    '',
    'Most used flags',
    ...MOST_USED.flatMap((name) => briefEntry(flagNamed(name), undefined, width)),
    '',
    ...wrapped(ENVIRONMENT, width),
  ].join('\n');
}

const MOST_USED = ['openclaw.state-dir', 'config.file', 'web.listen-address'] as const;
const ENVIRONMENT = `Each flag has an environment variable, as ${envName('web.listen-address')}, and a key in the config file; the flag wins over both.`;

/** Help of what is no command and answers by itself. */
export function ownHelp(topic: 'help' | 'version', width: number): string {
  return wrapped(`${PROGRAM} ${OWN_HELP[topic]}`, width).join('\n');
}

const OWN_HELP = {
  help: 'help [command] [--all]: the flags of a command with examples, on one screen; --all explains each of its flags. "help check" explains the checks, and help alone lists the commands.',
  version: 'version: prints the version of the exporter, and of Node. So do --version and -v.',
} as const;

/** One command on one screen: what it does, examples, its own flags in a line each, and the names of the others. */
export function commandHelp(command: CommandHelp, width: number): string {
  const { name, flags } = command;
  const others = flagsOf(name).filter((flag) => !flags.some((each) => each === flag.name));
  const names = [...others.map((flag) => `--${flag.name}`), ...(hasChecks(name) ? ['--no-check.NAME'] : [])];
  return [
    ...headOfHelp(command, width),
    'Flags [default]',
    ...flags.flatMap((flag) => briefEntry(flagNamed(flag), name, width)),
    '',
    ...wrapped(`And ${names.join(', ')}.`, width),
    ...wrapped(`"help ${name} --all" explains each, with its environment variable.`, width),
  ].join('\n');
}

/** One command with all that there is to know of its flags. */
export function fullHelp(command: CommandHelp, width: number): string {
  const { name } = command;
  return [
    ...headOfHelp(command, width),
    'Flags',
    ...flagsOf(name).flatMap((flag) => fullEntry(flag, name, width)),
    ...(hasChecks(name) ? entry('--no-check.NAME', 'do not run this check; "help check" lists them', width) : []),
    '',
    ...wrapped(ENVIRONMENT, width),
  ].join('\n');
}

function headOfHelp({ name, help, examples }: CommandHelp, width: number): string[] {
  return [
    ...wrapped(`${PROGRAM} ${name}: ${help}`, width),
    '',
    'Examples',
    ...examples.flatMap((example) => shellLines(`${PROGRAM} ${example}`, width)),
    '',
  ];
}

function hasChecks(command: Command): boolean {
  return FLAGS.some(({ commands, name }) => commands.includes(command) && name.startsWith(CHECK_PREFIX));
}

function flagNamed(wanted: keyof FlagValues): Flag {
  const flag = FLAGS.find(({ name }) => name === wanted);
  if (flag === undefined) throw new Error(`there is no flag ${wanted}`);
  return flag;
}

function flagsOf(command: Command): Flag[] {
  return FLAGS.filter(({ commands, name }) => commands.includes(command) && !name.startsWith(CHECK_PREFIX));
}

/** The checks, each in a line, or with all that there is to know of it. */
export function checkHelp(isFull: boolean, width: number): string {
  return [
    ...wrapped(
      'The checks. Each is switched off by --no-check.NAME, and runs in every scan; what only a deep scan finds is marked.',
      width,
    ),
    '',
    ...CHECKS.flatMap((check) => entry(check.name, isFull ? aboutCheck(check) : marked(check, check.brief), width)),
    ...(isFull ? [] : ['', ...wrapped('"help check --all" explains each.', width)]),
  ].join('\n');
}

/** What it finds, and whether only a deep scan does. */
export function aboutCheck(check: Check): string {
  return marked(check, withoutMarkdown(check.meaning));
}

function marked({ eras }: Check, text: string): string {
  return Object.values(eras).includes('deep') ? `${text} (deep scan)` : text;
}

function fullEntry(flag: Flag, command: Command, width: number): string[] {
  const unset = unsetOf(flag, command);
  return entry(headOf(flag, command), unset === null ? flag.help : `${flag.help} (default ${unset})`, width);
}

function briefEntry(flag: Flag, command: Command | undefined, width: number): string[] {
  const unset = unsetOf(flag, command);
  const text = unset === null ? flag.brief : `${flag.brief} [${unset}]`;
  return entry(headOf(flag, command), text, width, BRIEF_INDENT);
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

/** A name with its text beside it, or below where the name is long or the terminal narrow. */
function entry(name: string, text: string, width: number, wanted = INDENT): string[] {
  const indent = width < WIDTH ? NARROW_INDENT : wanted;
  const lines = wrapped(text, width - indent);
  const head = `  ${name}`;
  if (head.length >= indent - 1)
    return [...hanging(name, width - 2).map((line) => `  ${line}`), ...lines.map((line) => ' '.repeat(indent) + line)];
  return lines.map((line, at) => (at === 0 ? head.padEnd(indent) : ' '.repeat(indent)) + line);
}
