import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { unpackStore } from '../support/stores.ts';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '../..');
const RUNBOOKS = join(ROOT, 'docs/runbooks');
/** OpenClaw itself and what manages services are not on a machine that runs tests. */
const NOT_HERE = /^(?:openclaw |docker |kubectl |systemctl |curl )/;

const COMMANDS = new Set(
  readdirSync(RUNBOOKS).flatMap((name) => {
    const text = readFileSync(join(RUNBOOKS, name), 'utf8');
    const blocks = [...text.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block = '']) => block.trim().split('\n'));
    return blocks.filter((line) => !NOT_HERE.test(line));
  }),
);

describe.each(['file-damaged', 'sqlite-2026.9.6', 'migrating'])('the commands of the runbooks on %s', (name) => {
  const store = unpackStore(name, { ownPath: true });
  const [session] = store.facts.sessions;
  afterAll(() => store.cleanup());

  const env = {
    ...process.env,
    OPENCLAW_STORE_EXPORTER_OPENCLAW_STATE_DIR: store.stateDir,
    OPENCLAW_STORE_EXPORTER_PRIVACY_SALT_FILE: join(store.stateDir, '..', 'salt'),
    PATH: `${join(ROOT, 'node_modules/.bin')}:${process.env.PATH}`,
    STATE: store.stateDir,
    AGENT: session?.agent,
    SESSION: session?.key,
  };

  it('work and say nothing but what was asked', async () => {
    const wrong: string[] = [];
    for (const command of COMMANDS) {
      const shell = `openclaw-store-exporter() { node dist/main.js "$@"; }\n${command}`;
      const { code, stderr } = await run('bash', ['-c', shell], { cwd: ROOT, env }).then(
        (outcome) => ({ code: 0, stderr: outcome.stderr }),
        (error: { code: number; stderr: string }) => error,
      );
      const complaints = stderr.split('\n').filter((line) => line !== '' && !line.startsWith('ts='));
      // 1 and 2: a scan that found something, or a folder that this era does not have.
      if (![0, 1, 2].includes(code)) wrong.push(`${command}: exit code ${code}`);
      if (complaints.length > 0) wrong.push(`${command}: ${complaints.join('; ')}`);
    }
    expect(COMMANDS.size).toBeGreaterThan(10);
    expect(wrong).toEqual([]);
  });
});
