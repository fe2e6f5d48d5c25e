import type { Agent } from './config.ts';
import { telegramDm } from './conversations.ts';
import { SKILLS_PROMPT } from './entries.ts';
import { digest, uuidOf } from './ids.ts';
import { type NamedSession, named } from './named-session.ts';
import type { SampleFile } from './sample-file.ts';
import { transcriptText } from './transcripts.ts';

const MINUTE_MS = 60_000;
const DAY = 24 * 60;
const DAY_MS = DAY * MINUTE_MS;
/** Above the largest pid that Linux gives, so that it is nobody's. */
const NO_PID = 4_999_999;

interface FormerTranscript {
  readonly agent: Agent;
  readonly peer: string;
  /** Minutes since it was written last. */
  readonly idle: number;
  /** Its name now. */
  readonly name: (session: NamedSession) => string;
}

/** Transcripts that no index names any more. */
const FORMER: readonly FormerTranscript[] = [
  {
    agent: 'demo-main',
    peer: '5550000041',
    idle: 2 * DAY,
    name: ({ transcript, lastMs }) => `${transcript}.reset.${stamp(lastMs)}`,
  },
  {
    agent: 'demo-main',
    peer: '5550000042',
    idle: 5 * DAY,
    name: ({ transcript, lastMs }) => `${transcript}.deleted.${stamp(lastMs)}`,
  },
  // Copies of before a compaction, which 2026.4 and 2026.5 kept.
  {
    agent: 'demo-main',
    peer: '5550000043',
    idle: 60 * DAY,
    name: ({ id }) => `${id}.checkpoint.${uuidOf('checkpoint')}.jsonl`,
  },
  { agent: 'demo-support', peer: '5550000044', idle: 9 * DAY, name: ({ transcript }) => transcript },
];

/** Files beside the sessions' own: what resets, deletions, traces, crashes and older versions leave behind. */
export function leftovers(sessions: readonly NamedSession[], now: number): SampleFile[] {
  const former = FORMER.map(({ agent, peer, idle, name }) => {
    const session = named({ agent, about: telegramDm(peer), tokens: 15_000, idle }, now);
    return inSessions(agent, name(session), transcriptText(session) ?? '', session.lastMs);
  });
  return [
    ...former,
    inSessions(
      'demo-main',
      `sessions.json.${NO_PID}.${uuidOf('temporary')}.tmp`,
      '{\n  "agent:demo-main:main": {',
      now - 4 * DAY_MS,
    ),
    inSessions('demo-ops', `sessions.json.bak.${now - 40 * DAY_MS}`, '{}\n', now - 40 * DAY_MS),
    ...[...new Set(sessions.map(({ agent }) => agent))].map((agent) => skillsPrompt(agent, now)),
    ...sessions.filter(({ about }) => about.rest.startsWith('cron:')).map(trajectory),
    // Whoever wrote the truncated transcript died with its lock in hand.
    ...sessions.filter(({ damage }) => damage === 'truncated').map(lock),
  ];
}

function skillsPrompt(agent: Agent, now: number): SampleFile {
  const hash = digest(SKILLS_PROMPT);
  return inSessions(agent, `skills-prompts/sha256/${hash.slice(0, 2)}/${hash}.txt`, SKILLS_PROMPT, now - 9 * DAY_MS);
}

/** A debug trace; it ends as a transcript does and is none. */
function trajectory({ agent, id, key, lastMs }: NamedSession): SampleFile {
  const event = { traceSchema: 'openclaw-trajectory', schemaVersion: 1, type: 'session.started', seq: 1 };
  const line = JSON.stringify({ ...event, ts: new Date(lastMs).toISOString(), sessionId: id, sessionKey: key });
  return inSessions(agent, `${id}.trajectory.jsonl`, `${line}\n`, lastMs);
}

function lock({ agent, transcript, lastMs }: NamedSession): SampleFile {
  const text = JSON.stringify({ pid: NO_PID, createdAt: new Date(lastMs).toISOString(), starttime: 1 });
  return inSessions(agent, `${transcript}.lock`, text, lastMs);
}

/** What the doctor put aside when it imported an agent's files. */
export function importArchive(sessions: readonly NamedSession[], now: number): SampleFile[] {
  const importedMs = now - 2 * DAY_MS;
  return sessions.map((session) => {
    const name = `${session.key.replaceAll(':', '_')}.${session.transcript}.imported-${importedMs}`;
    const path = `agents/${session.agent}/session-sqlite-import-archive/${name}`;
    return { path, text: transcriptText(session) ?? '', writtenMs: session.lastMs };
  });
}

function inSessions(agent: Agent, name: string, text: string, writtenMs: number): SampleFile {
  return { path: `agents/${agent}/sessions/${name}`, text, writtenMs };
}

/** A time as OpenClaw puts it into file names. */
function stamp(ms: number): string {
  return new Date(ms).toISOString().replaceAll(':', '-');
}
