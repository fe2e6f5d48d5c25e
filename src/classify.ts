import type { ReadableStore } from './model/reading.ts';
import { isBrokenEntry, type NeedsLastUsage, type Session, type StoredSession } from './model/session.ts';
import { foundTranscript } from './model/transcript.ts';
import { normalizeAgentId } from './openclaw/agent-id.ts';
import type { OpenClawConfig } from './openclaw/config/view.ts';
import { effectiveWindow, sessionWindow } from './openclaw/context-window.ts';
import { sessionKind } from './openclaw/keys.ts';
import { contextTokens } from './openclaw/tokens.ts';
import { versionOrNewest } from './openclaw/versions.ts';
import { NO_ROUTE, preparePlacement } from './routing/placement.ts';
import { canonicalKey } from './routing/same-conversation.ts';
import type { Subject } from './settings/policy.ts';
import { AGE_SECONDS, type Thresholds, tokensSeverity } from './thresholds.ts';

const ACTIVE_MS = AGE_SECONDS.active * 1000;

interface LimitsInput {
  readonly config: OpenClawConfig;
  /** Of the shared database, where neither the agent's nor the config has one. */
  readonly version: string | null;
  readonly thresholdsOf: (subject: Subject) => Thresholds;
}

/** `now`: milliseconds since the epoch. */
export type Classify = (
  session: StoredSession,
  store: Pick<ReadableStore, 'version' | 'shared'>,
  now: number,
) => Session;

/** What can be concluded of a session: kind, channel, window, tokens, whether it is active, where it belongs. */
export function prepareClassify({ config, version, thresholdsOf }: LimitsInput): Classify {
  const placementOf = preparePlacement(config.routing);
  const limitsOf = prepareLimits({ config, version, thresholdsOf });
  return (session, store, now) => {
    const { parsedKey: key, ...stored } = session;
    const limits = limitsOf(session, store.version);
    const isBroken = isBrokenEntry(stored);
    const stamped = store.version ?? config.version ?? version;
    const { account, chatType, route } = stored;
    const placement = isBroken ? NO_ROUTE : placementOf({ key, chatType, account, route, version: stamped });
    return {
      ...stored,
      ...limits,
      channel: key.channel,
      ...contextTokens({
        ...stored,
        window: limits.window,
        lastUsage: foundTranscript(stored)?.lastUsage ?? null,
      }),
      active: isActive(stored, now),
      keyAgent: key.agent === null ? null : normalizeAgentId(key.agent),
      shared: store.shared,
      placement,
      canonicalKey: isBroken ? null : canonicalKey(key, stored.agent, placement.conversation, config.routing),
    };
  };
}

function isActive({ lastActivityMs }: Pick<Session, 'lastActivityMs'>, now: number): boolean {
  return lastActivityMs !== null && now - lastActivityMs <= ACTIVE_MS;
}

/** When time alone makes it inactive, in milliseconds since the epoch; null: never. */
export function inactiveFromMs({ lastActivityMs }: Pick<Session, 'lastActivityMs'>): number | null {
  return lastActivityMs === null ? null : Math.floor(lastActivityMs + ACTIVE_MS) + 1;
}

/** A session that was classified before, as it is now: time changes nothing else of it. */
export function asOf(session: Session, now: number): Session {
  const active = isActive(session, now);
  return active === session.active ? session : { ...session, active };
}

/** A stored total that raises an alert is not believed unasked: it may be a sum. */
export function prepareNeedsLastUsage(input: LimitsInput): NeedsLastUsage {
  const limitsOf = prepareLimits(input);
  return (session, version) => {
    const { totalTokens, totalTokensFresh } = session;
    if (totalTokens === null || totalTokensFresh !== true) return true;
    return tokensSeverity({ ...limitsOf(session, version), tokens: totalTokens }) !== null;
  };
}

/** What the tokens of a session are compared with. */
function prepareLimits({ config, version, thresholdsOf }: LimitsInput) {
  return (session: StoredSession, ofStore: string | null) => {
    const { agent, key } = session;
    const kind = sessionKind(session.parsedKey, session.chatType);
    const assumed = versionOrNewest(ofStore ?? config.version ?? version, session.era);
    const window = isBrokenEntry(session) ? null : sessionWindow(config, session, assumed);
    const thresholds = thresholdsOf({ agent, key, kind });
    return { kind, window, effectiveWindow: effectiveWindow(config, window, assumed), thresholds };
  };
}
