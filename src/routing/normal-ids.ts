/** Ids of accounts and peers in the form in which a version of OpenClaw compares them. */
import { normalizeAgentId } from '../openclaw/agent-id.ts';
import type { PeerKind } from '../openclaw/keys.ts';
import type { RuleSet } from './rule-sets.ts';

const DEFAULT_ACCOUNT = 'default';

/** An account id. Folded, it is compared as agent ids are, but a blank one is `default`. */
export function normalAccount(raw: string, { foldedAccounts }: Pick<RuleSet, 'foldedAccounts'>): string {
  const id = raw.trim();
  if (id === '') return DEFAULT_ACCOUNT;
  if (!foldedAccounts) return id;
  return /[a-z0-9_]/.test(id.toLowerCase()) ? normalizeAgentId(id) : DEFAULT_ACCOUNT;
}

/** A peer: its kind and its id in one text. */
export function normalPeer(kind: PeerKind, id: string, rules: RuleSet): string {
  return `${normalKind(kind, rules)}:${id.trim()}`;
}

export function normalKind(kind: PeerKind, { groupIsChannel }: RuleSet): string {
  return groupIsChannel && kind === 'channel' ? 'group' : kind;
}
