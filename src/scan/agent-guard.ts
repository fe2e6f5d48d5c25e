import type { AgentStore } from '../discover/agent-stores.ts';
import { describeError } from '../errors.ts';
import type { StoreReading } from '../model/reading.ts';
import { unchanged } from '../unchanged.ts';
import { AbortedAgents, filesOf } from './aborted-agents.ts';
import type { Whereabouts } from './messages.ts';

/** Something was thrown in the work of one agent. Nothing throws for bad data, so it is a bug of the exporter. */
export interface Failure {
  readonly step: string;
  readonly error: string;
}

interface AgentGuardOptions {
  readonly enter?: (work: Whereabouts) => Promise<void>;
  readonly aborted?: AbortedAgents;
}

/**
 * The work of each agent stands by itself: what it throws costs this agent, and the supervisor is told whose work
 * begins, so that what never ends costs this agent, too.
 */
export class AgentGuard {
  /** By agent; until it is looked at again. */
  readonly failures = new Map<string, Failure>();

  private readonly options: AgentGuardOptions;
  private readonly aborted: AbortedAgents;
  /** What the files of each agent were when it was looked at last. */
  private readonly files = new Map<string, string>();
  private readonly unread = new Map<string, StoreReading>();

  constructor(options: AgentGuardOptions) {
    this.options = options;
    this.aborted = options.aborted ?? new AbortedAgents([]);
  }

  /** Whether the agent is worked on in this scan; false: it is left alone. */
  async begin(store: AgentStore): Promise<boolean> {
    // Without its files: to look at them is the first thing that can block.
    await this.options.enter?.({ agent: store.agent, step: 'look' });
    if (this.aborted.has(store)) return false;
    this.files.set(store.agent, filesOf(store));
    this.failures.delete(store.agent);
    return true;
  }

  /** Tells what is worked on from now on; null: what all agents share. */
  async enter(agent: string | null, step: string): Promise<void> {
    const files = agent === null ? undefined : this.files.get(agent);
    await this.options.enter?.(files === undefined ? { agent, step } : { agent, step, files });
  }

  /** The result of a step; null: it threw. */
  async run<T>(agent: string, step: string, work: () => Promise<T>): Promise<T | null> {
    try {
      await this.enter(agent, step);
      return await work();
    } catch (error) {
      this.note(agent, step, error);
      return null;
    }
  }

  note(agent: string, step: string, error: unknown): void {
    this.failures.set(agent, { step, error: describeError(error) });
  }

  /** As after a scanning process that came to its end in it: it would throw again. */
  leaveAlone(agent: string): void {
    this.aborted.add(agent, this.files.get(agent) ?? null);
  }

  /** What stands for the reading of a store that was not read; the same object again and again. */
  unreadOf({ agent, isRegistered }: Pick<AgentStore, 'agent' | 'isRegistered'>): StoreReading {
    const layout = isRegistered ? 'sqlite' : 'file';
    const reading = { readable: false, agent, layout, schema: 0, version: null, problems: ['scan_aborted'] } as const;
    const known = unchanged<StoreReading>(this.unread.get(agent), reading);
    this.unread.set(agent, known);
    return known;
  }
}
