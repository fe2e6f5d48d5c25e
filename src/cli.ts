import { ExporterError } from './errors.ts';
import { runScan } from './scan-command.ts';
import { serve } from './serve.ts';
import { type Command, envName, FLAGS } from './settings/flags.ts';
import { loadSettings } from './settings/settings.ts';
import { VERSION } from './version.ts';

const COMMANDS: Readonly<Record<Command, string>> = {
  serve: 'serve the metrics (the default)',
  scan: 'scan once and print what was found; exit 0 healthy, 1 warnings, 2 critical, 3 could not scan',
};

/** Wrong usage, a wrong configuration, or nothing that could be scanned. */
const FAILED = 3;

/** Runs the command line (without node and script); returns the exit code. */
export async function runCli(args: readonly string[]): Promise<number> {
  const [first] = args;
  if (args.includes('--version')) return print(`openclaw-store-exporter ${VERSION} (Node ${process.version})`);
  if (args.includes('--help') || args.includes('-h')) return print(helpText());
  try {
    const named = first !== undefined && !first.startsWith('-');
    if (named && !Object.hasOwn(COMMANDS, first)) {
      throw new ExporterError(
        'E_USAGE',
        `"${first}" is no command; there are ${Object.keys(COMMANDS).join(', ')}; see --help`,
      );
    }
    const command: Command = named && first === 'scan' ? 'scan' : 'serve';
    const load = () => loadSettings(command, named ? args.slice(1) : args, process.env);
    const settings = load();
    if (settings['config.check']) return print('flags, environment and config file are good');
    return await (command === 'scan' ? runScan(settings) : serve(settings, load));
  } catch (error) {
    const text = error instanceof ExporterError ? error.message : `a bug of the exporter: ${describeBug(error)}`;
    process.stderr.write(`openclaw-store-exporter: ${text}\n`);
    return FAILED;
  }
}

function describeBug(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function print(text: string): number {
  process.stdout.write(`${text}\n`);
  return 0;
}

function helpText(): string {
  const commands = Object.entries(COMMANDS).map(([name, help]) => `  ${name.padEnd(8)}${help}`);
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
