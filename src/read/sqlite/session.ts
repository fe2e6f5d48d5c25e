import { newest } from '../../model/newest.ts';
import type { StoredSession, Transcript } from '../../model/session.ts';
import { NO_USAGE } from '../../model/transcript.ts';
import type { SessionNode } from './nodes.ts';
import type { KnownTranscript } from './transcripts.ts';

/** A row as a session. Where the entry is no object, its columns, its window and its transcript still speak. */
export function storedSession(agent: string, node: SessionNode, known: KnownTranscript | undefined): StoredSession {
  const { entry, window } = node;
  const transcript = transcriptOf(node, known);
  return {
    agent,
    era: 'sqlite',
    key: node.key,
    broken: entry === null,
    sessionId: node.sessionId,
    idDiffers: entry !== null && entry.sessionId !== null && entry.sessionId !== node.sessionId,
    windowMissing: window === null,
    chatType: window?.chatType ?? entry?.chatType ?? null,
    route: node.route,
    account: window?.accountId || entry?.lastAccountId || entry?.deliveryContext?.accountId || null,
    model: entry === null ? (window?.model ?? null) : (entry.model ?? entry.modelOverride),
    provider: providerOf(node),
    totalTokens: entry?.totalTokens ?? null,
    inputTokens: entry?.inputTokens ?? null,
    outputTokens: entry?.outputTokens ?? null,
    totalTokensFresh: entry?.totalTokensFresh ?? null,
    contextTokens: entry?.contextTokens ?? null,
    status: entry?.status ?? node.status,
    endedMs: entry?.endedAt ?? null,
    startedMs: entry?.sessionStartedAt ?? node.createdMs,
    ranMs: interactionMs(node),
    lastActivityMs: interactionMs(node) ?? entry?.updatedAt ?? node.updatedMs,
    lastStoredMs: newest(entry?.updatedAt, node.updatedMs, interactionMs(node), window?.transcriptMs),
    pathNull: false,
    leadsOut: false,
    transcript,
    transcriptPath: null,
    twoTranscripts: false,
    twinMs: node.twinMs,
    transcriptState: transcript === null ? 'missing' : 'there',
  };
}

/** The last interaction or run; a row that was only changed has none. */
function interactionMs({ entry, lastInteractionMs, lastActivityMs }: SessionNode): number | null {
  return entry?.lastInteractionAt ?? lastInteractionMs ?? entry?.lastActivityAt ?? lastActivityMs;
}

function providerOf({ entry, window }: SessionNode): string | null {
  if (entry === null) return window?.provider ?? null;
  return entry.model === null ? entry.providerOverride : entry.modelProvider;
}

function transcriptOf({ cold, window, updatedMs }: SessionNode, known: KnownTranscript | undefined): Transcript | null {
  const writtenMs = window?.transcriptMs ?? updatedMs ?? 0;
  if (known !== undefined) {
    const { bytes, messages, compactions, badEvents, oversizedEvents } = known;
    const isValidated = known.validatedSeq >= known.lastSeq;
    return {
      bytes,
      writtenMs,
      usage: known.usage?.usage ?? NO_USAGE,
      messages,
      compactions,
      // What was found bad, or oversized, stays so while more is written.
      badRecords: isValidated || badEvents > 0 ? badEvents : null,
      oversizedRecords: isValidated || oversizedEvents > 0 ? oversizedEvents : null,
      facts: null,
    };
  }
  if (cold === null) return null;
  // Its events, and with them their types, lie in a compressed file.
  return {
    bytes: cold.bytes,
    writtenMs: cold.archivedMs ?? writtenMs,
    usage: NO_USAGE,
    messages: null,
    compactions: null,
    badRecords: null,
    oversizedRecords: null,
    facts: null,
  };
}
