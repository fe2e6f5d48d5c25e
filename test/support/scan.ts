import { join } from 'node:path';
import type { Log } from '../../src/log.ts';
import type { ScanSettings } from '../../src/scan/messages.ts';
import { Scanner, type ScannerOptions } from '../../src/scan/scanner.ts';
import { NO_POLICY } from '../../src/settings/policy.ts';

export const SALT = Buffer.from('a salt of the tests');

export const SILENT: Log = { debug: ignore, info: ignore, warn: ignore, error: ignore };

function ignore(): void {}

/** Settings as the flags' defaults give them. */
export function testSettings(stateDir: string, changes: Partial<ScanSettings> = {}): ScanSettings {
  return {
    stateDir,
    configPath: join(stateDir, 'openclaw.json'),
    'openclaw.path-map': [],
    home: '/nobody',
    'session.limit': 1000,
    salt: SALT,
    disabledChecks: [],
    policy: NO_POLICY,
    'openclaw.same-pid-namespace': false,
    'runbook-url': null,
    'log.level': 'error',
    'log.format': 'logfmt',
    ...changes,
  };
}

/** Where its sessions belong is no matter of the test. */
export const UNROUTED = { disabledChecks: ['duplicates', 'strays', 'collisions'] };

/** A scanner of a state directory, in this process. `now`: by both clocks, where they go alike. */
export function testScanner(
  stateDir: string,
  {
    settings,
    now,
    ...options
  }: Partial<Omit<ScannerOptions, 'settings'>> & { settings?: Partial<ScanSettings>; now?: () => number } = {},
): Scanner {
  return new Scanner({
    settings: testSettings(stateDir, settings),
    log: SILENT,
    pause: () => new Promise((resolve) => setImmediate(resolve)),
    ...(now === undefined ? {} : { clock: () => ({ wallMs: now(), steadyMs: now() }) }),
    ...options,
  });
}
