import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { createServer, type ListenOptions, type Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export type Exit = { code: number | null; signal: NodeJS.Signals | null };
export type Running = {
  pid: number;
  /** What it wrote so far to stdout and stderr, mixed. */
  output: () => string;
  /** Resolves when it has ended. */
  exited: Promise<Exit>;
  kill: (signal: NodeJS.Signals) => void;
  /** SIGTERM, and SIGKILL when that was not enough; resolves when it has ended. */
  stop: () => Promise<Exit>;
};

/** Only what hangs takes as long: a start alone takes half a minute where others use the machine, too. */
const GIVE_UP_MS = 240_000;
const KILL_AFTER_MS = 60_000;

const children = new Set<ChildProcess>();

function killChildren(): void {
  for (const child of children) child.kill('SIGKILL');
}

/** Starts a program. It does not outlive this process. `env` is added to the environment. */
export async function startProcess(
  path: string,
  args: readonly string[],
  options: { cwd?: string; env?: Record<string, string> } = {},
): Promise<Running> {
  const child = spawn(path, args, {
    ...(options.cwd && { cwd: options.cwd }),
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const chunks: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk));
  }
  if (children.size === 0) process.once('exit', killChildren);
  children.add(child);
  const exited = new Promise<Exit>((resolve) => {
    child.once('close', (code, signal) => {
      children.delete(child);
      if (children.size === 0) process.removeListener('exit', killChildren);
      resolve({ code, signal });
    });
  });
  await once(child, 'spawn');
  return {
    pid: child.pid ?? 0,
    output: () => chunks.join(''),
    exited,
    kill: (signal) => void child.kill(signal),
    async stop() {
      child.kill('SIGTERM');
      const killer = setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS);
      const exit = await exited;
      clearTimeout(killer);
      return exit;
    },
  };
}

/**
 * Asks `probe` until it gives something else than undefined or false (an error counts as not yet) and returns that.
 * Gives up, with the last error and the output of `running`, when that has ended, or after a time at which it hangs.
 */
export async function waitFor<T>(
  what: string,
  probe: () => T | Promise<T>,
  running?: Running,
): Promise<Exclude<T, undefined | false>> {
  const end = performance.now() + GIVE_UP_MS;
  let ended: Exit | undefined;
  let lastError: unknown;
  void running?.exited.then((exit) => {
    ended = exit;
  });
  while (performance.now() < end && !ended) {
    try {
      const value = await probe();
      if (value !== undefined && value !== false) return value as Exclude<T, undefined | false>;
    } catch (error) {
      lastError = error;
    }
    await sleep(50);
  }
  const why = ended ? `the process ended (code ${ended.code}, signal ${ended.signal})` : 'it did not happen';
  const output = running ? `\nIts output:\n${running.output()}` : '';
  throw new Error(`waiting for ${what}: ${why}${output}`, { cause: lastError });
}

/** Waits until the URL answers with a status of 200 to 299. */
export async function waitForHttp(url: string, running?: Running): Promise<void> {
  await waitFor(`${url} to answer`, async () => (await fetch(url)).ok, running);
}

/** Waits for a line of the log, which comes by another way than the pages, and so before or after them. */
export async function logged(line: RegExp, running: Running): Promise<void> {
  await waitFor(`${line} in the log`, () => line.test(running.output()), running);
}

/**
 * Starts a server and waits until `readyUrl` answers. `stop` ends it and removes `folder`; one that does not get ready
 * leaves nothing behind.
 */
export async function startServer(
  path: string,
  args: readonly string[],
  { readyUrl, folder, ...options }: { readyUrl: string; folder: string; cwd?: string; env?: Record<string, string> },
): Promise<Running> {
  const running = await startProcess(path, args, options);
  async function stop(): Promise<Exit> {
    const exit = await running.stop();
    await rm(folder, { recursive: true, force: true });
    return exit;
  }
  try {
    await waitForHttp(readyUrl, running);
  } catch (error) {
    await stop();
    throw error;
  }
  return { ...running, stop };
}

/** Below those that the kernel gives to whoever asks for any, so that nobody is given one before its program has started. */
const PORTS = { first: 20_000, count: 10_000 };

/** A TCP port of the loopback address that is free. No other process of these tests is given it while this one lives. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = PORTS.first + Math.floor(Math.random() * PORTS.count);
    // An abstract address of Linux: it is taken by one process at a time, and free again when that has ended.
    const claim = await listening({ path: `\0openclaw-store-exporter-test-port-${port}` });
    if (claim === null) continue;
    claim.unref();
    const server = await listening({ port, host: '127.0.0.1' });
    if (server === null) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
}

/** null: somebody listens there already. */
async function listening(where: ListenOptions): Promise<Server | null> {
  const server = createServer().listen(where);
  try {
    await once(server, 'listening');
    return server;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return null;
    throw error;
  }
}
