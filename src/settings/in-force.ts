import { formatDuration } from './duration.ts';
import type { Settings } from './settings.ts';

/** The settings of `serve` for people, by the names of their flags. No content of a file that is secret is among them. */
export function settingsInForce(settings: Settings): readonly (readonly [string, string])[] {
  const { policy, disabledChecks } = settings;
  const mappings = settings['openclaw.path-map'].map(({ from, to }) => `${from}=${to}`);
  const { host, port } = settings['web.listen-address'];
  return [
    ['config.file', settings['config.file'] ?? 'none'],
    ['openclaw.state-dir', settings.stateDir],
    ['openclaw.config', settings.configPath],
    ['openclaw.path-map', mappings.join(', ') || 'none'],
    ['openclaw.same-pid-namespace', String(settings['openclaw.same-pid-namespace'])],
    ['web.listen-address', `${host}:${port}`],
    ['web.systemd-socket', String(settings['web.systemd-socket'])],
    ['web.config.file', settings['web.config.file'] ?? 'none'],
    ['web.telemetry-path', settings['web.telemetry-path']],
    ['web.max-requests', String(settings['web.max-requests'])],
    ['scan.schedule', settings['scan.schedule']],
    ['scan.deep-schedule', settings['scan.deep-schedule']],
    ['scan.timeout', formatDuration(settings['scan.timeout'])],
    ['scan.max-age', formatDuration(settings.maxAgeMs)],
    ['session.limit', String(settings['session.limit'])],
    ['privacy.peers', settings['privacy.peers']],
    ['no-check', disabledChecks.join(', ') || 'none'],
    ['log.level', settings['log.level']],
    ['thresholds', `${policy.thresholds.length} rules of the config file`],
    ['ignore', `${policy.ignore.length} rules of the config file`],
  ];
}
