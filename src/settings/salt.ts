import { randomBytes } from 'node:crypto';
import { constants, copyFileSync, existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describeError, ExporterError } from '../errors.ts';
import type { Settings } from './settings.ts';
import { userHome } from './user-home.ts';

const SALT_BYTES = 32;

/** For the log and the status page. */
export const SALT_NOT_KEPT =
  'The salt of the labels could not be saved: the labels change with every start. Name a writable file with --privacy.salt-file.';

export interface SaltResult {
  readonly salt: Buffer;
  /** false: it could not be kept, so labels change with the next start. */
  readonly kept: boolean;
}

/** Where the salt lies: `--privacy.salt-file`, else systemd's state folder of the service, else the user's. */
export function saltPath(given: string | null, env: NodeJS.ProcessEnv, home: string): string {
  if (given !== null) return given;
  if (env.STATE_DIRECTORY) return join(env.STATE_DIRECTORY.split(':')[0] ?? '', 'salt');
  const state = env.XDG_STATE_HOME || join(home, '.local', 'state');
  return join(state, 'openclaw-store-exporter', 'salt');
}

/** The salt that the settings ask for; null: labels are plain. Throws an ExporterError. */
export function saltOf(settings: Pick<Settings, 'privacy.peers' | 'privacy.salt-file'>): SaltResult | null {
  if (settings['privacy.peers'] === 'plain') return null;
  return loadSalt(saltPath(settings['privacy.salt-file'], process.env, userHome()));
}

/**
 * The salt of the private labels, made with mode 0600 when there is none. A salt file that is there but cannot be read
 * is an error: with another salt every label would change.
 */
export function loadSalt(path: string): SaltResult {
  const known = readSalt(path);
  if (known !== null) return { salt: known, kept: true };
  const salt = Buffer.from(randomBytes(SALT_BYTES).toString('hex'), 'utf8');
  const made = `${path}.${process.pid}`;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(made, `${salt.toString('utf8')}\n`, { mode: 0o600, flag: 'wx' });
    // A link fails where another process was first; a rename would replace the salt that it already uses.
    keepAs(made, path);
    return { salt, kept: true };
  } catch {
    const other = readSalt(path);
    return other === null ? { salt, kept: false } : { salt: other, kept: true };
  } finally {
    remove(made);
  }
}

function keepAs(made: string, path: string): void {
  try {
    linkSync(made, path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') throw error;
    // A file system without hard links.
    copyFileSync(made, path, constants.COPYFILE_EXCL);
  }
}

function remove(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // The folder is closed to us: the salt was not kept, and that is said already.
  }
}

function readSalt(path: string): Buffer | null {
  let text: string;
  try {
    text = readFileSync(path, 'utf8').trim();
  } catch (error) {
    // Also where the folder may not be entered: then there is none that could ever have been used.
    if (!existsSync(path)) return null;
    throw new ExporterError(
      'E_SALT',
      `${path} cannot be read (${describeError(error)}): make it readable or name another with --privacy.salt-file`,
    );
  }
  if (text === '') throw new ExporterError('E_SALT', `${path} is empty: delete it, a new one will be made`);
  return Buffer.from(text, 'utf8');
}
