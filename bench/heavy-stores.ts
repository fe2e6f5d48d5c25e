/** Stores of the sizes that people report (small, heavy, extreme), the same bytes at every run. */
import { closeSync, mkdirSync, openSync, utimesSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { writeDatabase } from '../demo/database.ts';

export interface StoreSize {
  readonly agents: number;
  /** Of all agents together, as all figures here. */
  readonly sessions: number;
  /** Files beside index and transcripts (file era). */
  readonly otherFiles: number;
  /** Of one entry of the index, or of a row's `entry_json`. */
  readonly entryBytes: number;
  /** Of one transcript, on average: a tenth of them has most of the bytes. */
  readonly transcriptBytes: number;
  /** When the newest session was used; a day that is always the same when not given. */
  readonly usedMs?: number;
}

/** `heavy`: what busy hosts report; `extreme`: the largest of each figure that anybody reported. */
export const SIZES = {
  small: { agents: 2, sessions: 200, otherFiles: 60, entryBytes: 9000, transcriptBytes: 40_000 },
  heavy: { agents: 3, sessions: 5000, otherFiles: 3000, entryBytes: 9000, transcriptBytes: 82_000 },
  extreme: { agents: 50, sessions: 50_000, otherFiles: 20_000, entryBytes: 4000, transcriptBytes: 20_000 },
} as const satisfies Record<string, StoreSize>;

/** Of everything that is written: long enough ago that nothing is taken for being written still. */
const WRITTEN = new Date(Date.UTC(2026, 10, 20));
/** When the newest session was used; a minute lies between two of them. */
const USED_MS = Date.UTC(2026, 10, 20);
const CHANNELS = ['telegram', 'whatsapp', 'discord', 'slack', 'signal'];
const LEFT = ['jsonl', 'jsonl.reset.2026-11-01T00-00-00.000Z', 'jsonl.deleted.2026-11-01T00-00-00.000Z', 'jsonl.lock'];
export const LINE_BYTES = 1200;

interface Drawn {
  readonly agent: string;
  readonly key: string;
  readonly sessionId: string;
  readonly usedMs: number;
  readonly tokens: number;
  readonly lines: number;
}

/** A state directory of the file era. */
export function writeFileStores(stateDir: string, size: StoreSize): void {
  writeConfig(stateDir, size, '2026.7.35');
  const filler = fillerOf(size.entryBytes);
  for (const { agent, sessions, from } of agentsOf(size)) {
    const folder = join(stateDir, 'agents', agent, 'sessions');
    mkdirSync(folder, { recursive: true });
    const index = openSync(join(folder, 'sessions.json'), 'w', 0o600);
    for (const [at, session] of sessions.entries()) {
      const entry = `${JSON.stringify(session.key)}: ${JSON.stringify({ ...entryOf(session), skillsSnapshot: filler }, null, 2)}`;
      writeSync(index, `${at === 0 ? '{\n' : ',\n'}${entry}`);
      writeOld(
        join(folder, `${session.sessionId}.jsonl`),
        `${recordsOf(session)
          .map((record) => JSON.stringify(record))
          .join('\n')}\n`,
      );
    }
    writeSync(index, '\n}\n');
    closeSync(index);
    utimesSync(join(folder, 'sessions.json'), WRITTEN, WRITTEN);
    const others = share(size.otherFiles, size.agents, from);
    for (let at = 0; at < others; at += 1) {
      writeOld(
        join(folder, `${uuid(from * 1_000_000 + at, '9')}.${LEFT[at % LEFT.length]}`),
        'left over\n'.repeat(100),
      );
    }
  }
}

/** A state directory of the SQLite era. */
export function writeDatabases(stateDir: string, size: StoreSize): void {
  writeConfig(stateDir, size, '2026.9.6');
  const filler = fillerOf(size.entryBytes);
  for (const { agent, sessions } of agentsOf(size)) {
    const path = join(stateDir, 'agents', agent, 'agent', 'openclaw-agent.sqlite');
    writeDatabase({
      path,
      agent,
      ending: 'closed',
      sessions: sessions.map((session) => ({
        key: session.key,
        sessionId: session.sessionId,
        entry: { ...entryOf(session), skillsSnapshot: filler },
        createdMs: session.usedMs,
        updatedMs: session.usedMs,
        lastInteractionMs: session.usedMs,
        events: recordsOf(session),
      })),
    });
    utimesSync(path, WRITTEN, WRITTEN);
  }
}

function writeConfig(stateDir: string, { agents }: StoreSize, version: string): void {
  mkdirSync(stateDir, { recursive: true });
  const list = Array.from({ length: agents }, (_, at) => ({ id: agentName(at) }));
  const bindings = list.flatMap(({ id }, at) =>
    CHANNELS.slice(0, 2).map((channel) => ({ agentId: id, match: { channel, accountId: `account-${at}` } })),
  );
  writeOld(
    join(stateDir, 'openclaw.json'),
    JSON.stringify({ meta: { lastTouchedVersion: version }, agents: { list }, bindings }, null, 2),
  );
}

function agentsOf({ agents, sessions, transcriptBytes, usedMs = USED_MS }: StoreSize) {
  return Array.from({ length: agents }, (_, from) => {
    const agent = agentName(from);
    const count = share(sessions, agents, from);
    return {
      agent,
      from,
      sessions: Array.from({ length: count }, (_each, at) => draw(agent, from, at, transcriptBytes, usedMs)),
    };
  });
}

function draw(agent: string, from: number, at: number, transcriptBytes: number, newestMs: number): Drawn {
  const number = from * 1_000_000 + at;
  const channel = CHANNELS[at % CHANNELS.length] ?? '';
  const kind = at % 3 === 0 ? 'group' : 'direct';
  // One in ten is nine times as long as the others.
  const weight = at % 10 === 0 ? 5 : 5 / 9;
  return {
    agent,
    key: at === 0 ? `agent:${agent}:main` : `agent:${agent}:${channel}:${kind}:${5_000_000 + number}`,
    sessionId: uuid(number, '4'),
    usedMs: newestMs - at * 60_000,
    tokens: 3000 + ((number * 7919) % 90_000),
    lines: Math.max(2, Math.round((transcriptBytes * weight) / LINE_BYTES)),
  };
}

function entryOf({ sessionId, usedMs, tokens }: Drawn) {
  return {
    sessionId,
    updatedAt: usedMs,
    sessionStartedAt: usedMs - 3_600_000,
    lastInteractionAt: usedMs,
    status: 'done',
    totalTokens: tokens,
    totalTokensFresh: true,
    contextTokens: 200_000,
    model: 'claude-sonnet-4.5',
    modelProvider: 'anthropic',
  };
}

function recordsOf({ sessionId, usedMs, tokens, lines }: Drawn): object[] {
  const timestamp = new Date(usedMs).toISOString();
  const text = `synthetic words of a chat about ${sessionId} `
    .repeat(Math.ceil(LINE_BYTES / 80))
    .slice(0, LINE_BYTES - 200);
  const usage = { input: tokens, output: 60, cacheRead: 0, cacheWrite: 0 };
  return [
    { type: 'session', version: 3, id: sessionId, timestamp, cwd: '/work' },
    ...Array.from({ length: lines }, (_, at) => ({
      type: 'message',
      id: `m${at}`,
      parentId: at === 0 ? null : `m${at - 1}`,
      timestamp,
      message: at % 2 === 0 ? { role: 'user', content: text } : { role: 'assistant', content: text, usage },
    })),
    { type: 'message', id: 'last', timestamp, message: { role: 'assistant', content: 'done', usage } },
  ];
}

/** What `skillsSnapshot` makes of a real entry. */
function fillerOf(bytes: number): object {
  const skills = Array.from({ length: Math.max(1, Math.round(bytes / 95)) }, (_, at) => ({
    name: `skill-${at}`,
    location: `/opt/openclaw/skills/skill-${at}/SKILL.md`,
  }));
  return { version: 1, skills };
}

/** How many of all are the `at`-th one's. */
function share(all: number, parts: number, at: number): number {
  return Math.floor(all / parts) + (at < all % parts ? 1 : 0);
}

function agentName(at: number): string {
  return at === 0 ? 'main' : `agent-${at}`;
}

function uuid(number: number, digit: string): string {
  return `00000000-0000-${digit}000-8000-${String(number).padStart(12, '0')}`;
}

function writeOld(path: string, text: string): void {
  writeFileSync(path, text, { mode: 0o600 });
  utimesSync(path, WRITTEN, WRITTEN);
}
