import { createLog } from '../log.ts';
import type { Settings } from '../settings/settings.ts';
import { Scanner } from './scanner.ts';

/** A scanner for a command that prints what it finds by itself. `salt`: of the labels; null: they are plain. */
export function quietScanner(settings: Settings, salt: Buffer | null): Scanner {
  return new Scanner({
    // Whatever is named must have its label.
    settings: { ...settings, salt, 'session.limit': Number.MAX_SAFE_INTEGER },
    // What is wrong beside it stands in what is printed.
    log: createLog({ level: 'error', format: settings['log.format'] }),
    renders: false,
    pause: () => new Promise((resolve) => setImmediate(resolve)),
  });
}
