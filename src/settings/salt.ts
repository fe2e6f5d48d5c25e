import { isUtf8 } from 'node:buffer';
import { createHash, randomBytes } from 'node:crypto';
import { constants, copyFileSync, existsSync, linkSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { writeWhole } from '../disk/write-whole.ts';
import { codeOf, describeError, ExporterError } from '../errors.ts';
import type { Settings } from './settings.ts';
import { readSmallFile, smallFileBytes } from './small-file.ts';
import { userHome } from './user-home.ts';

const SALT_BYTES = 32;
/** Below this a salt can be found by trying all, and then who is behind each label. */
const LEAST_BYTES = 16;
const LARGEST_BYTES = 64 * 1024;
/** Bits of a mode: anybody on the machine may read. */
const READABLE_BY_OTHERS = 0o004;

/** What an operator should know of a salt; for the log and the status page. */
export const SALT_WARNINGS = {
  notKept:
    'The salt of the labels could not be saved: the labels change with every start. Name a writable file with --privacy.salt-file.',
  othersRead:
    'Everybody on this machine can read the salt of the labels, and with it find out who is behind a label: chmod 600 the salt file.',
  short: `The salt of the labels is shorter than ${LEAST_BYTES} bytes, so that it can be guessed: delete the salt file, and a new one will be made (the labels change).`,
  changed:
    'The salt is not the one of the labels that were in use before: every label changes, and alerts and dashboards see new sessions. Put the former salt back to keep the labels (docs/privacy.md).',
} as const;

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
export function saltOf(
  settings: Pick<Settings, 'privacy.peers' | 'privacy.salt-file'>,
): { salt: Buffer; warnings: readonly string[] } | null {
  if (settings['privacy.peers'] === 'plain') return null;
  const path = saltPath(settings['privacy.salt-file'], process.env, userHome());
  const { salt, kept } = loadSalt(path);
  return { salt, warnings: kept ? saltWarnings(path, salt) : [SALT_WARNINGS.notKept] };
}

/** What is wrong with a salt that was read from this file. Notes beside it that labels are made with it now. */
export function saltWarnings(path: string, salt: Buffer): string[] {
  const { mode } = statSync(path, { throwIfNoEntry: false }) ?? { mode: 0 };
  return [
    ...((mode & READABLE_BY_OTHERS) === 0 ? [] : [SALT_WARNINGS.othersRead]),
    ...(salt.length < LEAST_BYTES ? [SALT_WARNINGS.short] : []),
    ...(wasAnother(path, salt) ? [SALT_WARNINGS.changed] : []),
  ];
}

/** Whether labels were made with another salt of this file before. */
function wasAnother(path: string, salt: Buffer): boolean {
  const note = `${path}.in-use`;
  const mark = `${createHash('sha256').update('salt in use').update(salt).digest('hex').slice(0, 16)}\n`;
  let before: string | null = null;
  try {
    before = readSmallFile(note, LARGEST_BYTES);
  } catch {
    // There is none yet, or none that could be ours.
  }
  if (before === mark) return false;
  try {
    writeWhole(note, mark, 0o600);
  } catch {
    // A folder that is read-only, as of a secret of Kubernetes, or a full disk: who changes a salt there knows.
  }
  return before !== null;
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
    if (codeOf(error) === 'EEXIST') throw error;
    // A file system without hard links.
    copyWhole(made, path);
  }
}

/** A part of a salt, where the disk is full, would be another salt. */
function copyWhole(made: string, path: string): void {
  try {
    copyFileSync(made, path, constants.COPYFILE_EXCL);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') remove(path);
    throw error;
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
  let bytes: Buffer;
  try {
    bytes = smallFileBytes(path, LARGEST_BYTES);
  } catch (error) {
    // By what this look said: another process can have made it since.
    if (codeOf(error) === 'ENOENT') return null;
    // Also where the folder may not be entered: then there is none that could ever have been used.
    if (!existsSync(path)) return null;
    throw new ExporterError(
      'E_SALT',
      `${path} cannot be read (${describeError(error)}): make it readable or name another with --privacy.salt-file`,
    );
  }
  // Random bytes count as they are: as text half of them would be the same character.
  if (!isUtf8(bytes)) return bytes;
  const text = bytes.toString('utf8').trim();
  if (text === '') throw new ExporterError('E_SALT', `${path} is empty: delete it, a new one will be made`);
  return Buffer.from(text, 'utf8');
}
