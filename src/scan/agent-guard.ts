import type { AgentStore } from '../discover/agent-stores.ts';
import type { Visits } from '../discover/visits.ts';
import { describeError } from '../errors.ts';
import type { StoreReading } from '../model/reading.ts';
import { unchanged } from '../unchanged.ts';
import { AbortedAgents, filesOf, withFile } from './aborted-agents.ts';
import type { Whereabouts } from './messages.ts';

/** Something was thrown in the work of one agent. Nothing throws for bad data, so it is a bug of the exporter. */
export interface Failure {
  readonly step: string;
  readonly error: string;
}

/** OpenClaw keeps so many where nobody says otherwise. */
const MANY_SESSIONS = 5000;

/** The agent with the most sessions, where these are very many; null: nobody's are. */
function largestOf(readings: readonly StoreReading[]): string | null {
  let largest: string | null = null;
  let most = MANY_SESSIONS;
  for (const reading of readings) {
    if (!reading.readable || reading.sessions.length <= most) continue;
    largest = reading.agent;
    most = reading.sessions.length;
  }
  return largest;
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
  /** What was told last. */
  private at: Whereabouts | null = null;

  constructor(options: AgentGuardOptions) {
    this.options = options;
    this.aborted = options.aborted ?? new AbortedAgents([]);
  }

  /** Whether the agent is worked on in this scan; false: it is left alone. */
  async begin(store: AgentStore): Promise<boolean> {
    // Discovery did not look at it either.
    if (store.problem === 'scan_aborted') return false;
    // Without its files: to look at them can block.
    await this.tell({ agent: store.agent, step: 'look' });
    if (this.aborted.has(store)) return false;
    this.files.set(store.agent, filesOf(store));
    this.failures.delete(store.agent);
    return true;
  }

  /** Of discovery: nothing is known of the files of an agent before it has found them. */
  visits(): Visits {
    const leftAlone = this.aborted.unseen();
    return {
      enter: (agent, step) => this.tell({ agent, step }),
      isLeftAlone: (agent) => leftAlone.has(agent),
    };
  }

  /** Tells what is worked on from now on. `agent` null: what all agents share. `file`: the one file of its store. */
  async enter(agent: string | null, step: string, file: string | null = null): Promise<void> {
    const { at } = this;
    if (file !== null && at?.agent === agent && at.step === step && at.file === file) return this.tell(at);
    const files = agent === null ? undefined : this.files.get(agent);
    if (files === undefined) return this.tell({ agent, step });
    return this.tell({ agent, step, files: withFile(files, file), ...(file === null ? {} : { file }) });
  }

  /** What all agents share, as far as it takes room and time for each of their sessions. */
  async enterPublish(readings: readonly StoreReading[]): Promise<void> {
    const largest = largestOf(readings);
    const files = largest === null ? undefined : this.files.get(largest);
    const of = largest === null || files === undefined ? {} : { largest: { agent: largest, files } };
    return this.tell({ agent: null, step: 'publish', ...of });
  }

  private async tell(work: Whereabouts): Promise<void> {
    this.at = work;
    await this.options.enter?.(work);
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

  /** As after a scanning process that came to its end in this file of it: it would throw again. */
  leaveAlone(agent: string, file: string): void {
    const files = this.files.get(agent) ?? null;
    this.aborted.add(agent, files === null ? { files, file: null } : { files: withFile(files, file), file });
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
