import { createLog } from '../log.ts';
import type { Settings } from '../settings/settings.ts';
import { Scanner, type ScanResult } from './scanner.ts';
import { watched } from './watched.ts';

/** The scan of a command that prints what it finds by itself. `salt`: of the labels; null: they are plain. */
export function quietScan(kind: 'quick' | 'deep', settings: Settings, salt: Buffer | null): Promise<ScanResult> {
  return watched(settings['scan.timeout'], (signs) => {
    const scanner = new Scanner({
      // Whatever is named must have its label.
      settings: { ...settings, salt, 'session.limit': Number.MAX_SAFE_INTEGER },
      // What is wrong beside it stands in what is printed.
      log: createLog({ level: 'error', format: settings['log.format'] }),
      renders: false,
      ...signs,
    });
    return scanner[kind]();
  });
}
