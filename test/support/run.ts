import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type MockInstance, onTestFinished, vi } from 'vitest';
import { runCli } from '../../src/cli.ts';

const MAIN = join(import.meta.dirname, '../../src/main.ts');

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs the command line to its end in this process, as a user with an empty home would: most of the time of a process
 * of its own is its start. One run at a time, since the environment and the standard streams are those of the process.
 */
export async function runHere(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  const home = mkdtempSync(join(tmpdir(), 'run-home-'));
  const before = { ...process.env };
  const stdout = vi.spyOn(process.stdout, 'write').mockImplementation((_text, ...rest) => {
    for (const each of rest) if (typeof each === 'function') each();
    return true;
  });
  const stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  try {
    setEnvironment({ HOME: home, ...env });
    const code = await runCli(args);
    return { code, stdout: written(stdout), stderr: written(stderr) };
  } finally {
    setEnvironment(before);
    stdout.mockRestore();
    stderr.mockRestore();
    rmSync(home, { recursive: true, force: true });
  }
}

/** Key by key: a new object would be the environment of JavaScript, not of the process. */
function setEnvironment(env: NodeJS.ProcessEnv): void {
  for (const name of Object.keys(process.env)) if (!(name in env)) delete process.env[name];
  Object.assign(process.env, env);
}

function written(stream: MockInstance<typeof process.stdout.write>): string {
  return stream.mock.calls.map(([text]) => String(text)).join('');
}

/** The same in a process of its own; for use in a test. */
export async function runMain(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  const home = mkdtempSync(join(tmpdir(), 'run-home-'));
  try {
    const child = spawn(process.execPath, [MAIN, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { HOME: home, NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE, ...env },
    });
    // What should have ended and serves instead does not outlive the test. By no clock: on a busy machine a start takes half a minute.
    onTestFinished(() => void child.kill('SIGKILL'));
    const ended = new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
    return { code, stdout, stderr };
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}
