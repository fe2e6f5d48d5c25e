import { ExporterError } from './errors.ts';
import { type CommandHelp, checkHelp, commandHelp, fullHelp, overview } from './help.ts';
import { outliveLogReader } from './log.ts';
import { closest } from './settings/closest.ts';
import { loadSettings, type Settings } from './settings/settings.ts';
import { print } from './stdout.ts';
import { REVISION, VERSION } from './version.ts';

interface CommandEntry extends CommandHelp {
  /**
   * Returns the exit code. `load` reads the settings again. Each command loads its own modules: `scan` runs from timers,
   * and half of what `serve` needs is its web server.
   */
  run(settings: Settings, load: () => Settings): Promise<number>;
}

const SERVE: CommandEntry = {
  name: 'serve',
  help: 'serve the metrics and the status page (the default)',
  examples: ['serve', 'serve --openclaw.state-dir /srv/openclaw --web.listen-address :10789', 'serve --config.check'],
  run: async (settings, load) => (await import('./serve.ts')).serve(settings, load),
};
export const COMMANDS: readonly CommandEntry[] = [
  SERVE,
  {
    name: 'scan',
    help: 'scan once and print what was found; exit 0 healthy, 1 warnings, 2 critical, 3 could not scan',
    examples: [
      'scan --findings-only',
      'scan --deep --agent main',
      'scan --explain agent:main:telegram:group:-1001',
      'scan --format prometheus --output /var/lib/node_exporter/openclaw.prom',
    ],
    run: async (settings) => (await import('./scan-command.ts')).runScan(settings),
  },
  {
    name: 'rules',
    help: 'print the alert rules, with the job, the links and the labels of your own Prometheus',
    examples: [
      'rules --job openclaw --runbook-url https://git.example.org/runbooks',
      'rules --format kubernetes --group-label cluster',
      'rules --format grafana --dashboard-url https://grafana.example.org',
    ],
    run: async (settings) => (await import('./rules-command.ts')).runRules(settings),
  },
  {
    name: 'repair',
    help: 'show what can be taken out of, or brought back into, an index; --apply does it; exit 0 nothing left to do, 1 something is, 3 failed',
    examples: [
      'repair --agent main',
      'repair --reason transcript_missing --apply --gateway-stopped',
      'repair --lost-index',
      'repair --list',
    ],
    run: async (settings) => (await import('./repair-command.ts')).runRepair(settings),
  },
  {
    name: 'extract',
    help: 'write the summaries and the last messages of one session to a new file',
    examples: ['extract --session agent:main:main --out main.md --messages 20'],
    run: async (settings) => (await import('./extract-command.ts')).runExtract(settings),
  },
  {
    name: 'healthy',
    help: 'ask the exporter on this host whether it is healthy; exit 0 it is, 1 it is not',
    examples: ['healthy', 'healthy --web.listen-address :9999'],
    run: async (settings) =>
      (await import('./healthy-command.ts')).runHealthy(settings, (args) => loadSettings('serve', args, process.env)),
  },
];

/** Wrong usage, a wrong configuration, or nothing that could be scanned. */
const FAILED = 3;

/** Runs the command line (without node and script); returns the exit code. */
export async function runCli(args: readonly string[]): Promise<number> {
  outliveLogReader();
  try {
    const asked = answerTo(args);
    if (asked !== null) return await say(asked);
    const { command, flags } = readCommand(args);
    const load = () => loadSettings(command.name, flags, process.env);
    const settings = load();
    if (settings['config.check']) {
      const webFile = settings['web.config.file'];
      if (webFile === null) return await say('flags, environment and config file are good');
      const { warnings } = (await import('./settings/web-config.ts')).readWebConfig(webFile);
      const good = 'flags, environment and config file, and the web config, are good';
      return await say([good, ...warnings.map((warning) => `warning: ${warning}`)].join('\n'));
    }
    return await command.run(settings, load);
  } catch (error) {
    const text = error instanceof ExporterError ? error.message : `a bug of the exporter: ${describeBug(error)}`;
    process.stderr.write(`openclaw-store-exporter: ${text}\n`);
    return FAILED;
  }
}

/** What was asked of the program itself; null: it is to do something. */
function answerTo(args: readonly string[]): string | null {
  const [first, topic] = args;
  if (first === 'version' || first === '-v' || args.includes('--version'))
    return `openclaw-store-exporter ${VERSION} (revision ${REVISION ?? 'unknown'}, Node ${process.version})`;
  const isFull = args.includes('--all');
  if (first === 'help') {
    const [unknown] = args.slice(2).filter((arg) => arg !== '--all');
    if (unknown !== undefined)
      throw new ExporterError('E_USAGE', `help takes one command and --all, and not "${unknown}"; see --help`);
    return topic === 'check' ? checkHelp() : helpOf(topic, isFull);
  }
  return args.includes('--help') || args.includes('-h') ? helpOf(first, isFull) : null;
}

function helpOf(name: string | undefined, isFull: boolean): string {
  if (name === undefined || name.startsWith('-')) return overview(COMMANDS);
  return isFull ? fullHelp(commandOf(name)) : commandHelp(commandOf(name));
}

/** The command stands first, before its flags. */
function readCommand(args: readonly string[]): { command: CommandEntry; flags: readonly string[] } {
  const [first, ...rest] = args;
  return first === undefined || first.startsWith('-')
    ? { command: SERVE, flags: args }
    : { command: commandOf(first), flags: rest };
}

function commandOf(given: string): CommandEntry {
  const command = COMMANDS.find(({ name }) => name === given);
  if (command !== undefined) return command;
  const names = COMMANDS.map(({ name }) => name);
  const meant = closest(given, names);
  const hint =
    meant === null ? `there are ${names.join(', ')}` : `did you mean ${meant}? There are ${names.join(', ')}`;
  throw new ExporterError('E_USAGE', `"${given}" is no command; ${hint}; see --help`);
}

function describeBug(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

async function say(text: string): Promise<number> {
  await print(`${text}\n`);
  return 0;
}
