import type { PeerKind } from '../openclaw/keys.ts';

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

/** The conversation of a session: as its key, its entry and its rows tell of it together. */
export interface SessionConversation extends Conversation {
  /** Of the key; a forum topic of Telegram, which is part of the peer, too; the room of a direct chat that has its own session. */
  readonly thread: string | null;
  /** The peer's id may have other letter cases than here: the key is lower case, and nothing else tells. */
  readonly foldedId: boolean;
  /** What the peer may be as well: other peers of the identity link whose name stands in the key. */
  readonly otherIds: readonly string[];
}

/** Where a session belongs by the config. */
export interface Placement {
  /** null: its key has no route, or its peer is not known. */
  readonly conversation: SessionConversation | null;
  /** The agent that the bindings choose; null: they have no say, or OpenClaw refuses to choose. */
  readonly agent: string | null;
  /** The stored facts, the version or the config do not decide. */
  readonly undecided: boolean;
  /** Agents that another setting sends the conversation to as well: `broadcast`, a forum topic's own agent. */
  readonly alsoTo: readonly string[];
  /** A forum topic names its own agent, whatever the bindings say; `maybe`: that is not known. */
  readonly topicOwn: 'yes' | 'maybe' | 'no';
  /** It is undecided since its channel, which is none of OpenClaw's own, can make or choose an agent by itself. */
  readonly ofChannel: boolean;
}
