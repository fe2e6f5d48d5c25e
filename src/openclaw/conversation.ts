import type { PeerKind } from './routing-config.ts';

/** Nobody stored it. */
export const UNKNOWN = Symbol('unknown');

/** A fact of a conversation: its value, null = known to be absent, UNKNOWN = nobody stored it. */
export type Fact<T> = T | null | typeof UNKNOWN;

export interface Peer {
  readonly kind: PeerKind;
  readonly id: string;
}

/** What OpenClaw's bindings can ask about a conversation. */
export interface Conversation {
  readonly channel: string;
  readonly account: Fact<string>;
  readonly peer: Peer;
  /** A thread's channel, a forum topic's group. */
  readonly parent: Fact<Peer>;
  readonly guild: Fact<string>;
  readonly team: Fact<string>;
  /** Of the sender. */
  readonly roles: Fact<readonly string[]>;
}
