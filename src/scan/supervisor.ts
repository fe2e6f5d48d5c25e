import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { CheckOutcome } from '../checks/run.ts';
import { type Clock, type Moment, msBetween, systemClock, timeOf } from '../clock.ts';
import { SHARED } from '../discover/visits.ts';
import { describeError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Scan, ScanState } from '../model/scan.ts';
import { REST_MS } from './aborted-agents.ts';
import { NOWHERE } from './heartbeats.ts';
import type { AbortedAgent, FromChild, ProcessCost, ScanSettings, SentText, ToChild, Whereabouts } from './messages.ts';

/** What can change while it runs. */
export interface SupervisorSettings {
  readonly settings: ScanSettings;
  /** Milliseconds without a heartbeat after which the scanning process is killed. */
  readonly timeoutMs: number;
  /** Seconds, of the schedules. */
  readonly intervals: Readonly<Record<Scan, number>>;
}

export interface SupervisorOptions extends SupervisorSettings {
  readonly log: Log;
  readonly childPath?: string;
  readonly clock?: Clock;
  /** Ends a process that does not answer. */
  readonly kill?: (child: ChildProcess) => void;
}

/** How the last scan of a cadence went, and when one was good. */
interface CadenceResult extends Pick<ScanState, 'success' | 'durationSeconds'> {
  readonly lastGood: Moment | null;
}

/** What can be left alone; null: nothing can. */
function subjectOf({ agent, step }: Whereabouts): string | null {
  return agent ?? (step === 'config' || step === 'registry' ? SHARED[step] : null);
}

/** What is done for all agents together runs out of memory, or of time, for the one that has by far the most. */
function ofLargest(at: Whereabouts): Whereabouts {
  return subjectOf(at) === null && at.largest !== undefined ? { ...at, ...at.largest } : at;
}

const NOT_YET: CadenceResult = { success: null, durationSeconds: null, lastGood: null };

/** Milliseconds that a killed process may take to end. After that no other is started until it has ended. */
const REAP_MS = 2000;
/** How often it is looked after, in milliseconds. A short timeout has four looks. */
const LOOK_MS = 1000;
const CHILD_MODULE = import.meta.url.endsWith('.ts') ? './child-main.ts' : './child-main.js';

/**
 * Owns the scanning process: starts it, asks it for scans, and replaces it when it dies or is blocked. A thread would
 * not do: one that is blocked in a read can neither be ended nor kept from blocking our own exit.
 */
export class Supervisor {
  checks: readonly CheckOutcome[] = [];
  /** Of the last good scan. */
  rendered: SentText | null = null;
  /** A killed process has not ended: no other one is started. */
  stuck = false;
  memoryBytes: number | null = null;

  private readonly options: Omit<SupervisorOptions, keyof SupervisorSettings>;
  private readonly results: Record<Scan, CadenceResult> = { quick: NOT_YET, deep: NOT_YET };
  private current: SupervisorSettings;
  private watchdog: NodeJS.Timeout;
  private child: ChildProcess | null = null;
  private readonly pending = new Set<Scan>();
  private lastBeat: Moment;
  private silentLooks = 0;
  /** What the scanning process was at then. */
  private at: Whereabouts = NOWHERE;
  /** By agent, and what all agents share: when a scanning process was killed in it. */
  private readonly aborted = new Map<string, { readonly when: Moment } & Pick<AbortedAgent, 'files' | 'file'>>();
  /** What the scanning process before was at when it ended, see `subjectOf`; null: none ended, or in nothing that can be left alone. */
  private diedIn: string | null = null;
  private killed = false;
  /** The quick scan that runs was begun under other settings. */
  private isOutdated = false;
  private deepRequested = false;
  private endedCpuSeconds = 0;
  private childCpuSeconds = 0;
  private stopped = false;

  constructor(options: SupervisorOptions) {
    this.options = options;
    this.current = options;
    this.lastBeat = this.now();
    this.watchdog = this.startWatchdog();
  }

  /** Takes effect with a quick scan now, or after the one that runs; the scanning process keeps what it knows of the stores. */
  configure(settings: SupervisorSettings): void {
    this.current = settings;
    clearInterval(this.watchdog);
    this.watchdog = this.startWatchdog();
    if (!this.killed) this.sendSettings();
    if (this.pending.has('quick')) this.isOutdated = true;
    else this.request('quick');
  }

  private startWatchdog(): NodeJS.Timeout {
    return setInterval(() => this.watch(), this.lookMs).unref();
  }

  private get lookMs(): number {
    return Math.min(this.current.timeoutMs / 4, LOOK_MS);
  }

  /** CPU time of this scanning process and those before it. */
  get cpuSeconds(): number {
    return this.endedCpuSeconds + this.childCpuSeconds;
  }

  /** How the scans go. */
  get scans(): Readonly<Record<Scan, ScanState>> {
    const state = (scan: Scan): ScanState => {
      const { success, durationSeconds, lastGood } = this.results[scan];
      const lastSuccessMs = lastGood === null ? null : timeOf(lastGood, this.now());
      return { success, durationSeconds, lastSuccessMs, intervalSeconds: this.current.intervals[scan] };
    };
    return { quick: state('quick'), deep: state('deep') };
  }

  /** Whether the first quick scan has ended, with success or without. */
  get ready(): boolean {
    return this.results.quick.success !== null;
  }

  /** The text to serve: null when the last good quick scan is longer ago than `maxAgeMs`. */
  renderedWithin(maxAgeMs: number): SentText | null {
    const { lastGood } = this.results.quick;
    return lastGood !== null && msBetween(lastGood, this.now()) <= maxAgeMs ? this.rendered : null;
  }

  /** Asks for a scan. It is skipped while the same scan still runs, and fails while a blocked process cannot be replaced. */
  request(scan: Scan): void {
    if (this.stopped) return;
    if (this.killed) {
      this.fail(scan, 'the scanning process is blocked and has not ended yet');
      return;
    }
    if (this.pending.has(scan)) {
      this.options.log.warn('scan skipped: the one before it still runs', { scan });
      return;
    }
    this.child ??= this.start();
    if (this.child === null) {
      this.fail(scan, 'the scanning process could not be started');
      return;
    }
    if (this.pending.size === 0) this.noteBeat();
    this.pending.add(scan);
    this.send({ type: 'scan', scan });
  }

  /** Ends the scanning process at once: it holds nothing that must be saved. */
  stop(): void {
    this.stopped = true;
    clearInterval(this.watchdog);
    this.child?.kill('SIGKILL');
    this.release();
  }

  /** null: there are no descriptors or no memory for it. The next scan tries again. */
  private start(): ChildProcess | null {
    const child = this.fork();
    // One that was not started ends without an exit, and has no channel.
    if (child?.pid === undefined) return null;
    child.on('message', (message: FromChild) => this.receive(child, message));
    child.on('exit', (code, signal) => this.gone(child, signal ?? `code ${code}`));
    this.deepRequested = false;
    this.child = child;
    this.at = NOWHERE;
    this.sendSettings();
    this.options.log.debug('scanning process started', { pid: child.pid });
    return child;
  }

  private fork(): ChildProcess | null {
    const path = this.options.childPath ?? fileURLToPath(new URL(CHILD_MODULE, import.meta.url));
    // Advanced: megabytes of text cost milliseconds instead of tenths of a second (measured), and the salt is bytes.
    const noteError = (error: unknown) =>
      this.options.log.error('scanning process could not be started, killed or reached', { err: describeError(error) });
    try {
      const child = fork(path, [], {
        serialization: 'advanced',
        // A scan makes much that lives as long as it does: by default the space for that grows to 130 MB and stays. With 4 MB a
        // scan takes as long (measured).
        execArgv: ['--max-semi-space-size=4', '--expose-gc'],
        // With an arena of glibc for each thread what one thread allocates and another frees is seldom given back: a deep scan of
        // 5,000 sessions in databases peaked at 289 MB, and at 174 MB so (measured).
        env: { ...process.env, MALLOC_ARENA_MAX: '1' },
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      });
      return child.on('error', noteError);
    } catch (error) {
      noteError(error);
      return null;
    }
  }

  private sendSettings(): void {
    const now = this.now();
    const aborted = [...this.aborted].map(([agent, { when, ...seen }]) => ({
      agent,
      ...seen,
      restMs: REST_MS - msBetween(when, now),
    }));
    this.send({ type: 'settings', settings: this.current.settings, aborted });
  }

  private send(message: ToChild): void {
    // A process that has just died is reported by its exit.
    this.child?.send(message, () => undefined);
  }

  private receive(child: ChildProcess, message: FromChild): void {
    if (child !== this.child || this.killed) return;
    this.noteBeat();
    this.account(message.cost);
    if (message.type === 'heartbeat') {
      this.at = message.at;
      // Its files changed, or its rest is over: it is worked on again, and not only looked at.
      const subject = subjectOf(message.at);
      if (subject !== null && (message.at.agent === null || message.at.files !== undefined))
        this.aborted.delete(subject);
      return;
    }
    this.pending.delete(message.scan);
    if (message.type === 'failed') this.fail(message.scan, message.error);
    else this.succeed(message);
    if (!this.isOutdated || this.pending.has('quick')) return;
    this.isOutdated = false;
    this.request('quick');
  }

  private succeed(message: Extract<FromChild, { type: 'done' }>): void {
    const lastGood = this.now();
    if (this.isCleared(this.diedIn, message.scan)) this.diedIn = null;
    this.results[message.scan] = { success: true, durationSeconds: message.durationSeconds, lastGood };
    this.checks = message.checks;
    if (message.rendered !== null) this.rendered = message.rendered;
    else if (message.page !== null && this.rendered !== null) this.rendered = { ...this.rendered, page: message.page };
    // A deep scan ends with a look at everything that a quick one looks at.
    if (message.scan === 'deep') this.results.quick = { ...this.results.quick, success: true, lastGood };
    if (!this.deepRequested) {
      this.deepRequested = true;
      this.request('deep');
    }
  }

  /**
   * Whether it was not this that the process before died in, after a good scan. A store can end each deep scan although the quick ones
   * between are good; and one that was left alone was no part of it.
   */
  private isCleared(subject: string | null, scan: Scan): boolean {
    if (subject === null) return false;
    return Object.values<string>(SHARED).includes(subject) || (scan === 'deep' && !this.aborted.has(subject));
  }

  private account({ memoryBytes, cpuSeconds }: ProcessCost): void {
    this.memoryBytes = memoryBytes;
    this.childCpuSeconds = cpuSeconds;
  }

  private noteBeat(): void {
    this.lastBeat = this.now();
    this.silentLooks = 0;
  }

  private watch(): void {
    if (this.child === null || this.killed || this.pending.size === 0) return;
    this.silentLooks += 1;
    const { timeoutMs } = this.current;
    if (msBetween(this.lastBeat, this.now()) <= timeoutMs) return;
    // As long by looks as by the clock: both processes may have been stopped in between (a paused container, Ctrl-Z).
    if (this.silentLooks * this.lookMs < timeoutMs) return;
    const child = this.child;
    this.killed = true;
    this.blame(this.at.agent !== null);
    this.failPending('no heartbeat within --scan.timeout, the scanning process is killed', this.at);
    (this.options.kill ?? ((blocked) => blocked.kill('SIGKILL')))(child);
    setTimeout(() => {
      if (this.child !== child) return;
      this.stuck = true;
      this.release();
      this.options.log.error('scanning process cannot be killed: no scan starts until the read that blocks it ends');
    }, REAP_MS).unref();
  }

  private gone(child: ChildProcess, how: string): void {
    if (child !== this.child) return;
    this.endedCpuSeconds += this.childCpuSeconds;
    this.childCpuSeconds = 0;
    this.memoryBytes = null;
    this.child = null;
    this.killed = false;
    this.isOutdated = false;
    this.stuck = false;
    if (this.stopped) return;
    this.options.log.warn('scanning process ended, the next scan starts a new one', { how });
    if (this.pending.size === 0) return;
    this.blame(false);
    this.failPending('the scanning process ended in the middle of the scan', this.at);
  }

  /**
   * Leaves alone what the process was at: at once where that is certain, else where the process before ended in the same. The first
   * time may have been anything, as the kernel that needs memory, or a slow disk, for which nobody gives up the config of all agents.
   */
  private blame(isCertain: boolean): void {
    const at = ofLargest(this.at);
    const subject = subjectOf(at);
    if (subject !== null && (isCertain || subject === this.diedIn)) {
      const { files = null, file = null } = at;
      this.aborted.set(subject, { when: this.now(), files, file });
    }
    this.diedIn = subject;
  }

  /** Nothing of the process keeps us from exiting. */
  private release(): void {
    this.child?.unref();
    this.child?.channel?.unref();
  }

  private failPending(reason: string, at: Whereabouts): void {
    for (const scan of this.pending) this.fail(scan, reason, at);
    this.pending.clear();
  }

  private fail(scan: Scan, reason: string, at: Whereabouts | null = null): void {
    this.results[scan] = { ...this.results[scan], success: false };
    const where = at === null ? {} : { agent: at.agent ?? 'none', step: at.step };
    this.options.log.error('scan failed', { scan, err: reason, ...where });
  }

  private now(): Moment {
    return (this.options.clock ?? systemClock)();
  }
}
