import { CHECKS } from './checks/all.ts';
import { WIDTH, wrapped } from './lines.ts';
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

/** One command with its flags. */
export function commandHelp({ name, help, examples }: CommandHelp): string {
  const flags = FLAGS.filter(({ commands, name: flag }) => commands.includes(name) && !flag.startsWith(CHECK_PREFIX));
  const hasChecks = FLAGS.some(({ commands, name: flag }) => commands.includes(name) && flag.startsWith(CHECK_PREFIX));
  return [
    ...wrapped(`${PROGRAM} ${name}: ${help}`, WIDTH),
    '',
    'Examples',
    ...examples.map((example) => `  ${PROGRAM} ${example}`),
    '',
    'Flags',
    ...flagLines(flags, name),
    ...(hasChecks ? entry('--no-check.NAME', 'do not run this check; "help check" lists them') : []),
    '',
    ENVIRONMENT,
  ].join('\n');
}

/** The checks, each with the reasons that it finds. */
export function checkHelp(): string {
  return [
    'The checks. Each is switched off by --no-check.NAME, and runs in every scan; what only a',
    'deep scan finds is marked.',
    '',
    ...CHECKS.flatMap(({ name, meaning, eras }) =>
      entry(name, Object.values(eras).includes('deep') ? `${plain(meaning)} (deep scan)` : plain(meaning)),
    ),
  ].join('\n');
}

/** The meanings are Markdown for docs/metrics.md. */
function plain(text: string): string {
  return text.replaceAll('`', '');
}

function flagLines(flags: readonly Flag[], command?: Command): string[] {
  return flags.flatMap(({ name, value: ofAll, default: common, defaultOf, wordsOf, help }) => {
    const unset = (command && defaultOf?.[command]) ?? common;
    const value = (command && wordsOf?.[command]?.join('|')) ?? ofAll;
    return entry(
      `--${name}${value === null ? '' : ` ${value}`}`,
      unset === null || value === null ? help : `${help} (default ${unset})`,
    );
  });
}

/** A name with its text beside it, or below where the name is long. */
function entry(name: string, text: string): string[] {
  const lines = wrapped(text, WIDTH - INDENT);
  const head = `  ${name}`;
  if (head.length >= INDENT - 1) return [head, ...lines.map((line) => ' '.repeat(INDENT) + line)];
  return lines.map((line, at) => (at === 0 ? head.padEnd(INDENT) : ' '.repeat(INDENT)) + line);
}
