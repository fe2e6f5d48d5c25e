import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fileFolder } from '../support/folder.ts';
import { createState } from '../support/state.ts';

const COMMAND = join(import.meta.dirname, '../support/blocking-command.ts');
/** A busy machine must not be taken for a dead mount: it comes as far as that within this time. */
const TIMEOUT = '5s';

const BLOCKED: readonly (readonly string[])[] = [
  ['scan'],
  ['scan', '--deep', '--format=prometheus'],
  ['repair'],
  ['extract', '--session=agent:main:main', '--out=never-written'],
];

interface Ended {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
}

const homes = fileFolder();
const agents = { main: { index: { 'agent:main:main': {} } }, bad: { index: { 'agent:bad:main': {} } } };
const state = createState({ agents, kept: true });
const healthy = createState({ agents, kept: true });
afterAll(() => {
  for (const each of [state, healthy]) each.remove();
});

/** By the words of the command line. All at once: most of the time is the wait for the end. */
const ended = new Map<readonly string[], Ended>();

beforeAll(async () => {
  state.mountDead('bad');
  await Promise.all(
    BLOCKED.map(async (words) =>
      ended.set(words, await run(...words, `--scan.timeout=${TIMEOUT}`, `--openclaw.state-dir=${state.dir}`)),
    ),
  );
});

/** Runs the command to its end, however long that takes; it does not outlive the tests. */
async function run(...args: readonly string[]): Promise<Ended> {
  const { NODE_COMPILE_CACHE } = process.env;
  const home = mkdtempSync(join(homes, 'home-'));
  const child = spawn(process.execPath, [COMMAND, ...args], {
    env: { HOME: home, XDG_STATE_HOME: home, NODE_COMPILE_CACHE },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const end = new Promise<Pick<Ended, 'status' | 'signal'>>((resolve) => {
    child.once('close', (status, signal) => resolve({ status, signal }));
  });
  const [stdout, stderr, how] = await Promise.all([text(child.stdout), text(child.stderr), end]);
  process.off('exit', kill);
  return { stdout, stderr, ...how };
}

it.each(BLOCKED.map((words) => [words]))('%j at a dead mount ends, and says at which agent it was', (words) => {
  expect(ended.get(words)).toEqual({
    stdout: '',
    stderr: `openclaw-store-exporter: the command was blocked and is killed: no sign of life for ${TIMEOUT} at agent bad, step discover; a mount there may be dead. What is slow but alive needs a longer --scan.timeout\n`,
    status: null,
    signal: 'SIGKILL',
  });
});

// A timer of Node counts to 24 days, and a tenth of this is more.
it('ends a scan that is not blocked as ever', async () => {
  const { stderr, status } = await run('scan', '--scan.timeout=300d', `--openclaw.state-dir=${healthy.dir}`);
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
});
