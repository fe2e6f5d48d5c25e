import type { AgentFiles } from '../src/model/files.ts';
import type { Layout } from '../src/model/layout.ts';
import type { Problem } from '../src/model/problem.ts';
import type { FileClass } from '../src/openclaw/file-classes.ts';
import type { Kind } from '../src/openclaw/keys.ts';
import type { RUN_STATUSES } from '../src/openclaw/run-status.ts';
import type { TokensSource } from '../src/openclaw/tokens.ts';
import type { INPUT_STATES } from '../src/read/sqlite/figures.ts';
import { AGE_SECONDS, inWords } from '../src/thresholds.ts';

// What the values of labels mean, for `docs/metrics.md`: one sentence for each value that the code can give.

/** `readable`: the value of `openclaw_store_readable` beside it. */
export const PROBLEM_MEANINGS = {
  permission_denied: {
    readable: '0; 1 when it is a transcript alone',
    meaning:
      'The exporter may not read the folder, the index or the database, or a transcript. Run it as the gateway’s user.',
  },
  index_unreadable: {
    readable: '0; 1 when it is a transcript alone',
    meaning:
      'The index, its folder or a transcript cannot be read, for another reason than its mode: an error of the disk, no regular file, a link in its place, which is not followed.',
  },
  index_empty: { readable: '0', meaning: 'The index has 0 bytes.' },
  index_invalid_json: {
    readable: '0',
    meaning:
      'The index does not parse, or is no object. Before 2026.2.17 it is read as JSON5. OpenClaw goes on with an empty one.',
  },
  index_missing: {
    readable: '1',
    meaning:
      'There are transcripts, and neither an index nor a database. OpenClaw’s clean-up takes them for leftovers and deletes them.',
  },
  database_unreadable: {
    readable: '0; 1 when only a copy was set aside',
    meaning: `The database is damaged, or its \`-wal\` is, or it has been locked for more than ${inWords(AGE_SECONDS.lockedDatabase)}, or OpenClaw has it in quarantine. With \`readable\` 1: OpenClaw set a damaged one aside (\`….sqlite.corrupt-*\`) and went on with an empty one.`,
  },
  schema_unsupported: {
    readable: '0',
    meaning: 'The database holds sessions, and a table or column that is needed to read them is not there.',
  },
  schema_outdated: {
    readable: '1',
    meaning:
      'The schema is older than OpenClaw’s version needs, so the gateway refuses this agent until the database is migrated. The version is that of the config, or of `state/openclaw.sqlite`.',
  },
  database_mismatch: {
    readable: '0',
    meaning: '`schema_meta` of the database names another agent, or another role.',
  },
  database_missing: {
    readable: '0',
    meaning:
      'OpenClaw’s registry (`agent_databases` in `state/openclaw.sqlite`) names a database of an agent of the config, and the file is gone.',
  },
  wal_without_shm: {
    readable: '0',
    meaning:
      'The database has a `-wal` with content and no `-shm`. To read it a file would have to be written beside it, so it is not read.',
  },
  archive_unpublished: {
    readable: '1',
    meaning:
      'OpenClaw could not write the transcript of a deleted or reset session to its archive (`session_transcript_archives.last_publish_error`).',
  },
  link_refused: {
    readable: '0',
    meaning:
      'A folder of the agent is a link that neither root nor the owner of the state directory made. It is not followed.',
  },
  store_missing: {
    readable: '0',
    meaning:
      'The folder that `session.store` names, or to which a link in the place of the agent’s folder leads, is not on this host.',
  },
  scan_aborted: {
    readable: '0',
    meaning:
      'Reading the store was the end of a scanning process: it gave no sign of life for `--scan.timeout`, or died in it twice in a row. The store is left alone until its files change or an hour has passed. The log names agent and step.',
  },
} satisfies Record<Problem, { readable: string; meaning: string }>;

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
