import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** Writes a file aside and renames it: who reads it sees the whole text or the one before. Throws what the file system says. */
export function writeWhole(path: string, text: string): void {
  // Hidden, and not called *.prom: node_exporter never reads it half-written.
  const aside = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);
  try {
    writeFileSync(aside, text, { mode: 0o644 });
    renameSync(aside, path);
  } catch (error) {
    removeIfThere(aside);
    throw error;
  }
}

function removeIfThere(path: string): void {
  try {
    rmSync(path);
  } catch {
    // It was never written; what went wrong is reported.
  }
}
