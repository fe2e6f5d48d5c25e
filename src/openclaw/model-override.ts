import type { IndexEntry } from './index-entry.ts';
import { type ParsedKey, sessionKind, threadParent } from './keys.ts';

/** A model that was chosen for the next calls of a session, as with `/model`. */
export interface ModelOverride {
  readonly model: string;
  readonly provider: string | null;
  /** OpenClaw chose it by itself, since the one before failed. */
  readonly isFallback: boolean;
}

/** The models that were chosen for sessions of a store, by key. */
export type ChosenModels = ReadonlyMap<string, ModelOverride>;

/**
 * What a thread or topic may share, of all entries of a store, archived ones too. A model that OpenClaw fell back to by itself
 * is not shared (2026.9.6).
 */
export function chosenModels(entries: Iterable<readonly [key: string, entry: IndexEntry | null]>): ChosenModels {
  const chosen = new Map<string, ModelOverride>();
  for (const [key, entry] of entries) {
    const own = entry === null ? null : ownOverride(entry);
    if (own !== null && !own.isFallback) chosen.set(key, own);
  }
  return chosen;
}

/** A session whose model is asked for. */
export interface OverrideInput {
  readonly key: string;
  readonly parsedKey: ParsedKey;
  readonly chatType: string | null;
  readonly entry: IndexEntry;
}

/** The model of its next call: its own choice, or as a thread or topic that of its parent; null: the configured one. */
export function modelOverride(session: OverrideInput, chosen: ChosenModels): ModelOverride | null {
  const { key, entry } = session;
  const own = ownOverride(entry);
  if (own !== null || entry.modelOverrideSource === 'default' || chosen.size === 0) return own;
  const parent = entry.parentSessionKey?.trim() || threadParent(key);
  return parent !== null && isChat(session) ? (chosen.get(parent) ?? null) : null;
}

function ownOverride(entry: IndexEntry): ModelOverride | null {
  const model = entry.modelOverride?.trim();
  if (!model || entry.modelOverrideSource === 'default') return null;
  return { model, provider: entry.providerOverride, isFallback: entry.modelOverrideSource === 'auto' };
}

/** Runs of other kinds name a parent too, and take their model from elsewhere. */
function isChat({ parsedKey, chatType }: OverrideInput): boolean {
  const kind = sessionKind(parsedKey, chatType);
  return kind === 'dm' || kind === 'group';
}
