import { existsSync, readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { newFolder } from '../support/folder.ts';
import { freePort, type Running, startProcess, waitFor, waitForHttp } from '../support/processes.ts';

const ROOT = join(import.meta.dirname, '../..');
const PARENT = join(ROOT, '.demo');

interface Started {
  readonly running: Running;
  readonly url: string;
  /** The temporary folder that it was given. */
  readonly temporary: string;
  /** Where its sample lies. */
  readonly folder: () => string | undefined;
}

/** As `npm start` on a host without OpenClaw, without building. */
async function start(
  env: Record<string, string> = {},
  inShell = (command: string) => `exec ${command}`,
): Promise<Started> {
  const port = await freePort();
  const temporary = newFolder();
  const own = { HOME: newFolder(), TMPDIR: temporary, OPENCLAW_HOME: newFolder(), OPENCLAW_STATE_DIR: '', ...env };
  const command = inShell(`"$0" demo/start.ts --web.listen-address=127.0.0.1:${port}`);
  const running = await startProcess('sh', ['-c', command, process.execPath], { cwd: ROOT, env: own });
  const url = `http://127.0.0.1:${port}`;
  return { running, url, temporary, folder: () => folders().find((name) => name.startsWith(`${running.pid}-`)) };
}

function folders(): string[] {
  return existsSync(PARENT) ? readdirSync(PARENT) : [];
}

it.each(['SIGTERM', 'SIGINT', 'SIGKILL'] as const)(
  'a sample that is ended by %s leaves nothing in the temporary folder',
  async (signal) => {
    const { running, url, temporary, folder } = await start();
    await waitForHttp(`${url}/-/ready`, running);
    await waitFor('the banner', () => running.output().includes('THIS IS A SAMPLE'), running);
    expect(folder()).toBeDefined();
    running.kill(signal);
    const exit = await running.exited;
    expect(readdirSync(temporary)).toEqual([]);
    if (signal !== 'SIGKILL') {
      expect({ exit, folder: folder() }).toEqual({ exit: { code: 0, signal: null }, folder: undefined });
      return;
    }
    // Nobody can clean up behind that but the next start.
    expect(folder()).toBeDefined();
    const next = await start();
    await waitFor('the next start to clean up', () => folder() === undefined, next.running);
    await next.running.stop();
  },
);

it('a sample ends when npm is killed that started it', async () => {
  // The shell stands for npm: it waits for its child, and tells it nothing when it is killed.
  const before = folders();
  const { running, url, temporary } = await start({ npm_lifecycle_event: 'start' }, (command) => `${command}; true`);
  await waitForHttp(`${url}/-/ready`, running);
  const [own = expect.unreachable('there is no sample')] = folders().filter((name) => !before.includes(name));
  expect(own.startsWith(`${running.pid}-`)).toBe(false);
  running.kill('SIGKILL');
  await waitFor('it to end', async () => {
    try {
      await fetch(url);
      return false;
    } catch {
      return true;
    }
  });
  await running.exited;
  expect({ temporary: readdirSync(temporary), own: folders().includes(own) }).toEqual({ temporary: [], own: false });
});

it('a port that is taken is said instead of the banner', async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  const address = taken.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const second = await startProcess(process.execPath, ['demo/start.ts', `--web.listen-address=127.0.0.1:${port}`], {
    cwd: ROOT,
    env: { HOME: newFolder(), OPENCLAW_HOME: newFolder(), OPENCLAW_STATE_DIR: '' },
  });
  expect((await second.exited).code).toBe(3);
  expect(second.output()).toMatch(
    /^openclaw-store-exporter: the listen address cannot be used: 127\.0\.0\.1:\d+ \(another program listens there, EADDRINUSE\): choose another/,
  );
  expect(second.output()).not.toContain('SAMPLE');
  taken.close();
});
