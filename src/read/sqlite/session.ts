import { type Flaw, NOTHING_STORED, type StoredSession } from '../../model/session.ts';
import type { Transcript } from '../../model/transcript.ts';
import { newest } from '../../newest.ts';
import { parseKey } from '../../openclaw/keys.ts';
import { type ChosenModels, modelOverride } from '../../openclaw/model-override.ts';
import type { SessionNode } from './nodes.ts';
import type { KnownTranscript } from './transcripts.ts';

/** A row as a session. Where the entry is no object, its columns, its window and its transcript still speak. */
export function storedSession(
  agent: string,
  node: SessionNode,
  known: KnownTranscript | undefined,
  chosen: ChosenModels,
): StoredSession {
  const { key, entry, window } = node;
  const parsedKey = parseKey(key);
  const chatType = window?.chatType ?? entry?.chatType ?? null;
  return {
    ...NOTHING_STORED,
    agent,
    era: 'sqlite',
    key,
    parsedKey,
    flaws: flawsOf(node),
    sessionId: node.sessionId,
    chatType,
    route: node.route,
    account: window?.accountId || entry?.lastAccountId || entry?.deliveryContext?.accountId || null,
    model: entry === null ? (window?.model ?? null) : entry.model,
    provider: entry === null ? (window?.provider ?? null) : entry.modelProvider,
    override: entry === null ? null : modelOverride({ key, parsedKey, chatType, entry }, chosen),
    totalTokens: entry?.totalTokens ?? null,
    inputTokens: entry?.inputTokens ?? null,
    outputTokens: entry?.outputTokens ?? null,
    totalTokensFresh: entry?.totalTokensFresh ?? null,
    contextTokens: entry?.contextTokens ?? null,
    contextTokensSource: entry?.contextTokensSource ?? null,
    status: entry?.status ?? node.status,
    endedMs: entry?.endedAt ?? null,
    startedMs: entry?.sessionStartedAt ?? node.createdMs,
    ranMs: interactionMs(node),
    lastActivityMs: interactionMs(node) ?? entry?.updatedAt ?? node.updatedMs,
    lastStoredMs: newest([entry?.updatedAt, node.updatedMs, interactionMs(node), window?.transcriptMs]),
    transcript: transcriptOf(node, known),
    simultaneousStartMs: node.simultaneousStartMs,
  };
}

function flawsOf({ entry, window, sessionId }: SessionNode): Flaw[] {
  const idDiffers = entry !== null && entry.sessionId !== null && entry.sessionId !== sessionId;
  return [
    ...(entry === null ? (['entry_not_object'] as const) : []),
    ...(idDiffers ? (['id_differs'] as const) : []),
    ...(window === null ? (['window_missing'] as const) : []),
  ];
}

/** The last interaction or run; a row that was only changed has none. */
function interactionMs({ entry, lastInteractionMs, lastActivityMs }: SessionNode): number | null {
  return entry?.lastInteractionAt ?? entry?.lastActivityAt ?? lastInteractionMs ?? lastActivityMs;
}

function transcriptOf({ cold, window, updatedMs }: SessionNode, known: KnownTranscript | undefined): Transcript {
  const writtenMs = window?.transcriptMs ?? updatedMs;
  if (known !== undefined) {
    const { bytes, messages, compactions, badEvents, oversizedEvents } = known;
    const isValidated = known.validatedSeq >= known.lastSeq;
    return {
      state: 'there',
      path: null,
      bytes,
      writtenMs,
      lastUsage: known.usage?.lastUsage ?? null,
      messages,
      compactions,
      // What was found bad, or oversized, stays so while more is written.
      badRecords: isValidated || badEvents > 0 ? badEvents : null,
      oversizedRecords: isValidated || oversizedEvents > 0 ? oversizedEvents : null,
    };
  }
  if (cold === null) return { state: 'missing' };
  // Its events, and with them their types, lie in a compressed file.
  return {
    state: 'there',
    path: null,
    bytes: cold.bytes,
    writtenMs: cold.archivedMs ?? writtenMs,
    lastUsage: null,
    messages: null,
    compactions: null,
    badRecords: null,
    oversizedRecords: null,
  };
}
