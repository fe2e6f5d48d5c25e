import { z } from 'zod';
import { CHECKS } from '../checks/all.ts';
import { CORRUPTED } from '../checks/corrupted.ts';
import { LOG_FORMATS, LOG_LEVELS } from '../log.ts';
import { KINDS } from '../openclaw/keys.ts';
import { FORMATS, FORMATS_OF } from './format.ts';
import {
  AtLeastOne,
  ConstantLabel,
  Count,
  Duration,
  JobName,
  LabelName,
  ListenAddress,
  oneOf,
  PathMap,
  Schedule,
  Switch,
  Text,
  UrlPath,
  WebAddress,
} from './value-types.ts';

export type Command = 'serve' | 'scan' | 'rules' | 'repair' | 'extract' | 'healthy';

const SERVE_AND_SCAN = ['serve', 'scan'] as const;
const SERVE = ['serve'] as const;
const SCAN = ['scan'] as const;
const REPAIR = ['repair'] as const;
const EXTRACT = ['extract'] as const;
const RULES = ['rules'] as const;
/** Those that look at stores. */
const OF_STORES = ['serve', 'scan', 'repair', 'extract'] as const;
const ALL = [...OF_STORES, 'rules', 'healthy'] as const;

interface FlagInfo {
  /** What stands for its value in the help; null for a switch. */
  readonly value: string | null;
  /** As text; null: there is none, or it depends on the host. */
  readonly default: string | null;
  /** Of commands with another default. */
  readonly defaultOf?: Readonly<Partial<Record<Command, string>>>;
  /** Of commands that take only some of its words. */
  readonly wordsOf?: Readonly<Partial<Record<Command, readonly string[]>>>;
  readonly commands: readonly Command[];
  /** What it is, in a line of the help of one screen. */
  readonly brief: string;
  /** What there is to know of it. */
  readonly help: string;
}

/** A flag; its environment variable and its key in the config file follow from its name. */
export interface Flag extends FlagInfo {
  /** Without the dashes in front. */
  readonly name: string;
  readonly repeatable: boolean;
  /** Its values where they are words of a list; null: they are not. */
  readonly words: readonly string[] | null;
}

/** What is known of a flag beside its type, by its type. So the table below is a zod object, and its values have types. */
const INFO = z.registry<FlagInfo>();

function flag<Type extends z.ZodType>(type: Type, info: FlagInfo): Type {
  // A copy: two flags of one type are told apart.
  const own = type.clone();
  INFO.add(own, info);
  return own;
}

const CORRUPTED_REASONS = CORRUPTED.flatMap(({ reasons }) => reasons.flatMap((reason) => reason ?? []));

/** Prefix of the switches of the checks. */
export const CHECK_PREFIX = 'check.';

/**
 * Every flag, in the order of the help. A new flag is one entry here. A flag without a default is `nullable`, one with a
 * list as type can be given again and again (in the environment: separated by commas).
 */
export const FlagValues = z.object({
  'config.file': flag(Text.nullable(), {
    value: 'FILE',
    default: null,
    commands: ALL,
    brief: 'YAML file with these settings and more',
    help: 'YAML file with the other flags as keys (scan: { timeout: 30s }), thresholds and ignore; flags and environment win over it; at SIGHUP it is read again',
  }),
  'config.check': flag(Switch, {
    value: null,
    default: 'false',
    commands: ALL,
    brief: 'check flags, environment and file, and exit',
    help: 'check flags, environment and config file, and exit: 0 when they are good, else 3',
  }),
  'openclaw.state-dir': flag(Text.nullable(), {
    value: 'DIR',
    default: null,
    commands: OF_STORES,
    brief: "OpenClaw's state directory",
    help: "OpenClaw's state directory; one exporter per gateway (default: as OpenClaw itself finds it)",
  }),
  'openclaw.config': flag(Text.nullable(), {
    value: 'FILE',
    default: null,
    commands: OF_STORES,
    brief: "OpenClaw's config file",
    help: "OpenClaw's config (default: openclaw.json in the state directory, or as OpenClaw finds it)",
  }),
  'openclaw.path-map': flag(z.array(PathMap), {
    value: 'FROM=TO',
    default: null,
    commands: OF_STORES,
    brief: "where a path of the gateway's host is here",
    help: "where a path of the gateway's host is found on this host; repeatable (in the environment: separated by commas)",
  }),
  'openclaw.same-pid-namespace': flag(Switch, {
    value: null,
    default: 'false',
    commands: OF_STORES,
    brief: "the gateway's process ids are those here",
    help: "the gateway's processes have the same ids here: a lock whose process is gone is stale at once",
  }),
  'web.listen-address': flag(ListenAddress, {
    value: 'ADDRESS',
    default: '127.0.0.1:10789',
    commands: ['serve', 'healthy'],
    brief: 'where to serve',
    help: 'host:port to serve on, one address (several: --web.systemd-socket); the pages show private data, so use another host than loopback only on purpose',
  }),
  'web.systemd-socket': flag(Switch, {
    value: null,
    default: 'false',
    commands: SERVE,
    brief: "listen on systemd's sockets instead",
    help: 'listen on the sockets that systemd passes, instead of --web.listen-address',
  }),
  'web.config.file': flag(Text.nullable(), {
    value: 'FILE',
    default: null,
    commands: SERVE,
    brief: 'YAML file with TLS, passwords and headers',
    help: "YAML file with TLS, passwords and headers, in the schema of Prometheus' exporter-toolkit; it and the files that it names are read again when they change",
  }),
  'web.telemetry-path': flag(UrlPath, {
    value: 'PATH',
    default: '/metrics',
    commands: SERVE,
    brief: 'path of the metrics',
    help: 'path of the metrics',
  }),
  'web.max-requests': flag(AtLeastOne, {
    value: 'N',
    default: '40',
    commands: SERVE,
    brief: 'requests that are answered at once',
    help: 'how many requests for metrics or the status page are answered at once; one more is answered with 503',
  }),
  'scan.schedule': flag(Schedule, {
    value: 'CRON',
    default: '* * * * *',
    commands: SERVE,
    brief: 'when to scan',
    help: 'when to look at indexes and file sizes; five or six cron fields, local time',
  }),
  'scan.deep-schedule': flag(Schedule, {
    value: 'CRON',
    default: '*/15 * * * *',
    commands: SERVE,
    brief: 'when to validate what is new',
    help: 'when to validate the bytes that are new in transcripts',
  }),
  'scan.timeout': flag(Duration, {
    value: 'DURATION',
    default: '30s',
    commands: OF_STORES,
    brief: 'silence after which a scan is ended',
    help: 'how long a scan may give no sign of life before its process is killed; serve starts another one',
  }),
  'scan.max-age': flag(Duration.nullable(), {
    value: 'DURATION',
    default: null,
    commands: SERVE,
    brief: 'how long the last good figures are served',
    help: 'how long the figures of the last good scan are served (default: 15m or three gaps of the schedule, whichever is more)',
  }),
  'session.limit': flag(Count, {
    value: 'N',
    default: '1000',
    commands: SERVE_AND_SCAN,
    brief: 'sessions with series of their own',
    help: 'how many sessions get series of their own: first those over a critical threshold or their window, then those with findings, those over a warning threshold, and the last active',
  }),
  'privacy.peers': flag(z.enum(['hashed', 'plain'], 'must be hashed or plain'), {
    value: 'hashed|plain',
    default: 'hashed',
    commands: OF_STORES,
    brief: 'how people and groups are shown',
    help: 'whether people, groups and labels in session keys are shown as digests or as they are',
  }),
  'privacy.salt-file': flag(Text.nullable(), {
    value: 'FILE',
    default: null,
    commands: OF_STORES,
    brief: 'file with the salt of the digests',
    help: "file with the salt of the digests, created when missing (default: in $STATE_DIRECTORY, else in the user's state folder)",
  }),
  // Their names are known when it runs and not in the type of the values: `disabledChecks` in the settings has them.
  ...Object.fromEntries(
    CHECKS.map(({ name }) => [
      CHECK_PREFIX + name,
      flag(Switch, {
        value: null,
        default: 'true',
        commands: SERVE_AND_SCAN,
        brief: `run the check ${name}`,
        help: `run the check ${name} (--no-check.${name}: do not)`,
      }),
    ]),
  ),
  'log.level': flag(oneOf(LOG_LEVELS), {
    value: LOG_LEVELS.join('|'),
    default: 'info',
    commands: OF_STORES,
    brief: 'lowest level that is logged',
    help: 'lowest level that is logged',
  }),
  'log.format': flag(oneOf(LOG_FORMATS), {
    value: LOG_FORMATS.join('|'),
    default: 'logfmt',
    commands: OF_STORES,
    brief: 'format of the log',
    help: 'format of the log, on stderr',
  }),
  format: flag(oneOf(FORMATS), {
    value: FORMATS.join('|'),
    default: 'table',
    defaultOf: { rules: 'prometheus' },
    commands: ['scan', 'rules', 'repair'],
    wordsOf: FORMATS_OF,
    brief: 'what to print',
    help: 'what to print',
  }),
  job: flag(JobName, {
    value: 'NAME',
    default: 'openclaw-store',
    commands: RULES,
    brief: 'scrape job of exporters',
    help: 'the scrape job of the exporters',
  }),
  'runbook-url': flag(WebAddress.nullable(), {
    value: 'BASE',
    default: null,
    commands: [...SERVE, ...RULES],
    brief: 'where docs/runbooks is served',
    help: 'where the folder docs/runbooks is served: the link of an alert is BASE/<alert>.md, in the rules and on the status page',
  }),
  'dashboard-url': flag(WebAddress.nullable(), {
    value: 'BASE',
    default: null,
    commands: RULES,
    brief: 'address of Grafana',
    help: 'the address of Grafana: the link of an alert is BASE/d/<dashboard>',
  }),
  'group-label': flag(z.array(LabelName), {
    value: 'NAME',
    default: null,
    commands: RULES,
    brief: 'a label that tells gateways apart',
    help: 'a label that all series have and that tells gateways apart, as cluster; repeatable',
  }),
  output: flag(Text.nullable(), {
    value: 'FILE',
    default: null,
    commands: SCAN,
    brief: 'write to this file instead',
    help: 'write to this file instead; it is replaced as a whole. Figures for node_exporter (prometheus) get the mode 0644 whatever the umask is, unless peers are plain',
  }),
  'textfile.label': flag(z.array(ConstantLabel), {
    value: 'NAME=VALUE',
    default: null,
    commands: SCAN,
    brief: 'prometheus: a label of every series',
    help: 'prometheus: a label of every series, so that two gateways can share one textfile folder; repeatable',
  }),
  deep: flag(Switch, {
    value: null,
    default: 'false',
    commands: SCAN,
    brief: 'also validate every byte of transcripts',
    help: 'also validate every byte of every transcript',
  }),
  explain: flag(Text.nullable(), {
    value: 'KEY-OR-LABEL',
    default: null,
    commands: SCAN,
    brief: 'one session in full, and what to do',
    help: 'print what is known of this session and why it is where it is: figures beside their limits, findings, every binding tried, and what to do',
  }),
  agent: flag(z.string().nullable(), {
    value: 'AGENT',
    default: null,
    commands: ['scan', 'repair', 'extract'],
    brief: 'only this agent',
    help: 'only this agent (scan: in the table, and of --explain)',
  }),
  kind: flag(oneOf(KINDS).nullable(), {
    value: 'KIND',
    default: null,
    commands: SCAN,
    brief: 'table: only sessions of this kind',
    help: 'table: only sessions of this kind',
  }),
  'findings-only': flag(Switch, {
    value: null,
    default: 'false',
    commands: SCAN,
    brief: 'table: only sessions that need a look',
    help: 'table: only sessions with findings or over a threshold',
  }),
  all: flag(Switch, {
    value: null,
    default: 'false',
    commands: SCAN,
    brief: 'table: every session, however many',
    help: 'table: every session, agent and verdict; without it the worst sessions, the fullest of the others, and how many more there are',
  }),
  'show-keys': flag(Switch, {
    value: null,
    default: 'false',
    commands: SCAN,
    brief: 'show keys, which hold ids of people',
    help: 'table, and --explain with a label: show the keys, which hold the ids of people and groups',
  }),
  session: flag(z.array(Text), {
    value: 'KEY-OR-LABEL',
    default: null,
    commands: ['repair', 'extract'],
    brief: 'this session',
    help: 'this session (repair: and nothing else, whatever its findings are; repeatable)',
  }),
  reason: flag(z.array(oneOf(CORRUPTED_REASONS)), {
    value: 'REASON',
    default: null,
    commands: REPAIR,
    brief: 'only sessions corrupted for this reason',
    help: `only sessions that are corrupted for this reason; repeatable: ${CORRUPTED_REASONS.join(', ')}`,
  }),
  apply: flag(Switch, {
    value: null,
    default: 'false',
    commands: REPAIR,
    brief: 'do what the plan says',
    help: 'do what the plan says; without it nothing is changed',
  }),
  yes: flag(Switch, {
    value: null,
    default: 'false',
    commands: REPAIR,
    brief: '--apply: do not ask',
    help: '--apply: do not ask; needed where nobody can answer',
  }),
  'gateway-stopped': flag(Switch, {
    value: null,
    default: 'false',
    commands: REPAIR,
    brief: 'the gateway does not run',
    help: 'the gateway does not run; needed for OpenClaw 2026.5.7 and later, which no lock keeps from writing over the change',
  }),
  'quiet-period': flag(Duration.nullable(), {
    value: 'DURATION',
    default: null,
    commands: REPAIR,
    brief: 'leave alone what was used within this time',
    help: 'leave sessions alone that were used within this time',
  }),
  'max-entries': flag(Count.nullable(), {
    value: 'N',
    default: null,
    commands: REPAIR,
    brief: 'take out at most so many entries',
    help: 'take out at most so many entries in one run',
  }),
  'lost-index': flag(Switch, {
    value: null,
    default: 'false',
    commands: REPAIR,
    brief: 'instead: bring back a lost index',
    help: 'instead: bring back what can still be read of an index that is lost, damaged, or was replaced by an emptier one',
  }),
  list: flag(Switch, {
    value: null,
    default: 'false',
    commands: REPAIR,
    brief: 'instead: list the backups',
    help: 'instead: list the backups of the indexes, with what each would bring back',
  }),
  restore: flag(Text.nullable(), {
    value: 'BACKUP',
    default: null,
    commands: REPAIR,
    brief: 'instead: put this backup back',
    help: 'instead: put this backup back, after a backup of what it replaces',
  }),
  out: flag(Text.nullable(), {
    value: 'FILE',
    default: null,
    commands: EXTRACT,
    brief: 'write to this new file',
    help: 'write to this file, which must not exist; only its owner can read it',
  }),
  messages: flag(Count, {
    value: 'N',
    default: '40',
    commands: EXTRACT,
    brief: 'last messages that are written out',
    help: 'how many of the last messages are written out word by word',
  }),
  'allow-workspace': flag(Switch, {
    value: null,
    default: 'false',
    commands: EXTRACT,
    brief: "write also into OpenClaw's own folders",
    help: "write also into OpenClaw's own folders: an agent may load the text as its memory, so review it first",
  }),
});
export type FlagValues = z.infer<typeof FlagValues>;

export const FLAGS: readonly Flag[] = Object.entries(FlagValues.shape).map(([name, type]) => {
  const info = INFO.get(type);
  if (info === undefined) throw new Error(`the entry of --${name} is not made by flag()`);
  return { name, repeatable: type instanceof z.ZodArray, words: wordsOf(type), ...info };
});

function wordsOf(type: unknown): readonly string[] | null {
  if (type instanceof z.ZodNullable) return wordsOf(type.unwrap());
  if (type instanceof z.ZodArray) return wordsOf(type.element);
  return type instanceof z.ZodEnum ? type.options.map(String) : null;
}

/** Switches that change somebody's files: no variable or file that was left from before may switch them on. */
export const ONLY_ON_COMMAND_LINE: readonly ('apply' | 'gateway-stopped')[] = ['apply', 'gateway-stopped'];

export const ENV_PREFIX = 'OPENCLAW_STORE_EXPORTER_';

/** The environment variable of a flag. */
export function envName(flagName: string): string {
  return ENV_PREFIX + flagName.replace(/[.-]/g, '_').toUpperCase();
}
