import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { newFolder } from '../support/folder.ts';
import { createState, type State } from '../support/state.ts';

const COMMAND = join(import.meta.dirname, '../support/blocking-command.ts');

let state: State;
beforeEach(() => {
  state = createState({
    agents: { main: { index: { 'agent:main:main': {} } }, bad: { index: { 'agent:bad:main': {} } } },
  });
});

function run(...args: string[]) {
  const home = newFolder();
  const { NODE_COMPILE_CACHE } = process.env;
  return spawnSync(process.execPath, [COMMAND, ...args, `--openclaw.state-dir=${state.dir}`], {
    env: { HOME: home, XDG_STATE_HOME: home, NODE_COMPILE_CACHE },
    encoding: 'utf8',
    timeout: 60_000,
    killSignal: 'SIGABRT',
  });
}

it.each([
  ['scan', []],
  ['scan', ['--deep', '--format=prometheus']],
  ['repair', []],
  ['extract', ['--session=agent:main:main', '--out=never-written']],
])('%s %j at a dead mount ends, and says at which agent it was', (command, flags) => {
  state.mountDead('bad');
  const { stdout, stderr, signal } = run(command, ...flags, '--scan.timeout=2s');
  expect(stdout).toBe('');
  expect(stderr).toBe(
    'openclaw-store-exporter: the command was blocked and is killed: no sign of life for 2s at agent bad, step discover; a mount there may be dead. What is slow but alive needs a longer --scan.timeout\n',
  );
  expect(signal).toBe('SIGKILL');
});

it('ends a scan that is not blocked as ever', () => {
  const { stderr, status } = run('scan', '--scan.timeout=2s');
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
});
