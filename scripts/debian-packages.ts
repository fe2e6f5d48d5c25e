import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A package whose files lie below `root`. */
export type UnpackedPackage = { name: string; version: string; root: string };

/** It signs every suite of Debian. Ubuntu has it in the package `debian-archive-keyring`. */
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';

/**
 * Unpacks packages of a suite of Debian below `work`, with all of apt's state there: no root needed, nothing installed,
 * nothing on the system changed. apt checks each package by its hash in the suite's signed index. Throws with apt's own
 * words, which without a network are those of its update.
 */
export function unpackDebianPackages(suite: string, packages: readonly string[], work: string): UnpackedPackage[] {
  for (const folder of ['lists/partial', 'cache/archives/partial', 'sources', 'debs']) {
    mkdirSync(join(work, folder), { recursive: true });
  }
  // Empty: what is installed on this machine must not be preferred to what the suite has.
  writeFileSync(join(work, 'status'), '');
  writeFileSync(join(work, 'sources/debian.sources'), source(suite));
  const config = join(work, 'apt.conf');
  writeFileSync(config, aptConfig(work));
  const debs = join(work, 'debs');
  // An update that reached no server ends with 0 and warnings: only the download shows whether it mattered.
  const update = spawnSync('apt-get', ['-c', config, 'update'], { encoding: 'utf8' });
  const download = spawnSync('apt-get', ['-c', config, 'download', ...packages], { cwd: debs, encoding: 'utf8' });
  if (download.status !== 0) throw new Error(firstComplaint(update.stderr) ?? download.stderr.trim());
  return readdirSync(debs).map((file) => unpack(join(debs, file), work));
}

function unpack(deb: string, work: string): UnpackedPackage {
  const [name = '', version = ''] = ['Package', 'Version'].map((field) =>
    execFileSync('dpkg-deb', ['--field', deb, field], { encoding: 'utf8' }).trim(),
  );
  const root = join(work, 'unpacked', name);
  mkdirSync(root, { recursive: true });
  execFileSync('dpkg-deb', ['--extract', deb, root], { stdio: 'pipe' });
  return { name, version, root };
}

function source(suite: string): string {
  return ['Types: deb', `URIs: ${mirror()}`, `Suites: ${suite}`, 'Components: main', `Signed-By: ${KEYRING}`, ''].join(
    '\n',
  );
}

/** The mirror of Debian that this machine's own sources name; elsewhere, as on Ubuntu, the user does. */
function mirror(): string {
  const args = ['indextargets', '--no-release-info', '--format', '$(REPO_URI)', 'Created-By: Packages'];
  const { stdout } = spawnSync('apt-get', args, { encoding: 'utf8' });
  const found = stdout.split('\n').find((uri) => /\/debian\/?$/.test(uri)) ?? process.env.DEBIAN_MIRROR;
  if (found !== undefined) return found;
  throw new Error("apt's own sources name no mirror of Debian: set DEBIAN_MIRROR to the address of one");
}

function firstComplaint(stderr: string): string | undefined {
  return stderr.split('\n').find((line) => /^[EW]: /.test(line));
}

// Hooks of the machine (#clear) would touch its own cache. As root, apt would give up root for the user _apt,
// who may not write here.
function aptConfig(work: string): string {
  return [
    '#clear APT::Update::Pre-Invoke;',
    '#clear APT::Update::Post-Invoke;',
    '#clear APT::Update::Post-Invoke-Success;',
    'Dir::Etc::sourcelist "/dev/null";',
    `Dir::Etc::sourceparts "${work}/sources";`,
    'Dir::Etc::preferences "/dev/null";',
    'Dir::Etc::preferencesparts "/dev/null";',
    `Dir::State "${work}";`,
    `Dir::State::status "${work}/status";`,
    `Dir::State::lists "${work}/lists";`,
    `Dir::Cache "${work}/cache";`,
    'APT::Sandbox::User "root";',
    'Acquire::Languages "none";',
    '',
  ].join('\n');
}
