import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { onTestFinished } from 'vitest';
import { type DatabaseOptions, writeDatabase } from '../../demo/database.ts';

/** A database of the agent `ops`, open for the length of a test, after these statements of damage. */
export function agentDatabase(
  options: Partial<Omit<DatabaseOptions, 'path'>> = {},
  ...damage: readonly string[]
): DatabaseSync {
  const folder = mkdtempSync(join(tmpdir(), 'agent-database-'));
  const path = join(folder, 'openclaw-agent.sqlite');
  writeDatabase({ agent: 'ops', sessions: [], ...options, path });
  const database = new DatabaseSync(path);
  onTestFinished(() => {
    database.close();
    rmSync(folder, { recursive: true, force: true });
  });
  for (const statement of ['PRAGMA synchronous = OFF', ...damage]) database.exec(statement);
  return database;
}
