import { ExporterError } from './errors.ts';
import { type CommandHelp, checkHelp, commandHelp, fullHelp, overview, ownHelp } from './help.ts';
import { widthFor } from './lines.ts';
import { outliveLogReader } from './log.ts';
import { closest } from './settings/closest.ts';
import { loadSettings, lookOnce, type Settings } from './settings/settings.ts';
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
  brief: 'serve the metrics and the status page (the default)',
  help: 'serve the metrics and the status page (the default)',
  examples: ['serve', 'serve --web.listen-address :10789', 'serve --config.check'],
  flags: [
    'openclaw.state-dir',
    'config.file',
    'web.listen-address',
    'web.config.file',
    'scan.schedule',
    'scan.deep-schedule',
    'privacy.peers',
  ],
  run: async (settings, load) => (await import('./serve.ts')).serve(settings, load),
};
export const COMMANDS: readonly CommandEntry[] = [
  SERVE,
  {
    name: 'scan',
    brief: 'scan once, and print what was found',
    help: 'scan once and print what was found; exit 0 healthy, 1 warnings, 2 critical, 3 could not scan',
    examples: [
      'scan --deep --agent main',
      'scan --explain agent:main:telegram:group:-1001',
      'scan --format prometheus --output openclaw.prom',
    ],
    flags: ['openclaw.state-dir', 'deep', 'explain', 'agent', 'findings-only', 'all', 'format'],
    run: async (settings) => (await import('./scan-command.ts')).runScan(settings),
  },
  {
    name: 'rules',
    brief: 'print the alert rules for your own Prometheus',
    help: 'print the alert rules, with the job, the links and the labels of your own Prometheus',
    examples: [
      'rules --runbook-url https://git.example.org/runbooks',
      'rules --format kubernetes --group-label cluster',
      'rules --dashboard-url https://grafana.example.org',
    ],
    flags: ['format', 'job', 'runbook-url', 'dashboard-url', 'group-label'],
    run: async (settings) => (await import('./rules-command.ts')).runRules(settings),
  },
  {
    name: 'repair',
    brief: 'show what can be repaired of an index; --apply does it',
    help: 'show, or do with --apply, repairs of an index; exit 0 nothing is left to do, 1 something is, 3 failed',
    examples: ['repair --agent main', 'repair --agent main --apply --gateway-stopped', 'repair --lost-index'],
    flags: ['openclaw.state-dir', 'agent', 'session', 'apply', 'gateway-stopped', 'lost-index', 'list'],
    run: async (settings) => (await import('./repair-command.ts')).runRepair(settings),
  },
  {
    name: 'extract',
    brief: 'write what matters of one session to a new file',
    help: 'write the summaries and the last messages of one session to a new file',
    examples: ['extract --session agent:main:main --out main.md'],
    flags: ['openclaw.state-dir', 'agent', 'session', 'out', 'messages', 'allow-workspace'],
    run: async (settings) => (await import('./extract-command.ts')).runExtract(settings),
  },
  {
    name: 'healthy',
    brief: 'ask the exporter on this host whether it is healthy',
    help: 'ask the exporter on this host whether it is healthy; exit 0 it is, 1 it is not',
    examples: ['healthy', 'healthy --web.listen-address :9999'],
    flags: ['web.listen-address', 'config.file', 'config.check'],
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
    const look = lookOnce();
    const load = () => loadSettings(command.name, flags, process.env, look);
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
  const [first, ...rest] = args;
  const width = widthFor(process.stdout, process.env);
  const isHelp = args.includes('--help') || args.includes('-h');
  const isFull = args.includes('--all');
  const [topic, ...more] = rest.filter((arg) => !['--all', '--help', '-h'].includes(arg));
  if (first === 'help') {
    if (more[0] !== undefined)
      throw new ExporterError('E_USAGE', `help takes one command and --all, and not "${more[0]}"; see --help`);
    return helpOf(topic, isFull, width);
  }
  if (first === 'version' || first === '-v') {
    if (isHelp) return helpOf('version', isFull, width);
    if (rest[0] !== undefined)
      throw new ExporterError('E_USAGE', `version takes nothing more, and not "${rest[0]}"; see --help`);
    return versionText();
  }
  if (args.includes('--version')) return versionText();
  return isHelp ? helpOf(first, isFull, width) : null;
}

function versionText(): string {
  return `openclaw-store-exporter ${VERSION} (revision ${REVISION ?? 'unknown'}, Node ${process.version})`;
}

function helpOf(name: string | undefined, isFull: boolean, width: number): string {
  if (name === undefined || name.startsWith('-')) return overview(COMMANDS, width);
  if (name === 'check') return checkHelp(isFull, width);
  if (name === 'help' || name === 'version') return ownHelp(name, width);
  return isFull ? fullHelp(commandOf(name), width) : commandHelp(commandOf(name), width);
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
  const meant = closest(given, [...names, 'help', 'version']);
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
