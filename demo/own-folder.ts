import { mkdirSync, mkdtempSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf } from '../src/errors.ts';

/** In this checkout, and not in the temporary folder of the machine, where nobody would find what a killed process left. Git ignores it. */
const PARENT = join(import.meta.dirname, '../.demo');

/**
 * A folder of this process, removed when it ends. Only a process that is killed (SIGKILL, no power) leaves its folder, and the next
 * one removes it.
 */
export function ownFolder(): string {
  mkdirSync(PARENT, { recursive: true, mode: 0o700 });
  for (const name of readdirSync(PARENT)) if (!isAlive(Number.parseInt(name, 10))) remove(join(PARENT, name));
  const folder = mkdtempSync(join(PARENT, `${process.pid}-`));
  process.on('exit', () => {
    remove(folder);
    try {
      rmdirSync(PARENT);
    } catch {
      // Another one runs.
    }
  });
  return folder;
}

function remove(path: string): void {
  rmSync(path, { recursive: true, force: true });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's.
    return codeOf(error) === 'EPERM';
  }
}
