import { mkdirSync, mkdtempSync, realpathSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, onTestFinished } from 'vitest';

/** A folder of its own, without links on the way. The caller removes it. */
export function keptFolder(): string {
  return realpathSync(mkdtempSync(join(tmpdir(), 'openclaw-store-exporter-')));
}

/** The same for the length of a test. */
export function newFolder(): string {
  const folder = keptFolder();
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The same for the length of a file of tests, which calls it outside of them. */
export function fileFolder(): string {
  const folder = keptFolder();
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes a file, and the folders on the way to it; returns its path. `writtenMs`: its time, the clock's when not given. */
export function putFile(path: string, content: string | Buffer, writtenMs: number | null = null): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  if (writtenMs !== null) setWritten(path, writtenMs);
  return path;
}

/** The file was written then. */
export function setWritten(path: string, writtenMs: number): void {
  utimesSync(path, writtenMs / 1000, writtenMs / 1000);
}
