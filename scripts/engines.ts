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
import { delimiter, dirname, join } from 'node:path';
import { type UnpackedPackage, unpackDebianPackages } from './debian-packages.ts';

type Row = {
  suite: 'bookworm' | 'forky';
  package: string;
  /** Its path in the package. */
  binary: string;
  /** The version that the suite had when the tests were written for it. A suite that is not released moves on. */
  version: string;
  /** Names of a program in PATH that is as good. */
  inPath?: readonly string[];
};

/** The programs that the tests run for real: those of Debian stable, and newer ones, which run there too. */
const ENGINES = {
  prometheus: {
    suite: 'bookworm',
    package: 'prometheus',
    binary: 'usr/bin/prometheus',
    version: '2.42',
    inPath: ['prometheus'],
  },
  promtool: {
    suite: 'bookworm',
    package: 'prometheus',
    binary: 'usr/bin/promtool',
    version: '2.42',
    inPath: ['promtool'],
  },
  alertmanager: {
    suite: 'bookworm',
    package: 'prometheus-alertmanager',
    binary: 'usr/bin/prometheus-alertmanager',
    version: '0.25',
    inPath: ['alertmanager', 'prometheus-alertmanager'],
  },
  amtool: {
    suite: 'bookworm',
    package: 'prometheus-alertmanager',
    binary: 'usr/bin/amtool',
    version: '0.25',
    inPath: ['amtool'],
  },
  nodeExporter: {
    suite: 'bookworm',
    package: 'prometheus-node-exporter',
    binary: 'usr/bin/prometheus-node-exporter',
    version: '1.5',
    inPath: ['node_exporter', 'prometheus-node-exporter'],
  },
  prometheusForky: { suite: 'forky', package: 'prometheus', binary: 'usr/bin/prometheus', version: '3.5' },
  promtoolForky: { suite: 'forky', package: 'promtool', binary: 'usr/bin/promtool', version: '3.5' },
  alertmanagerForky: {
    suite: 'forky',
    package: 'prometheus-alertmanager',
    binary: 'usr/bin/prometheus-alertmanager',
    version: '0.33',
  },
  amtoolForky: { suite: 'forky', package: 'prometheus-alertmanager', binary: 'usr/bin/amtool', version: '0.33' },
  victoriaMetrics: {
    suite: 'forky',
    package: 'victoria-metrics',
    binary: 'usr/bin/victoria-metrics',
    version: '1.145',
  },
  vmalert: { suite: 'forky', package: 'victoria-metrics', binary: 'usr/bin/vmalert', version: '1.145' },
  dockerCompose: {
    suite: 'forky',
    package: 'docker-compose',
    binary: 'usr/libexec/docker/cli-plugins/docker-compose',
    version: '2.40',
  },
  shellcheck: {
    suite: 'bookworm',
    package: 'shellcheck',
    binary: 'usr/bin/shellcheck',
    version: '0.9',
    inPath: ['shellcheck'],
  },
  kustomize: { suite: 'forky', package: 'kustomize', binary: 'usr/bin/kustomize', version: '5.8' },
} as const satisfies Record<string, Row>;

export type EngineName = keyof typeof ENGINES;
/** Absolute paths of the engines that are there. */
export type Engines = Partial<Record<EngineName, string>>;
/** Why an engine is not there, by its name; empty when all are. */
export type MissingEngines = Partial<Record<EngineName, string>>;

/** Where what is unpacked goes; git ignores it. A folder for each suite holds one for each package. */
export const ENGINES_FOLDER = join(import.meta.dirname, '../.engines');

const ALERTMANAGER = { package: 'prometheus-alertmanager', binary: 'usr/bin/prometheus-alertmanager' };
// Debian's Alertmanager reads its templates and pages from here, so as unpacked it does not start.
// Go keeps a string's length apart from its bytes, so the replacement must be as long: the kernel skips the slashes.
const TEMPLATES = '/usr/share/prometheus/alertmanager';
const RELOCATED_TEMPLATES = '/proc/self/cwd////////alertmanager';

/** The engines that are there now: those in PATH first, then those unpacked before. Nothing is fetched. */
export function findEngines(): Engines {
  const found = rows().map(([name, row]) => [name, findProgram(row.inPath ?? []) ?? unpackedBinary(row)] as const);
  return Object.fromEntries(found.filter(([, path]) => path !== undefined));
}

export function missingEngines(engines: Engines): EngineName[] {
  return rows().flatMap(([name]) => (engines[name] ? [] : [name]));
}

/**
 * The engines, after Debian's packages were unpacked into `.engines/` where some were missing, all or those that are
 * `wanted`. Needs no root and changes nothing outside that folder. Never throws: what could not be had is in `missing` with the
 * reason.
 */
export function ensureEngines(wanted?: readonly EngineName[]): { engines: Engines; missing: MissingEngines } {
  const isWanted = (name: EngineName) => wanted === undefined || wanted.includes(name);
  const needed = missingEngines(findEngines())
    .filter(isWanted)
    .map((name) => ENGINES[name]);
  const reasons = new Map<string, string>();
  for (const suite of new Set(needed.map((row) => row.suite))) {
    const packages = new Set(needed.filter((row) => row.suite === suite).map((row) => row.package));
    const reason = fetchPackages(suite, [...packages]);
    if (reason) reasons.set(suite, reason);
  }
  const engines = findEngines();
  const missing = missingEngines(engines)
    .filter(isWanted)
    .map((name) => {
      const folder = packageFolder(ENGINES[name]);
      const reason = reasons.get(ENGINES[name].suite) ?? `not in ${folder} (remove that folder to unpack it again)`;
      return [name, reason];
    });
  return { engines, missing: Object.fromEntries(missing) };
}

/** Path of the first program of these names in PATH. */
export function findProgram(names: readonly string[]): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((each) => each !== '');
  return folders.flatMap((each) => names.map((name) => join(each, name))).find(isExecutable);
}

function rows(): [EngineName, Row][] {
  return Object.entries<Row>(ENGINES).flatMap(([name, row]) => (isEngineName(name) ? [[name, row]] : []));
}

function isEngineName(name: string): name is EngineName {
  return name in ENGINES;
}

function unpackedBinary(row: Row): string | undefined {
  const binary = join(packageFolder(row), row.binary);
  return isExecutable(binary) ? binary : undefined;
}

function packageFolder(row: Pick<Row, 'suite' | 'package'>): string {
  return join(ENGINES_FOLDER, row.suite, row.package);
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
function fetchPackages(suite: Row['suite'], packages: readonly string[]): string | undefined {
  const wanted = packages.filter((name) => !existsSync(packageFolder({ suite, package: name })));
  if (wanted.length === 0) return undefined;
  if (!findProgram(['apt-get']) || !findProgram(['dpkg-deb'])) {
    return 'not in PATH, and without apt-get and dpkg-deb it cannot be unpacked from Debian packages';
  }
  mkdirSync(join(ENGINES_FOLDER, suite), { recursive: true });
  const work = mkdtempSync(join(ENGINES_FOLDER, 'unpacking-'));
  try {
    for (const unpacked of unpackDebianPackages(suite, wanted, work)) keepWhatIsUsed(suite, unpacked, work);
    return undefined;
  } catch (error) {
    return `cannot unpack packages of Debian ${suite}: ${error instanceof Error ? error.message : String(error)}`;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Moves the binaries of the table to their place. Programs that nobody runs and documents are left behind. */
function keepWhatIsUsed(suite: Row['suite'], { name, version, root }: UnpackedPackage, work: string): void {
  const used = join(work, 'used', name);
  const binaries = rows().flatMap(([, row]) => (row.suite === suite && row.package === name ? [row.binary] : []));
  for (const path of name === ALERTMANAGER.package ? [...binaries, TEMPLATES] : binaries) {
    mkdirSync(dirname(join(used, path)), { recursive: true });
    renameSync(join(root, path), join(used, path));
  }
  if (name === ALERTMANAGER.package) relocateAlertmanager(used);
  writeFileSync(join(used, 'version'), version);
  const target = packageFolder({ suite, package: name });
  try {
    renameSync(used, target);
  } catch (error) {
    // Another process was quicker: its result is as good.
    if (!existsSync(target)) throw error;
  }
}

/** A script takes the place of the binary: it starts the relocated one in the folder where that looks for templates. */
function relocateAlertmanager(root: string): void {
  const binary = join(root, ALERTMANAGER.binary);
  const original = readFileSync(binary, 'latin1');
  const relocated = original.replaceAll(TEMPLATES, RELOCATED_TEMPLATES);
  if (relocated === original) throw new Error(`Alertmanager no longer names ${TEMPLATES}`);
  writeFileSync(`${binary}-relocated`, relocated, 'latin1');
  chmodSync(`${binary}-relocated`, 0o755);
  const script = `cd "$(dirname "$0")/../share/prometheus" && exec ../../bin/prometheus-alertmanager-relocated "$@"`;
  writeFileSync(binary, `#!/bin/sh\n${script}\n`);
}

/** As "prometheusForky 3.5.3+ds1-6 (forky): /path"; an engine in PATH has no known version. */
function describeEngine(name: EngineName, path: string): string {
  const { suite, version } = ENGINES[name];
  const folder = packageFolder(ENGINES[name]);
  if (!path.startsWith(folder)) return `${name}: ${path}`;
  const unpacked = readFileSync(join(folder, 'version'), 'utf8');
  const note = unpacked.startsWith(version) ? '' : `; the tests were written for ${version}`;
  return `${name} ${unpacked} (${suite}${note}): ${path}`;
}

if (import.meta.main) {
  const { engines, missing } = ensureEngines();
  for (const [name] of rows()) {
    const path = engines[name];
    if (path) console.log(describeEngine(name, path));
    else console.error(`${name}: missing, ${missing[name]}`);
  }
  process.exitCode = Object.keys(missing).length > 0 ? 1 : 0;
}
