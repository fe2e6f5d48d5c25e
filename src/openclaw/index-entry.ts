import { z } from 'zod';
import { isObject } from '../is-object.ts';

/**
 * The fields of an index entry that are used here, of about 135 (`skillsSnapshot` and `systemPromptReport` alone can be
 * 100 KB an entry: they are never kept). Permissive: a value of the wrong type is as if absent, and a stored figure
 * counts only as a finite number of at least 0.
 */
const Figure = z.number().finite().nonnegative().nullable().catch(null).default(null);
const Limit = z.number().finite().positive().nullable().catch(null).default(null);
const Text = z.string().nullable().catch(null).default(null);
/** null is a finding; anything else that is no text is as if absent. */
const Path = z.string().nullable().optional().catch(undefined);
/** A thread is a number on Telegram, a text elsewhere. */
const Id = z
  .union([z.string(), z.number().transform(String)])
  .nullable()
  .catch(null)
  .default(null);
/** Where the last message came from. */
const Origin = z
  .object({ accountId: Text, provider: Text, from: Text, to: Text, threadId: Id, nativeChannelId: Text })
  .nullable()
  .catch(null)
  .default(null);
/** Where the next answer goes. */
const Delivery = z
  .object({ accountId: Text, channel: Text, to: Text, threadId: Id })
  .nullable()
  .catch(null)
  .default(null);

export const IndexEntry = z.object({
  /** A blank one names nothing. */
  sessionId: Text.transform((id) => (id === null || id.trim() === '' ? null : id)),
  /** Of the gateway's host. */
  sessionFile: Path,
  /** No version writes it; a plugin or a hand may. */
  transcriptPath: Path,
  /** Milliseconds since the epoch, as all times here. */
  updatedAt: Figure,
  sessionStartedAt: Figure,
  lastInteractionAt: Figure,
  lastActivityAt: Figure,
  archivedAt: Figure,
  endedAt: Figure,
  status: Text,
  chatType: Text,
  /** The prompt of the last run, in tokens; no sum, and the answer is not in it. */
  totalTokens: Figure,
  /** 2026.2.17 and later. */
  totalTokensFresh: z.boolean().nullable().catch(null).default(null),
  inputTokens: Figure,
  outputTokens: Figure,
  /** The limit at the last run, not the use. */
  contextTokens: Limit,
  /** 2026.8.1 and later: `runtime` where the model's own runtime said so. */
  contextTokensSource: Text,
  model: Text,
  modelProvider: Text,
  modelOverride: Text,
  providerOverride: Text,
  /** `user`, `auto` (OpenClaw fell back to it) or `default` (2026.9.6: the user went back to the configured model). */
  modelOverrideSource: Text,
  /** Of a thread or topic. */
  parentSessionKey: Text,
  origin: Origin,
  deliveryContext: Delivery,
  lastAccountId: Text,
  /** And its name in the oldest rows, in which `provider` is no model's. */
  channel: Text,
  provider: Text,
  lastChannel: Text,
  lastProvider: Text,
  groupId: Text,
  /** Guild of Discord (id, or the slug of its name), team of Slack (2026.7.35). */
  space: Text,
});

/** What is read of an entry at all. */
export const ENTRY_FIELDS: ReadonlySet<string> = new Set(Object.keys(IndexEntry.shape));

export type IndexEntry = z.infer<typeof IndexEntry>;

/** How many characters are kept of an entry. */
export function charactersOf(entry: object): number {
  let characters = 0;
  for (const value of Object.values(entry)) {
    if (typeof value === 'string') characters += value.length;
    else if (isObject(value)) characters += charactersOf(value);
  }
  return characters;
}

/** null: the entry is no object. */
export function parseEntry(value: unknown): IndexEntry | null {
  return isObject(value) ? IndexEntry.parse(value) : null;
}
