import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, join } from 'node:path';
import { unpackDebianPackages } from './debian-packages.ts';

/** Absolute paths of the programs that the tests run for real. Alertmanager must be started in `cwd`. */
export type Engines = {
  prometheus?: string;
  promtool?: string;
  alertmanager?: { path: string; cwd: string };
  amtool?: string;
};
export type EngineName = keyof Engines;
/** Why an engine is not there, by its name; empty when all are. */
export type MissingEngines = Partial<Record<EngineName, string>>;

const REPOSITORY = join(import.meta.dirname, '..');
/** Where what is unpacked goes; git ignores it. */
export const ENGINES_FOLDER = join(REPOSITORY, '.engines');
const UNPACKED = join(ENGINES_FOLDER, 'debian');

// Debian's Alertmanager reads its templates and pages from here, so as unpacked it does not start.
// Go keeps a string's length apart from its bytes, so the replacement must be as long: the kernel skips the slashes.
const TEMPLATES = '/usr/share/prometheus/alertmanager';
const RELOCATED_TEMPLATES = '/proc/self/cwd////////alertmanager';

/** The engines that are there now: those in PATH first, then those unpacked before. Nothing is fetched. */
export function findEngines(): Engines {
  const bin = join(UNPACKED, 'usr/bin');
  const prometheus = findProgram(['prometheus'], bin);
  const promtool = findProgram(['promtool'], bin);
  const amtool = findProgram(['amtool'], bin);
  const alertmanager = findAlertmanager(bin);
  return {
    ...(prometheus && { prometheus }),
    ...(promtool && { promtool }),
    ...(alertmanager && { alertmanager }),
    ...(amtool && { amtool }),
  };
}

function findAlertmanager(bin: string): Engines['alertmanager'] {
  const installed = findProgram(['alertmanager', 'prometheus-alertmanager']);
  if (installed) return { path: installed, cwd: REPOSITORY };
  const relocated = findProgram(['alertmanager'], bin);
  return relocated ? { path: relocated, cwd: join(UNPACKED, 'usr/share/prometheus') } : undefined;
}

/**
 * The engines, after Debian's packages were unpacked into `.engines/` where some were missing. Needs no root and
 * changes nothing outside that folder. Never throws: what could not be had is in `missing` with the reason.
 */
export function ensureEngines(): { engines: Engines; missing: MissingEngines } {
  if (missingNames(findEngines()).length === 0) return { engines: findEngines(), missing: {} };
  const reason = unpackOnce() ?? `not in PATH, nor in ${UNPACKED} (remove that folder to unpack it again)`;
  const engines = findEngines();
  return { engines, missing: Object.fromEntries(missingNames(engines).map((name) => [name, reason])) };
}

function missingNames(engines: Engines): EngineName[] {
  const names = ['prometheus', 'promtool', 'alertmanager', 'amtool'] satisfies EngineName[];
  return names.filter((name) => !engines[name]);
}

/** Path of the first program of these names in PATH, else in `folder`. */
export function findProgram(names: readonly string[], folder?: string): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), folder ?? ''].filter((each) => each !== '');
  return folders.flatMap((each) => names.map((name) => join(each, name))).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Reason for which it failed, or undefined. Works in a folder of its own and renames it, so two at once are safe. */
function unpackOnce(): string | undefined {
  if (existsSync(UNPACKED)) return undefined;
  if (!findProgram(['apt-get']) || !findProgram(['dpkg-deb'])) {
    return 'not in PATH, and without apt-get and dpkg-deb it cannot be unpacked from Debian packages';
  }
  try {
    unpackTo(UNPACKED);
    return undefined;
  } catch (error) {
    // Another process was quicker: its result is as good.
    if (existsSync(UNPACKED)) return undefined;
    return `cannot unpack the Debian packages: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function unpackTo(target: string): void {
  mkdirSync(ENGINES_FOLDER, { recursive: true });
  const work = mkdtempSync(join(ENGINES_FOLDER, 'unpacking-'));
  try {
    const root = unpackDebianPackages(['prometheus', 'prometheus-alertmanager'], work);
    relocateAlertmanager(join(root, 'usr/bin'));
    renameSync(root, target);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function relocateAlertmanager(bin: string): void {
  const original = readFileSync(join(bin, 'prometheus-alertmanager'), 'latin1');
  const relocated = original.replaceAll(TEMPLATES, RELOCATED_TEMPLATES);
  if (relocated === original) throw new Error(`Alertmanager no longer names ${TEMPLATES}`);
  const target = join(bin, 'alertmanager');
  writeFileSync(target, relocated, 'latin1');
  chmodSync(target, 0o755);
}

if (import.meta.main) {
  const { engines, missing } = ensureEngines();
  for (const [name, engine] of Object.entries(engines)) {
    console.log(`${name}: ${typeof engine === 'string' ? engine : engine.path}`);
  }
  for (const [name, reason] of Object.entries(missing)) console.error(`${name}: missing, ${reason}`);
  process.exitCode = Object.keys(missing).length > 0 ? 1 : 0;
}
