import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeError } from '../src/errors.ts';

/*
 * Run by `npm pack` and `npm publish` after the build: writes the commit into `dist/`, from where `src/version.ts` reads
 * it. Ends with `-dirty` when tracked files were changed since that commit. Without git there is none, and that is said.
 */
const ROOT = join(import.meta.dirname, '..');

try {
  const args = ['describe', '--always', '--dirty', '--abbrev=40', '--exclude', '*'];
  const revision = execFileSync('git', args, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  writeFileSync(join(ROOT, 'dist/revision'), revision);
} catch (error) {
  console.error(`the package has no revision: ${describeError(error)}`);
}
