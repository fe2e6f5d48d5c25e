import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const GUARD = join(import.meta.dirname, 'guard.ts');
const READY_MS = 60_000;
const KILL_MS = 5000;
/** Of the output of a program, for the message when it ends by itself. */
const KEPT_OUTPUT = 4000;

/** Programs that run beside each other. All of them end together. */
export class Programs {
  private readonly running = new Map<ChildProcess, string>();
  private isStopping = false;
  private readonly onEnd: (problem: string) => void;
  private guard: ChildProcess | null = null;

  /** `onEnd`: one of them has ended by itself. */
  constructor(onEnd: (problem: string) => void) {
    this.onEnd = onEnd;
  }

  /** From now on this folder, and all programs, are gone when this process is killed. Before the first program. */
  guardBy(folder: string): void {
    // Of its own group: Ctrl-C is for the programs, and it is the last.
    const guard = spawn(process.execPath, [GUARD, folder], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
    guard.once('error', (error) => this.onEnd(`the guard cannot be started: ${error.message}`));
    guard.stdin?.on('error', () => undefined);
    guard.unref();
    this.guard = guard;
  }

  /** A container that is to be gone, too. */
  guardContainer(name: string): void {
    this.guard?.stdin?.write(`container ${name}\n`);
  }

  /** Starts a program, and waits until this address answers. Throws an Error where it does not. */
  async start(name: string, path: string, args: readonly string[], readyUrl: string): Promise<void> {
    if (this.isStopping) return;
    const child = spawn(path, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        output = (output + text).slice(-KEPT_OUTPUT);
      });
    this.running.set(child, name);
    this.guard?.stdin?.write(`+ ${child.pid}\n`);
    child.once('error', (error) => this.ended(child, `${name} cannot be started: ${error.message}`));
    child.once('exit', (code, signal) => this.ended(child, `${name} ended (${signal ?? code}):\n${output}`));
    for (const end = Date.now() + READY_MS; !(await answers(readyUrl)); await sleep(100)) {
      if (!this.running.has(child)) return;
      if (Date.now() > end) throw new Error(`${name} does not answer at ${readyUrl}:\n${output}`);
    }
  }

  /** Ends all of them; resolves when none is left. */
  async stop(): Promise<void> {
    this.isStopping = true;
    const killing = setTimeout(() => this.signal('SIGKILL'), KILL_MS);
    this.signal('SIGTERM');
    await Promise.all([...this.running.keys()].map((child) => once(child, 'exit')));
    clearTimeout(killing);
    await this.release();
  }

  /** At once, where nothing can be waited for. */
  kill(): void {
    this.signal('SIGKILL');
  }

  /** The guard has nothing to do any more, and goes last. */
  private async release(): Promise<void> {
    const { guard } = this;
    if (guard === null || guard.exitCode !== null || guard.pid === undefined) return;
    guard.ref();
    const exited = once(guard, 'exit');
    guard.stdin?.end();
    await exited;
  }

  private signal(signal: NodeJS.Signals): void {
    for (const child of this.running.keys()) child.kill(signal);
  }

  private ended(child: ChildProcess, problem: string): void {
    this.guard?.stdin?.write(`- ${child.pid}\n`);
    if (this.running.delete(child) && !this.isStopping) this.onEnd(problem);
  }
}

/** Whether somebody answers there, and well. */
export async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}

/** This port of the loopback address where nobody has it, else another. */
export async function portNear(wanted: number): Promise<number> {
  for (const port of [wanted, 0]) {
    const server = createServer();
    try {
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
    } catch {
      continue;
    }
    const address = server.address();
    server.close();
    await once(server, 'close');
    if (address !== null && typeof address === 'object') return address.port;
  }
  throw new Error('there is no free port on the loopback address');
}
