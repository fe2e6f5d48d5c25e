import { AGENTS, type Model } from './config.ts';
import { uuidOf } from './ids.ts';
import type { SampleSession } from './sessions.ts';

export const MINUTE_MS = 60_000;
/** How long the sample's sessions had lasted at their last activity. */
const SESSION_MS = 5 * 60 * MINUTE_MS;

/** A session with what follows from its row. Times in milliseconds since the epoch. */
export interface NamedSession extends SampleSession {
  readonly key: string;
  readonly id: string;
  /** File name of its transcript. */
  readonly transcript: string;
  readonly modelId: Model;
  readonly startedMs: number;
  readonly lastMs: number;
}

export function named(session: SampleSession, now: number): NamedSession {
  const { agent, about, otherKey, sameIdAs } = session;
  const key = otherKey ?? `agent:${agent}:${about.rest}`;
  const id = uuidOf(`session ${agent} ${sameIdAs ?? key}`);
  const lastMs = now - session.idle * MINUTE_MS;
  return {
    ...session,
    key,
    id,
    transcript: about.topic === undefined ? `${id}.jsonl` : `${id}-topic-${about.topic}.jsonl`,
    modelId: session.model ?? AGENTS[agent],
    startedMs: lastMs - SESSION_MS,
    lastMs,
  };
}
