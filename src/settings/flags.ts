import { CHECKS } from '../checks/all.ts';

/** One flag; its environment variable follows from its name. */
export interface Flag {
  /** Without the dashes in front. */
  readonly name: string;
  /** What stands for its value in the help; null for a switch. */
  readonly value: string | null;
  readonly repeatable?: boolean;
  /** As text; null: there is none, or it depends on the host. */
  readonly fallback: string | null;
  readonly help: string;
  readonly commands: readonly ('serve' | 'scan')[];
}

const BOTH = ['serve', 'scan'] as const;
const SERVE = ['serve'] as const;
const SCAN = ['scan'] as const;

export const FLAGS: readonly Flag[] = [
  {
    name: 'config.file',
    value: 'FILE',
    fallback: null,
    commands: BOTH,
    help: 'YAML with the other flags as keys (scan: { timeout: 30s }), thresholds and ignore; flags and environment win over it; read again at SIGHUP',
  },
  {
    name: 'config.check',
    value: null,
    fallback: 'false',
    commands: BOTH,
    help: 'check flags, environment and config file, and exit: 0 when they are good, else 3',
  },
  {
    name: 'openclaw.state-dir',
    value: 'DIR',
    fallback: null,
    commands: BOTH,
    help: "OpenClaw's state directory; one exporter per gateway (default: as OpenClaw itself finds it)",
  },
  {
    name: 'openclaw.config',
    value: 'FILE',
    fallback: null,
    commands: BOTH,
    help: "OpenClaw's config (default: openclaw.json in the state directory, or as OpenClaw finds it)",
  },
  {
    name: 'openclaw.path-map',
    value: 'FROM=TO',
    repeatable: true,
    fallback: null,
    commands: BOTH,
    help: "where a path of the gateway's host lies here; repeatable (in the environment: separated by commas)",
  },
  {
    name: 'openclaw.same-pid-namespace',
    value: null,
    fallback: 'false',
    commands: BOTH,
    help: "the gateway's processes are visible here under their own ids: a lock whose process is gone is stale at once",
  },
  {
    name: 'web.listen-address',
    value: 'ADDRESS',
    fallback: '127.0.0.1:10789',
    commands: SERVE,
    help: 'host:port to serve on; what it shows is private, so another host than loopback is a choice',
  },
  { name: 'web.telemetry-path', value: 'PATH', fallback: '/metrics', commands: SERVE, help: 'path of the metrics' },
  {
    name: 'scan.schedule',
    value: 'CRON',
    fallback: '* * * * *',
    commands: SERVE,
    help: 'when to look at indexes and file sizes; five or six fields, local time',
  },
  {
    name: 'scan.deep-schedule',
    value: 'CRON',
    fallback: '*/15 * * * *',
    commands: SERVE,
    help: 'when to validate the bytes of transcripts that are new',
  },
  {
    name: 'scan.timeout',
    value: 'DURATION',
    fallback: '30s',
    commands: SERVE,
    help: 'the scanning process is replaced when it gives no sign of life for so long',
  },
  {
    name: 'scan.max-age',
    value: 'DURATION',
    fallback: null,
    commands: SERVE,
    help: 'how long the figures of the last good scan are served (default: 15m or three gaps of the schedule, whichever is more)',
  },
  {
    name: 'session.limit',
    value: 'N',
    fallback: '1000',
    commands: BOTH,
    help: 'sessions with series of their own: first those with findings or over a threshold, then the last active',
  },
  {
    name: 'privacy.peers',
    value: 'hashed|plain',
    fallback: 'hashed',
    commands: BOTH,
    help: 'whether people, groups and labels in session keys are shown as digests or as they are',
  },
  {
    name: 'privacy.salt-file',
    value: 'FILE',
    fallback: null,
    commands: BOTH,
    help: "the salt of the digests, made when missing (default: in $STATE_DIRECTORY, else in the user's state folder)",
  },
  ...CHECKS.map(({ name }) => ({
    name: `check.${name}`,
    value: null,
    fallback: 'true',
    commands: BOTH,
    help: `look for ${name} (--no-check.${name}: do not)`,
  })),
  {
    name: 'log.level',
    value: 'debug|info|warn|error',
    fallback: 'info',
    commands: BOTH,
    help: 'least level that is logged',
  },
  {
    name: 'log.format',
    value: 'logfmt|json',
    fallback: 'logfmt',
    commands: BOTH,
    help: 'format of the log, on stderr',
  },
  { name: 'format', value: 'table|json|prometheus', fallback: 'table', commands: SCAN, help: 'what to print' },
  { name: 'output', value: 'FILE', fallback: null, commands: SCAN, help: 'write there instead, whole or not at all' },
  { name: 'deep', value: null, fallback: 'false', commands: SCAN, help: 'validate every byte of every transcript too' },
  {
    name: 'explain',
    value: 'KEY-OR-LABEL',
    fallback: null,
    commands: SCAN,
    help: 'print why this session is where it is: its conversation, every binding tried, and what to do',
  },
  { name: 'agent', value: 'AGENT', fallback: null, commands: SCAN, help: 'table: only this agent' },
  { name: 'kind', value: 'KIND', fallback: null, commands: SCAN, help: 'table: only sessions of this kind' },
  {
    name: 'findings-only',
    value: null,
    fallback: 'false',
    commands: SCAN,
    help: 'table: only sessions with findings or over a threshold',
  },
];

const ENV_PREFIX = 'OPENCLAW_STORE_EXPORTER_';

export function envName(flag: string): string {
  return ENV_PREFIX + flag.replace(/[.-]/g, '_').toUpperCase();
}

/** Variables with our prefix that nobody reads: a misspelt one must not be ignored in silence. */
export function unknownVariables(env: NodeJS.ProcessEnv): string[] {
  const known = new Set(FLAGS.map(({ name }) => envName(name)));
  // Kubernetes sets these for a Service called openclaw-store-exporter.
  const serviceLink = /^OPENCLAW_STORE_EXPORTER_(SERVICE_(HOST|PORT\w*)|PORT(_\d+_\w+)?)$/;
  return Object.keys(env).filter((name) => name.startsWith(ENV_PREFIX) && !known.has(name) && !serviceLink.test(name));
}
