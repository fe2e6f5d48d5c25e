import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { beforeEach, describe, expect, it } from 'vitest';
import { newFolder } from './support/folder.ts';
import { createState, type State } from './support/state.ts';

const MAIN = join(import.meta.dirname, '../src/main.ts');

let state: State;
let home: string;

beforeEach(() => {
  home = newFolder();
  // More than a pipe holds.
  const keys = Array.from({ length: 1000 }, (_, at) => `agent:main:telegram:group:-100${at}`);
  const entries = JSON.stringify(Object.fromEntries(keys.map((key) => [key, { updatedAt: 1 }])));
  state = createState({ agents: { main: {} }, files: { 'agents/main/sessions/sessions.json': entries } });
});

function start(args: readonly string[], stdio: ('pipe' | 'ignore' | number)[]): ChildProcess {
  return spawn(process.execPath, [MAIN, ...args], {
    stdio: ['ignore', ...stdio],
    env: { HOME: home, NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE },
  });
}

async function endOf(child: ChildProcess): Promise<{ code: number | null; stderr: string }> {
  const code = new Promise<number | null>((resolve) => child.once('close', resolve));
  const stderr = child.stderr === null ? '' : await text(child.stderr);
  return { code: await code, stderr };
}

async function printedBy(child: ChildProcess): Promise<{ code: number | null; stdout: string }> {
  const code = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const stdout = child.stdout === null ? '' : await text(child.stdout);
  return { code: await code, stdout };
}

function toFull<T>(work: (fd: number) => T): T {
  const fd = openSync('/dev/full', 'w');
  try {
    return work(fd);
  } finally {
    closeSync(fd);
  }
}

describe('standard output that', () => {
  const scan = () => ['scan', `--openclaw.state-dir=${state.dir}`, '--format=json'];

  it('is full ends a command with 3 and one line', async () => {
    for (const args of [scan(), ['--help'], ['--version']]) {
      const { code, stderr } = await endOf(toFull((full) => start(args, [full, 'pipe'])));
      expect(stderr).toMatch(/^openclaw-store-exporter: the output cannot be written: standard output .*\n$/);
      expect(code).toBe(3);
    }
  });

  it('closes, as where its reader has seen enough, ends it likewise', async () => {
    const child = start(scan(), ['pipe', 'pipe']);
    child.stdout?.once('data', () => child.stdout?.destroy());
    const { code, stderr } = await endOf(child);
    expect(stderr).toMatch(/^openclaw-store-exporter: the output cannot be written: standard output .*\n$/);
    expect(code).toBe(3);
  });
});

describe('a log that', () => {
  it('is full or closed changes nothing of a scan', async () => {
    const args = ['scan', `--openclaw.state-dir=${state.dir}`, '--log.level=debug', '--format=json'];
    const expected = await printedBy(start(args, ['pipe', 'ignore']));
    expect(expected.stdout).toContain('telegram');
    const full = await toFull((fd) => printedBy(start(args, ['pipe', fd])));
    const closing = start(args, ['pipe', 'pipe']);
    closing.stderr?.destroy();
    expect([full, await printedBy(closing)]).toEqual([expected, expected]);
  });
});
