import type { CheckOutcome } from '../checks/run.ts';
import type { Discovery } from '../discover/discover.ts';
import type { Log } from '../log.ts';
import type { PassedOver } from '../model/passed-over.ts';
import type { ReadableAgent, Snapshot, SnapshotAgent } from '../model/snapshot.ts';
import { type FoundTranscript, foundTranscript } from '../model/transcript.ts';
import { LARGEST_RECORD_BYTES, LARGEST_TRANSCRIPT_BYTES } from '../openclaw/transcript-record.ts';
import type { Failure } from './agent-guard.ts';

/** Of the config, in one line of the log. */
const SHOWN_PARTS = 10;

const LARGEST_RECORD = `${LARGEST_RECORD_BYTES / (1024 * 1024)} MiB`;
const LARGEST_TRANSCRIPT = `${LARGEST_TRANSCRIPT_BYTES / (1024 * 1024 * 1024)} GiB`;

/** In files alone: of a database nobody knows no messages. */
function isTooLarge(transcript: FoundTranscript | null): boolean {
  const { path = null, bytes = null, messages = null } = transcript ?? {};
  return path !== null && messages === null && bytes !== null && bytes > LARGEST_TRANSCRIPT_BYTES;
}

/** Why a folder of `agents/` is no agent. */
const LEFT_OUT: Readonly<Record<PassedOver['why'], string>> = {
  closed: 'a folder may not be entered: it is taken for no agent',
  link: 'a link is not followed: it is of an agent that the config does not list',
  transcripts: 'a folder holds transcripts, and neither index nor database: for OpenClaw it is no agent',
  same_name: 'a folder is passed over: another one is the agent of its name',
  nameless: 'a folder with a store is passed over: OpenClaw makes no agent of its name',
  too_many: 'a folder and those behind it are passed over: there are too many before it',
};

interface Condition {
  /** What the condition is about; unique. */
  readonly subject: string;
  /** What is wrong; null: nothing. Another text is news. */
  readonly wrong: string | null;
  /** Of the line that says that something is wrong; `warn` when left out. */
  readonly level?: 'warn' | 'error';
  /** The message when nothing is wrong any more, and when something is. */
  readonly good: string;
  readonly bad: string;
  readonly fields?: Readonly<Record<string, string | number>>;
}

interface Count extends Pick<Condition, 'good' | 'bad'> {
  /** Of the line that says how many there are. */
  readonly field: string;
  readonly count: number;
}

/** Logs what changed since the last scan, once: a store that stays broken is no news every minute. */
export class ChangeLog {
  private readonly log: Log;
  /** What was wrong at the last scan, by subject. */
  private readonly known = new Map<string, string | null>();

  constructor(log: Log) {
    this.log = log;
  }

  report(discovery: Discovery, snapshot: Snapshot, checks: readonly CheckOutcome[]): void {
    this.noteState(discovery);
    this.noteConfig(discovery, snapshot);
    this.noteLeftOut(snapshot);
    this.note({
      subject: 'sample',
      wrong: snapshot.sample ? 'sample' : null,
      good: 'no generated sample is served any more',
      bad: 'a generated SAMPLE is served, no real state',
    });
    for (const store of snapshot.agents) {
      this.noteStore(store);
      // Nothing else is known of a store that was not read, so nothing else of it has changed.
      if (store.readable) this.noteAgent(store);
    }
    for (const { check, error } of checks) {
      this.note({
        subject: `check ${check}`,
        wrong: error,
        level: 'error',
        good: 'check works again',
        bad: 'check failed',
        fields: { check, err: error ?? 'ok' },
      });
    }
  }

  /** By agent: what was thrown in its work. */
  reportFailures({ agents }: Snapshot, failures: ReadonlyMap<string, Failure>): void {
    for (const { agent } of agents) {
      const { step, error } = failures.get(agent) ?? { step: '', error: null };
      this.note({
        subject: `failure ${agent}`,
        wrong: error === null ? null : `${step}: ${error}`,
        level: 'error',
        good: 'agent was worked through again',
        bad: 'a step of an agent failed: a bug of the exporter, and no other agent is concerned',
        fields: { agent, step, err: error ?? 'ok' },
      });
    }
  }

  /** Also told when all is well: it is the first thing to know of an exporter that was started. */
  private noteState({ unreadable, agents }: Discovery): void {
    if (!this.isNews('state', unreadable ?? `${agents.length} agents`)) return;
    if (unreadable === null) this.log.info('OpenClaw state directory was read', { agents: agents.length });
    else {
      this.log.error(
        'OpenClaw state directory cannot be read: set --openclaw.state-dir to the one that the gateway uses',
        { reason: unreadable },
      );
    }
  }

  private noteConfig({ configError, registryError }: Discovery, { configDropped }: Snapshot): void {
    this.note({
      subject: 'config',
      wrong: configError,
      good: 'OpenClaw config is valid',
      bad: 'OpenClaw config cannot be used: the last good one is used, or the defaults',
      fields: { err: configError ?? 'ok' },
    });
    const parts = configDropped.slice(0, SHOWN_PARTS).join();
    this.note({
      subject: 'config parts',
      wrong: parts || null,
      good: 'no part of the OpenClaw config has the wrong shape any more',
      bad: 'parts of the OpenClaw config have the wrong shape: they count as absent',
      fields: parts === '' ? {} : { parts, count: configDropped.length },
    });
    this.note({
      subject: 'registry',
      wrong: registryError,
      good: "OpenClaw's registry of databases was read",
      bad: "OpenClaw's registry of databases cannot be read",
      fields: { err: registryError ?? 'ok' },
    });
  }

  /** What is read by nobody: told once. */
  private noteLeftOut({ unusedDatabases, passedOver }: Snapshot): void {
    for (const { agent, place, sessions } of unusedDatabases) {
      if (!this.isNews(`database ${agent} ${place}`, 'unused')) continue;
      this.log.warn(
        'a database with sessions is not used: OpenClaw reads another one, or the agent is not in its config',
        {
          agent,
          found_by: place,
          sessions,
        },
      );
    }
    for (const { folder, why } of passedOver) {
      if (this.isNews(`folder ${folder}`, why)) this.log.warn(LEFT_OUT[why], { folder: `agents/${folder}` });
    }
  }

  private noteStore({ agent, readable, problems }: SnapshotAgent): void {
    const reasons = problems.join(',');
    this.note({
      subject: `store ${agent}`,
      wrong: reasons || null,
      good: 'store was read',
      bad: readable ? 'store was read, and has a problem' : 'store could not be read',
      fields: { agent, problem: reasons || 'ok' },
    });
  }

  private noteAgent({ agent, sessions, files, staleSinceMs }: ReadableAgent): void {
    this.note({
      subject: `files ${agent}`,
      wrong: files === null ? 'not counted' : null,
      good: 'files were counted',
      bad: 'not all files could be counted: the figures of files are left out',
      fields: { agent },
    });
    const since = staleSinceMs === null ? null : new Date(staleSinceMs).toISOString();
    this.note({
      subject: `stale ${agent}`,
      wrong: since,
      good: 'database was read again',
      bad: 'database is locked: the figures that were read last are shown',
      fields: since === null ? { agent } : { agent, since },
    });
    const oversized = sessions.reduce((sum, { session }) => sum + (foundTranscript(session)?.oversizedRecords ?? 0), 0);
    this.noteCount(agent, 'series', {
      field: 'sessions',
      count: sessions.filter(({ labels }) => labels === null).length,
      good: 'every session has series of its own again',
      bad: 'sessions have no series of their own (session limit, or equal labels)',
    });
    this.noteCount(agent, 'records', {
      field: 'oversized_records',
      count: oversized,
      good: `no record is larger than ${LARGEST_RECORD} any more`,
      bad: `records larger than ${LARGEST_RECORD} are not judged: only their bytes count`,
    });
    this.noteCount(agent, 'transcripts', {
      field: 'transcripts',
      count: sessions.filter(({ session }) => isTooLarge(foundTranscript(session))).length,
      good: `no transcript is larger than ${LARGEST_TRANSCRIPT} any more`,
      bad: `transcripts larger than ${LARGEST_TRANSCRIPT} are not validated: only their bytes count`,
    });
  }

  /** How many of an agent's have something that none should have. */
  private noteCount(agent: string, subject: string, { field, count, good, bad }: Count): void {
    const wrong = count === 0 ? null : String(count);
    this.note({ subject: `${subject} ${agent}`, wrong, good, bad, fields: { agent, [field]: count } });
  }

  /** Logs a change, in both directions; that all is well at first sight is no news. */
  private note({ subject, wrong, level = 'warn', good, bad, fields = {} }: Condition): void {
    const isFirst = !this.known.has(subject);
    if (!this.isNews(subject, wrong)) return;
    if (wrong !== null) this.log[level](bad, fields);
    else if (!isFirst) this.log.info(good, fields);
  }

  private isNews(subject: string, value: string | null): boolean {
    const before = this.known.get(subject);
    this.known.set(subject, value);
    return before !== value;
  }
}
