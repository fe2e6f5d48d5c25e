import { isDeepStrictEqual } from 'node:util';
import { formatDuration } from './duration.ts';
import { FLAGS, type Flag } from './flags.ts';
import type { Given } from './given.ts';
import { saltPath } from './salt.ts';
import type { Settings } from './settings.ts';
import { userHome } from './user-home.ts';

/** A setting of `serve` for people. */
export interface SettingInForce {
  /** As it is written on the command line, or as a key of the config file. */
  readonly name: string;
  readonly value: string;
  /** Who said so. */
  readonly from: string;
  /** What the next start will use; null: the same. */
  readonly next: string | null;
}

/** An address is bound once, and the log is open in two processes. */
const AT_START = [
  'web.listen-address',
  'web.systemd-socket',
  'web.config.file',
  'web.telemetry-path',
  'web.max-requests',
  'log.level',
  'log.format',
] as const satisfies readonly (keyof Settings)[];

/** Flags whose changed values wait for the next start. `first`: the settings of this one. */
export function waitingForRestart(first: Settings, latest: Settings): string[] {
  return AT_START.filter((name) => !isDeepStrictEqual(first[name], latest[name]));
}

/**
 * Every flag of `serve`, and the rules of the config file: as they are in force, which for some is as they were at the start. No
 * flag holds a secret, and of the files that they name there is only the path.
 */
export function settingsInForce(first: Settings, latest: Settings): readonly SettingInForce[] {
  const waiting = waitingForRestart(first, latest);
  const atStart: readonly string[] = AT_START;
  const flags = FLAGS.filter(({ commands, name }) => commands.includes('serve') && name !== 'config.check');
  return [
    ...flags.map((flag) => {
      const settings = atStart.includes(flag.name) ? first : latest;
      const [given] = settings.given.get(flag.name) ?? [];
      return {
        name: `--${flag.name}`,
        value: textOf(flag, settings),
        from: fromOf(given),
        next: waiting.includes(flag.name) ? textOf(flag, latest) : null,
      };
    }),
    ...(['thresholds', 'ignore'] as const).map((name) => {
      const rules = latest.policy[name].length;
      return {
        name,
        value: `${rules} ${rules === 1 ? 'rule' : 'rules'}`,
        from: rules === 0 ? 'default' : (latest['config.file'] ?? ''),
        next: null,
      };
    }),
  ];
}

function textOf({ name, default: unset }: Flag, settings: Settings): string {
  const texts = settings.given.get(name)?.map(({ text }) => text) ?? [];
  return RESOLVED[name]?.(settings) ?? (texts.length === 0 ? (unset ?? 'none') : texts.join(', '));
}

/** What is found or worked out where nobody says it. */
const RESOLVED: Readonly<Record<string, (settings: Settings) => string>> = {
  'openclaw.state-dir': ({ stateDir }) => stateDir,
  'openclaw.config': ({ configPath }) => configPath,
  'scan.max-age': ({ maxAgeMs }) => formatDuration(maxAgeMs),
  'privacy.salt-file': (settings) =>
    settings['privacy.peers'] === 'plain'
      ? 'none is needed'
      : saltPath(settings['privacy.salt-file'], process.env, userHome()),
};

function fromOf(given: Given | undefined): string {
  if (given === undefined) return 'default';
  if (given.file !== null) return `${given.file.path}, line ${given.file.line}`;
  return given.origin.startsWith('--') ? 'command line' : 'environment';
}
