import type { Problem } from '../model/problem.ts';
import { MOST_CHARACTERS, MOST_SESSIONS } from '../model/reading.ts';
import { AGE_SECONDS, inWords } from '../thresholds.ts';

// What a problem of a store means, in words: for `docs/metrics.md` and the status page.

const TOO_MUCH = `${MOST_SESSIONS.toLocaleString('en')} sessions, or ${MOST_CHARACTERS / 1_000_000} million characters in the fields of them that are used`;

interface Meaning {
  /** As it goes on after the name of an agent and a colon. */
  readonly brief: string;
  /** In whole sentences, with code in backticks. */
  readonly meaning: string;
}

interface ProblemMeaning extends Meaning {
  /** The value of `openclaw_store_readable` beside it, for the document of the metrics. */
  readonly readable: string;
  /** What it means of a store that could be read all the same; absent: the same. */
  readonly whenRead?: Meaning;
}

export const PROBLEM_MEANINGS = {
  permission_denied: {
    readable: '0; 1 when it is a transcript alone',
    brief: 'the exporter may not read its store',
    meaning: 'The exporter may not read the folder, the index or the database. Run it as the gateway’s user.',
    whenRead: {
      brief: 'the exporter may not read a transcript',
      meaning: 'The exporter may not read a transcript. Run it as the gateway’s user.',
    },
  },
  index_unreadable: {
    readable: '0; 1 when it is a transcript alone',
    brief: 'its index cannot be read',
    meaning: `The index or its folder cannot be read, for another reason than its mode: an error of the disk, no regular file, a link in its place, which is not followed. Or the index is too large: more than ${TOO_MUCH}, or an entry of more than 16 MiB.`,
    whenRead: {
      brief: 'a transcript cannot be read',
      meaning:
        'A transcript cannot be read, for another reason than its mode: an error of the disk, no regular file, or a link in its place, which is not followed.',
    },
  },
  index_empty: { readable: '0', brief: 'its index is empty', meaning: 'The index has 0 bytes.' },
  index_invalid_json: {
    readable: '0',
    brief: 'its index is damaged',
    meaning:
      'The index does not parse, or is no object. Before 2026.2.17 it is read as JSON5. OpenClaw goes on with an empty one.',
  },
  index_missing: {
    readable: '1',
    brief: 'its index is missing, and transcripts are there',
    meaning:
      'There are transcripts, and neither an index nor a database. OpenClaw’s clean-up takes them for leftovers and deletes them.',
  },
  database_unreadable: {
    readable: '0; 1 when only a copy was set aside',
    brief: 'its database cannot be read',
    meaning: `Mostly it is damaged, or its \`-wal\` is. Other causes: OpenClaw has it in quarantine; it has been locked for more than ${inWords(AGE_SECONDS.lockedDatabase)}; it is too large (more than ${TOO_MUCH}, or a schema larger than any of OpenClaw’s).`,
    whenRead: {
      brief: 'its database was damaged, and OpenClaw went on with an empty one',
      meaning: 'OpenClaw set a damaged database aside (`….sqlite.corrupt-*`) and went on with an empty one.',
    },
  },
  schema_unsupported: {
    readable: '0',
    brief: 'its database has an unknown schema',
    meaning: 'The database holds sessions, and a table or column that is needed to read them is not there.',
  },
  schema_outdated: {
    readable: '1',
    brief: 'its database has to be migrated',
    meaning:
      'The schema is older than OpenClaw’s version needs, so the gateway refuses this agent until the database is migrated. The version is that of the config, or of `state/openclaw.sqlite`.',
  },
  database_mismatch: {
    readable: '0',
    brief: 'its database is that of another agent or role',
    meaning: '`schema_meta` of the database names another agent, or another role.',
  },
  database_missing: {
    readable: '0',
    brief: 'its database is missing',
    meaning:
      'OpenClaw’s registry (`agent_databases` in `state/openclaw.sqlite`) names a database of an agent of the config, and the file is gone.',
  },
  wal_without_shm: {
    readable: '0',
    brief: 'its database cannot be read without writing beside it',
    meaning:
      'The database has a `-wal` with content and no `-shm`. To read it a file would have to be written beside it, so it is not read.',
  },
  archive_unpublished: {
    readable: '1',
    brief: 'OpenClaw could not archive a transcript',
    meaning:
      'OpenClaw could not write the transcript of a deleted or reset session to its archive (`session_transcript_archives.last_publish_error`).',
  },
  link_refused: {
    readable: '0',
    brief: 'a folder is a link that is not followed',
    meaning:
      'A folder of the agent is a link that neither root nor the owner of the state directory made. It is not followed.',
  },
  store_missing: {
    readable: '0',
    brief: 'the folder of its store is not on this host',
    meaning:
      'The folder that `session.store` names, or to which a link in the place of the agent’s folder leads, is not on this host.',
  },
  scan_aborted: {
    readable: '0',
    brief: 'a scan broke off while it read this store',
    meaning:
      'Reading the store was the end of a scanning process: it gave no sign of life for `--scan.timeout`, or died in it twice in a row. The store is left alone until its files change or an hour has passed; only the hour counts where already a look at them was the end. The log names agent and step.',
  },
} satisfies Record<Problem, ProblemMeaning>;

/** What it means of this store. */
export function problemMeaning(problem: Problem, readable: boolean): Meaning {
  const found: ProblemMeaning = PROBLEM_MEANINGS[problem];
  return (readable ? found.whenRead : undefined) ?? found;
}

/** For a line about the agent: in words, with the code that metrics and runbooks have. */
export function problemInWords(problem: Problem, readable: boolean): string {
  return `${problemMeaning(problem, readable).brief} (${problem})`;
}
