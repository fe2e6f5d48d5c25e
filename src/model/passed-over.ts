/** A folder of `agents/` that is no agent, although something of a store may be in it. */
export interface PassedOver {
  readonly folder: string;
  /**
   * `closed`: it may not be entered. `link`: it is a link, of an agent that the config does not list. `transcripts`: it holds
   * some, and neither index nor database. `same_name`: another folder is the agent of this name. `nameless`: it holds a store,
   * and OpenClaw makes no agent of its name. `too_many`: there are thousands before it, and nothing behind it is looked at either.
   */
  readonly why: 'closed' | 'link' | 'transcripts' | 'same_name' | 'nameless' | 'too_many';
}

/** A database with sessions that is no agent's, since OpenClaw uses another one or none. */
export interface UnusedDatabase {
  /** By the file itself, else by its place. */
  readonly agent: string;
  /** The agent is one of the config or the disk. Any other name may be a person's, and is published as a digest. */
  readonly isKnownAgent: boolean;
  /** How it was found: where it is usually, beside a `session.store`, in an `agentDir`, or in OpenClaw's registry. */
  readonly place: 'default place' | 'session.store' | 'agentDir' | 'registry';
  readonly sessions: number;
}
