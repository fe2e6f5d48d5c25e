import type { StoredSession } from '../model/session.ts';
import { sessionKind } from '../openclaw/keys.ts';

/**
 * The sessions of a store, with the model that a thread or topic shares with its parent. A model that OpenClaw fell back to
 * by itself is not shared (2026.9.6).
 */
export function withSharedOverrides(sessions: readonly StoredSession[]): readonly StoredSession[] {
  const chosen = new Map(
    sessions.flatMap(({ key, override }) => (override === null || override.isFallback ? [] : [[key, override]])),
  );
  if (chosen.size === 0) return sessions;
  return sessions.map((session) => {
    const override = session.overrideParent === null ? undefined : chosen.get(session.overrideParent);
    return override === undefined || session.override !== null || !isChat(session) ? session : { ...session, override };
  });
}

/** Runs of other kinds name a parent too, and take their model from elsewhere. */
function isChat({ parsedKey, chatType }: StoredSession): boolean {
  const kind = sessionKind(parsedKey, chatType);
  return kind === 'dm' || kind === 'group';
}
