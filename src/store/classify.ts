import { normalizeAgentId } from '../openclaw/agent-id.ts';
import type { OpenClawConfig } from '../openclaw/config.ts';
import { keyIdentity } from '../openclaw/key-identity.ts';
import { parseKey, sessionKind } from '../openclaw/keys.ts';
import { preparePlacement } from '../openclaw/placement.ts';
import { effectiveWindow, sessionWindow } from '../openclaw/windows.ts';
import type { Subject } from '../policy.ts';
import type { Thresholds } from '../thresholds.ts';
import type { Session, StoredSession, StoreReading } from './session.ts';
import { contextTokens } from './tokens.ts';

const ACTIVE_MS = 24 * 60 * 60 * 1000;

export interface ClassifyInput {
  readonly config: OpenClawConfig;
  /** Of the shared database, where neither the agent's nor the config has one. */
  readonly version: string | null;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly thresholdsOf: (subject: Subject) => Thresholds;
}

/** What can be concluded of a session: kind, channel, window, tokens, whether it is active, where it belongs. */
export function prepareClassify({ config, version, now, thresholdsOf }: ClassifyInput) {
  const placementOf = preparePlacement(config.routing);
  return (stored: StoredSession, store: Pick<StoreReading, 'version' | 'shared'>): Session => {
    const parsed = parseKey(stored.key);
    const kind = sessionKind(parsed, stored.chatType);
    // In a file a broken entry says nothing; of a row the columns and the window row still speak.
    const window = stored.broken && stored.era === 'file' ? null : sessionWindow(config, stored);
    const placement = placementOf({ ...stored, version: store.version ?? config.version ?? version });
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
      keyAgent: parsed.agent === null ? null : normalizeAgentId(parsed.agent),
      shared: store.shared,
      placement,
      identity: keyIdentity(stored.key, stored.agent, placement.conversation, config.routing),
      thresholds: thresholdsOf({ agent: stored.agent, key: stored.key, kind }),
    };
  };
}
