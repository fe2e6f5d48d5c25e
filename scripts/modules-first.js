// Run by `npm pack` and `npm publish` on the machine's own Node, whatever its version. A fresh clone has no compiler yet,
// and no Node 24: `npm ci` brings both, before the build. What npm prints goes to stderr: stdout is for `npm pack --json`.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

if (!existsSync(join(root, 'node_modules', '.bin', 'tsc'))) {
  console.error('This clone has no modules yet: npm ci runs first.');
  // What was asked of `npm pack` comes along in the environment.
  const args = ['ci', '--no-dry-run', '--no-json', '--include=dev', '--no-audit', '--no-fund'];
  const { status } = spawnSync('npm', args, { cwd: root, stdio: ['ignore', process.stderr.fd, 'inherit'] });
  if (status !== 0) {
    console.error('The package cannot be built: npm ci failed. Run it by itself, then npm pack again.');
    process.exitCode = 1;
  }
}
