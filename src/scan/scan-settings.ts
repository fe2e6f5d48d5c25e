import type { Settings } from '../settings/settings.ts';
import type { ScanSettings } from './messages.ts';

/** What the scanning process is told of the exporter's settings. */
export function scanSettings(settings: Settings, salt: Buffer | null): ScanSettings {
  return {
    stateDir: settings.stateDir,
    configPath: settings.configPath,
    mappings: settings['openclaw.path-map'],
    home: settings.home,
    sessionLimit: settings['session.limit'],
    salt,
    disabledChecks: settings.disabledChecks,
    policy: settings.policy,
    samePidNamespace: settings['openclaw.same-pid-namespace'],
    logLevel: settings['log.level'],
    logFormat: settings['log.format'],
  };
}
