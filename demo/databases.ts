import { existsSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { type Agent, PROGRAM } from './config.ts';
import { type DatabaseOptions, writeDatabase, writeStateDatabase } from './database.ts';
import { DESK_SESSIONS, MOVED_ON, MOVING_SESSIONS, WAITING_PEER } from './database-agents.ts';
import { databaseSession } from './database-entries.ts';
import { MINUTE_MS, type NamedSession, named } from './named-session.ts';

/** Writes the agents' databases and the one that lists them, with the times of what is in them. */
export function writeDatabases(dir: string, now: number): void {
  const agents = [deskDatabase(now), movingDatabase(now)].map(({ agent, ...content }) => {
    const path = databasePath(agent);
    writeDatabase({ ...content, agent, path: join(dir, path) });
    const seenMs = Math.max(...content.sessions.map(({ updatedMs }) => updatedMs));
    setTimes(join(dir, path), seenMs);
    return { agent, path, seenMs, sizeBytes: statSync(join(dir, path)).size };
  });
  const path = join(dir, 'state', 'openclaw.sqlite');
  writeStateDatabase({ path, version: PROGRAM, agents });
  setTimes(path, now);
}

type Content = Omit<DatabaseOptions, 'path' | 'agent'> & { agent: Agent };

/** As an ordinary gateway leaves it, with two messages that wait. */
function deskDatabase(now: number): Content {
  const sessions = DESK_SESSIONS.map((session) => named(session, now));
  const waiting = sessions.filter(({ about }) => about.peer?.peerId === WAITING_PEER);
  return {
    agent: 'demo-desk',
    version: PROGRAM,
    ending: 'stopped',
    sessions: sessions.map((session) => databaseSession(session, false)),
    pendingInputs: waiting.flatMap(({ key, id }) =>
      [12, 2].map(
        (minutes) => ({ key, sessionId: id, state: 'queued', acceptedMs: now - minutes * MINUTE_MS }) as const,
      ),
    ),
  };
}

function movingDatabase(now: number): Content {
  const sessions = MOVING_SESSIONS.map((session) => named(session, now));
  return {
    agent: 'demo-moving',
    version: PROGRAM,
    sessions: sessions.map((session) =>
      session.about.rest === 'main' ? databaseSession(movedOn(session, now), false) : databaseSession(session, true),
    ),
  };
}

function movedOn(session: NamedSession, now: number): NamedSession {
  return { ...session, tokens: MOVED_ON.tokens, lastMs: now - MOVED_ON.idle * MINUTE_MS };
}

function databasePath(agent: Agent): string {
  return `agents/${agent}/agent/openclaw-agent.sqlite`;
}

function setTimes(path: string, ms: number): void {
  const written = new Date(ms);
  for (const name of [path, `${path}-wal`, `${path}-shm`].filter((file) => existsSync(file))) {
    utimesSync(name, written, written);
  }
}
