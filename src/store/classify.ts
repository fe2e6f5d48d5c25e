import type { OpenClawConfig } from '../openclaw/config.ts';
import { parseKey, sessionKind } from '../openclaw/keys.ts';
import { effectiveWindow, sessionWindow } from '../openclaw/windows.ts';
import type { Subject } from '../policy.ts';
import type { Thresholds } from '../thresholds.ts';
import type { Session, StoredSession } from './session.ts';
import { contextTokens } from './tokens.ts';

const ACTIVE_MS = 24 * 60 * 60 * 1000;

/** What can be concluded of a session: kind, channel, window, tokens, whether it is active. */
export function classify(
  stored: StoredSession,
  config: OpenClawConfig,
  now: number,
  thresholdsOf: (subject: Subject) => Thresholds,
): Session {
  const parsed = parseKey(stored.key);
  const kind = sessionKind(parsed, stored.chatType);
  // In a file a broken entry says nothing; of a row the columns and the window row still speak.
  const window = stored.broken && stored.era === 'file' ? null : sessionWindow(config, stored);
  return {
    ...stored,
    kind,
    channel: parsed.channel,
    ...contextTokens({
      total: stored.totalTokens,
      fresh: stored.totalTokensFresh,
      window,
      usage: stored.transcript?.usage ?? null,
    }),
    window,
    effectiveWindow: effectiveWindow(config, window),
    active: stored.lastActivityMs !== null && now - stored.lastActivityMs <= ACTIVE_MS,
    thresholds: thresholdsOf({ agent: stored.agent, key: stored.key, kind }),
  };
}
