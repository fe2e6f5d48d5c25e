import type { AgentFiles } from '../src/model/files.ts';
import type { Layout } from '../src/model/layout.ts';
import type { FileClass } from '../src/openclaw/file-classes.ts';
import type { Kind } from '../src/openclaw/keys.ts';
import type { RUN_STATUSES } from '../src/openclaw/run-status.ts';
import type { TokensSource } from '../src/openclaw/tokens.ts';
import type { INPUT_STATES } from '../src/read/sqlite/figures.ts';
import { AGE_SECONDS, inWords } from '../src/thresholds.ts';

// What the values of labels mean, for `docs/metrics.md`: one sentence for each value that the code can give.

export const CLASS_MEANINGS = {
  index: '`sessions.json`, or the name that `session.store` gives it',
  transcript: '`*.jsonl` in a folder of sessions, of a session in an index or a database',
  orphan: 'a transcript that neither an index nor a database refers to. Look at it before you delete it.',
  reset: '`*.jsonl.reset.<time>`: what `/new` and `/reset` left (2026.2.17 and later)',
  deleted: '`*.jsonl.deleted.<time>`: of a deleted session, also packed (`.zst`)',
  backup:
    '`*.jsonl.bak.<time>`: before `sessions.compact` cut it. `sessions.json.bak*` and `sessions.json~`: of the index.',
  checkpoint: '`*.checkpoint.<id>.jsonl`: copies that compactions of 2026.4 and 2026.5 left',
  trajectory: '`*.trajectory.jsonl` and `*.trajectory-path.json`: traces for debugging (2026.4.29 and later)',
  temporary: '`*.tmp` anywhere: what a write that was interrupted left',
  lock: '`*.lock` in a folder of sessions',
  database: 'the agent’s database',
  wal: 'the `-wal` of the agent’s database',
  import_archive: 'the files below `session-sqlite-import-archive/`: what the migration to SQLite moved there',
  cold: 'the files below `sessions/cold/`: transcripts that were moved out of the database. There is no other copy of them.',
  other: 'every other file: `-shm`, prompts of skills, credentials, databases that are not the agent’s',
} satisfies Record<FileClass, string>;

export const STATUS_MEANINGS = {
  running: 'A run has begun. After a crash of the gateway it stays so: see `stuck`.',
  done: 'The last run ended well.',
  failed: 'The last run ended with an error.',
  killed: 'The last run was stopped.',
  timeout: 'The last run took too long and was ended.',
} satisfies Record<(typeof RUN_STATUSES)[number], string>;

export const SOURCE_MEANINGS = {
  index: 'The total that OpenClaw stored with the session is believed, in both eras.',
  transcript:
    'The stored total is not there, is not fresh, or cannot be that of the last call. The last usage in the transcript counts.',
  none: 'Neither is known. The session has no `session_tokens`.',
} satisfies Record<TokensSource, string>;

export const LAYOUT_MEANINGS = {
  file: 'An index, also one that cannot be read, or transcripts without one.',
  sqlite: 'A database with tables of sessions.',
  migrating: 'Database and index both hold sessions. Those of the database count.',
  empty: 'Neither: an agent that was never used, whatever other files it has.',
} satisfies Record<Layout, string>;

export const KIND_MEANINGS = {
  main: 'the main session of an agent (`agent:<id>:main`, `main`, `global`); with the default `dmScope` all direct chats are in it',
  dm: 'a direct chat, or a thread in one',
  group: 'a group, room or channel, or a thread or topic in one',
  cron: 'a scheduled job, or a run of one',
  subagent: 'a session that another session started',
  hook: 'a webhook',
  acp: 'a coding tool behind the agent client protocol',
  other: 'every other key: clients of the HTTP API, nodes, heartbeats, names that people gave',
} satisfies Record<Kind, string>;

export const INPUT_MEANINGS = {
  queued: 'waits for a run',
  interrupted: 'was interrupted before a run took it up',
  cancelled: 'was cancelled before a run took it up',
} satisfies Record<(typeof INPUT_STATES)[number], string>;

export const LOCK_MEANINGS = {
  held: 'younger than a stale one: its owner may still need it',
  stale: `older than ${inWords(AGE_SECONDS.transcriptLock)} (of the index: ${inWords(AGE_SECONDS.indexLock)}). With \`--openclaw.same-pid-namespace\` also when its process is gone.`,
} satisfies Record<keyof AgentFiles['locks'], string>;
