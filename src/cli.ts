import { ExporterError } from './errors.ts';
import { runExtract } from './extract-command.ts';
import { outliveLogReader } from './log.ts';
import { runRepair } from './repair-command.ts';
import { runScan } from './scan-command.ts';
import { serve } from './serve.ts';
import { type Command, envName, FLAGS } from './settings/flags.ts';
import { loadSettings, type Settings } from './settings/settings.ts';
import { print } from './stdout.ts';
import { VERSION } from './version.ts';

interface CommandEntry {
  readonly name: Command;
  readonly help: string;
  /** Returns the exit code. `load` reads the settings again. */
  run(settings: Settings, load: () => Settings): Promise<number>;
}

const SERVE: CommandEntry = { name: 'serve', help: 'serve the metrics (the default)', run: serve };
const COMMANDS: readonly CommandEntry[] = [
  SERVE,
  {
    name: 'scan',
    help: 'scan once and print what was found; exit 0 healthy, 1 warnings, 2 critical, 3 could not scan',
    run: runScan,
  },
  {
    name: 'repair',
    help: 'show what can be taken out of, or brought back into, an index; --apply does it; exit 0 nothing left to do, 1 something is, 3 failed',
    run: runRepair,
  },
  {
    name: 'extract',
    help: 'write the summaries and the last messages of one session to a new file',
    run: runExtract,
  },
];

/** Wrong usage, a wrong configuration, or nothing that could be scanned. */
const FAILED = 3;

/** Runs the command line (without node and script); returns the exit code. */
export async function runCli(args: readonly string[]): Promise<number> {
  outliveLogReader();
  try {
    if (args.includes('--version')) return await say(`openclaw-store-exporter ${VERSION} (Node ${process.version})`);
    if (args.includes('--help') || args.includes('-h')) return await say(helpText());
    const { command, flags } = readCommand(args);
    const load = () => loadSettings(command.name, flags, process.env);
    const settings = load();
    if (settings['config.check']) return await say('flags, environment and config file are good');
    return await command.run(settings, load);
  } catch (error) {
    const text = error instanceof ExporterError ? error.message : `a bug of the exporter: ${describeBug(error)}`;
    process.stderr.write(`openclaw-store-exporter: ${text}\n`);
    return FAILED;
  }
}

/** The command stands first, before its flags. */
function readCommand(args: readonly string[]): { command: CommandEntry; flags: readonly string[] } {
  const [first, ...rest] = args;
  if (first === undefined || first.startsWith('-')) return { command: SERVE, flags: args };
  const command = COMMANDS.find(({ name }) => name === first);
  if (command !== undefined) return { command, flags: rest };
  const names = COMMANDS.map(({ name }) => name).join(', ');
  throw new ExporterError('E_USAGE', `"${first}" is no command; there are ${names}; see --help`);
}

function describeBug(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

async function say(text: string): Promise<number> {
  await print(`${text}\n`);
  return 0;
}

function helpText(): string {
  const commands = COMMANDS.map(({ name, help }) => `  ${name.padEnd(8)}${help}`);
  const flags = FLAGS.map(({ name, value, default: unset, help, commands: of }) => {
    const only = of.length === 1 ? `[${of[0]}] ` : '';
    const text = unset === null || value === null ? help : `${help} (default ${unset})`;
    return `  --${name}${value === null ? '' : ` ${value}`}\n        ${only}${text}`;
  });
  return `openclaw-store-exporter: Prometheus metrics of OpenClaw's session stores

Usage: openclaw-store-exporter [command] [flags]

Commands:
${commands.join('\n')}

Flags (each has an environment variable, as ${envName('web.listen-address')}; the flag wins):
${flags.join('\n')}
  --version
  --help`;
}
