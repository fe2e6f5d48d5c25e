import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Unpacks packages of this machine's Debian or Ubuntu into `work`/root, with all of apt's state inside `work`: no root
 * needed, nothing installed, nothing on the system changed. Throws with apt's own words, which without a network are
 * those of its update.
 */
export function unpackDebianPackages(packages: readonly string[], work: string): string {
  for (const folder of ['lists/partial', 'cache/archives/partial', 'debs', 'root']) {
    mkdirSync(join(work, folder), { recursive: true });
  }
  const config = join(work, 'apt.conf');
  writeFileSync(config, aptConfig(work));
  const debs = join(work, 'debs');
  const root = join(work, 'root');
  // An update that reached no server ends with 0 and warnings: only the download shows whether it mattered.
  const update = spawnSync('apt-get', ['-c', config, 'update'], { encoding: 'utf8' });
  const download = spawnSync('apt-get', ['-c', config, 'download', ...packages], { cwd: debs, encoding: 'utf8' });
  if (download.status !== 0) throw new Error(firstComplaint(update.stderr) ?? download.stderr.trim());
  for (const name of readdirSync(debs)) execFileSync('dpkg-deb', ['-x', join(debs, name), root], { stdio: 'pipe' });
  return root;
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
    `Dir::State "${work}";`,
    'Dir::State::status "/var/lib/dpkg/status";',
    `Dir::State::lists "${work}/lists";`,
    `Dir::Cache "${work}/cache";`,
    'APT::Sandbox::User "root";',
    'Acquire::Languages "none";',
    '',
  ].join('\n');
}
