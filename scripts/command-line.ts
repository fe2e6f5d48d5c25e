import { COMMANDS } from '../src/cli.ts';
import { CHECK_PREFIX, type Command, FLAGS, type Flag } from '../src/settings/flags.ts';

/** What completions and the man page say of a command. */
export interface CommandLine {
  readonly name: Command;
  readonly help: string;
  readonly examples: readonly string[];
  readonly flags: readonly FlagOfCommand[];
}

export interface FlagOfCommand {
  /** With its dashes: a check that runs unless it is switched off is `--no-check.<name>`. */
  readonly flag: string;
  readonly help: string;
  /** What stands for its value; null: it takes none. */
  readonly value: string | null;
  /** null: any value. */
  readonly words: readonly string[] | null;
  /** Its value is a path. */
  readonly path: 'file' | 'folder' | null;
  /** null: there is none, or it depends on the host. */
  readonly default: string | null;
  readonly repeatable: boolean;
}

const OF_PROGRAM: readonly FlagOfCommand[] = [
  ['--help', 'show the flags, with examples'] as const,
  ['--version', 'show the version'] as const,
].map(([flag, help]) => ({ flag, help, value: null, words: null, path: null, default: null, repeatable: false }));

/** The commands with their flags, from the table that the program itself reads. */
export const COMMAND_LINES: readonly CommandLine[] = COMMANDS.map(({ name, help, examples }) => ({
  name,
  help,
  examples,
  flags: [
    ...FLAGS.filter(({ commands }) => commands.includes(name)).map((flag) => ofCommand(flag, name)),
    ...OF_PROGRAM,
  ],
}));

function ofCommand(flag: Flag, command: Command): FlagOfCommand {
  const isCheck = flag.name.startsWith(CHECK_PREFIX);
  const { value, help, repeatable } = flag;
  return {
    flag: isCheck ? `--no-${flag.name}` : `--${flag.name}`,
    help: isCheck ? `do not run the check ${flag.name.slice(CHECK_PREFIX.length)}` : help,
    value: value === null ? null : (flag.wordsOf?.[command]?.join('|') ?? value),
    words: flag.wordsOf?.[command] ?? flag.words,
    path: value === 'DIR' ? 'folder' : value === 'FILE' || value === 'BACKUP' ? 'file' : null,
    default: value === null ? null : (flag.defaultOf?.[command] ?? flag.default),
    repeatable,
  };
}
