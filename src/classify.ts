import type { ReadableStore } from './model/reading.ts';
import { isBrokenEntry, type Session, type StoredSession, type TokensSource } from './model/session.ts';
import { foundTranscript, type LastUsage } from './model/transcript.ts';
import { normalizeAgentId } from './openclaw/agent-id.ts';
import type { OpenClawConfig } from './openclaw/config/view.ts';
import { effectiveWindow, sessionWindow } from './openclaw/context-window.ts';
import { sessionKind } from './openclaw/keys.ts';
import { versionOrNewest } from './openclaw/versions.ts';
import { NO_ROUTE, preparePlacement } from './routing/placement.ts';
import { canonicalKey } from './routing/same-conversation.ts';
import type { Subject } from './settings/policy.ts';
import { AGE_SECONDS, type Thresholds } from './thresholds.ts';

const ACTIVE_MS = AGE_SECONDS.active * 1000;

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
  return ({ parsedKey: key, ...stored }: StoredSession, store: Pick<ReadableStore, 'version' | 'shared'>): Session => {
    const kind = sessionKind(key, stored.chatType);
    const isBroken = isBrokenEntry(stored);
    const stamped = store.version ?? config.version ?? version;
    const assumed = versionOrNewest(stamped, stored.era);
    const window = isBroken ? null : sessionWindow(config, stored, assumed);
    const { account, route } = stored;
    const placement = isBroken ? NO_ROUTE : placementOf({ key, account, route, version: stamped });
    return {
      ...stored,
      kind,
      channel: key.channel,
      ...contextTokens({
        total: stored.totalTokens,
        fresh: stored.totalTokensFresh,
        window,
        lastUsage: foundTranscript(stored)?.lastUsage ?? null,
      }),
      window,
      effectiveWindow: effectiveWindow(config, window, assumed),
      active: stored.lastActivityMs !== null && now - stored.lastActivityMs <= ACTIVE_MS,
      keyAgent: key.agent === null ? null : normalizeAgentId(key.agent),
      shared: store.shared,
      placement,
      canonicalKey: isBroken ? null : canonicalKey(key, stored.agent, placement.conversation, config.routing),
      thresholds: thresholdsOf({ agent: stored.agent, key: stored.key, kind }),
    };
  };
}

export interface TokensInput {
  /** The stored total, in tokens. */
  readonly total: number | null;
  /** null: the version does not say (before 2026.2.17). */
  readonly fresh: boolean | null;
  readonly window: number | null;
  /** null: there is no transcript. */
  readonly lastUsage: LastUsage | null;
}

/** The tokens in the context after the last run, and where they were learned. */
export function contextTokens(input: TokensInput): { tokens: number | null; tokensSource: TokensSource } {
  if (input.total !== null && isTrusted(input.total, input)) return { tokens: input.total, tokensSource: 'index' };
  const used = input.lastUsage?.after ?? null;
  return used === null ? { tokens: null, tokensSource: 'none' } : { tokens: used, tokensSource: 'transcript' };
}

function isTrusted(total: number, { fresh, window, lastUsage }: TokensInput): boolean {
  if (fresh === false) return false;
  // Some versions added up the calls of a run: a context cannot be larger than its window.
  if (window !== null && total > window) return false;
  // Without the flag only an answer that is newer than the newest compaction shows that the total is.
  if (fresh === null && (lastUsage === null || lastUsage.after === null)) return false;
  // 2026.7.35 calls the total of before a compaction over RPC fresh.
  return !(lastUsage?.compacted && lastUsage.before === total && lastUsage.after !== total);
}
