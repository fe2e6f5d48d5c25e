import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { writeDatabase } from '../../demo/database.ts';

/** A gateway in a container of its own: every 200 ms the tokens of its one session are others. */
const [state = ''] = process.argv.slice(2);
const KEY = 'agent:main:main';
const path = join(state, 'agents/main/agent/openclaw-agent.sqlite');
const now = Date.now();
const session = '00000000-0000-4000-8000-000000000001';
const entry = (tokens: number) => ({
  sessionId: session,
  updatedAt: Date.now(),
  totalTokens: tokens,
  totalTokensFresh: true,
  contextTokens: 128_000,
});

mkdirSync(join(state, 'agents/main/agent'), { recursive: true });
writeDatabase({
  path,
  agent: 'main',
  ending: 'killed',
  sessions: [
    {
      key: KEY,
      sessionId: session,
      entry: entry(0),
      createdMs: now,
      updatedMs: now,
      lastInteractionMs: now,
      events: [],
    },
  ],
});

const database = new DatabaseSync(path, { timeout: 5000 });
database.exec('PRAGMA journal_mode = WAL');
const update = database.prepare('UPDATE session_nodes SET entry_json = ?, updated_at = ?');
for (let commit = 1; ; commit += 1) {
  update.run(JSON.stringify(entry(commit)), Date.now());
  if (commit % 50 === 0) database.exec('PRAGMA wal_checkpoint(PASSIVE)');
  process.stdout.write(`commit ${commit}\n`);
  await new Promise((resolve) => setTimeout(resolve, 200));
}
