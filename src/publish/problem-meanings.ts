import type { Problem } from '../model/problem.ts';
import { MOST_CHARACTERS, MOST_SESSIONS } from '../model/reading.ts';
import { AGE_SECONDS, inWords } from '../thresholds.ts';

// What a problem of a store means, in words: for `docs/metrics.md` and the status page.

const TOO_MUCH = `${MOST_SESSIONS.toLocaleString('en')} sessions, or ${MOST_CHARACTERS / 1_000_000} million characters in the fields of them that are used`;

/** `readable`: the value of `openclaw_store_readable` beside it. */
export const PROBLEM_MEANINGS = {
  permission_denied: {
    readable: '0; 1 when it is a transcript alone',
    meaning:
      'The exporter may not read the folder, the index or the database, or a transcript. Run it as the gateway’s user.',
  },
  index_unreadable: {
    readable: '0; 1 when it is a transcript alone',
    meaning: `The index, its folder or a transcript cannot be read, for another reason than its mode: an error of the disk, no regular file, a link in its place, which is not followed. Or the index holds more than ${TOO_MUCH}, or an entry of more than 16 MiB.`,
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
    meaning: `The database is damaged, or its \`-wal\` is, or it has been locked for more than ${inWords(AGE_SECONDS.lockedDatabase)}, or OpenClaw has it in quarantine, or it holds more than ${TOO_MUCH}, or what SQLite reads before anything else (its schema) is larger than any of OpenClaw’s. With \`readable\` 1: OpenClaw set a damaged one aside (\`….sqlite.corrupt-*\`) and went on with an empty one.`,
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
      'Reading the store was the end of a scanning process: it gave no sign of life for `--scan.timeout`, or died in it twice in a row. The store is left alone until its files change or an hour has passed; only the hour counts where already a look at them was the end. The log names agent and step.',
  },
} satisfies Record<Problem, { readable: string; meaning: string }>;
