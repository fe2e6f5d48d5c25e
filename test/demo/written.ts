import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { afterAll } from 'vitest';
import { type DatabaseOptions, type DatabaseSession, writeDatabase } from '../../demo/database.ts';

/** Of the databases of one test file. */
export const root = mkdtempSync(join(tmpdir(), 'demo-database-'));
/** Called after all tests of the file, in this order. */
export const cleanups = [() => rmSync(root, { recursive: true, force: true })];
let written = 0;

afterAll(() => {
  for (const cleanup of cleanups) cleanup();
});

export const KEY = 'agent:demo:main';
export const SESSION = {
  key: KEY,
  sessionId: 'one',
  entry: { sessionId: 'one', totalTokens: 7 },
  createdMs: 1000,
  updatedMs: 5000,
  events: [],
} satisfies DatabaseSession;

/** Writes a database of one agent; its path. */
export function write(options: Partial<DatabaseOptions> = {}): string {
  written += 1;
  const path = join(root, `${written}`, 'openclaw-agent.sqlite');
  writeDatabase({ agent: 'demo', sessions: [SESSION], ...options, path });
  return path;
}

/** For writing, as OpenClaw opens it, or read-only with SQLite's URI parameters. */
export function openAt(path: string, parameters = ''): DatabaseSync {
  const url = pathToFileURL(path);
  url.search = parameters;
  const database = new DatabaseSync(url, { readOnly: parameters !== '' });
  // Closing writes; the folder must be there still.
  cleanups.unshift(() => database.close());
  return database;
}

export function rows(database: DatabaseSync, sql: string): Record<string, unknown>[] {
  return database
    .prepare(sql)
    .all()
    .map((row) => ({ ...row }));
}
