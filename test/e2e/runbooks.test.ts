import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { fileFolder } from '../support/folder.ts';
import { runHere } from '../support/run.ts';
import { unpackStore } from '../support/stores.ts';

const run = promisify(execFile);
const RUNBOOKS = join(import.meta.dirname, '../../docs/runbooks');
/** OpenClaw itself and what manages services are not on a machine that runs tests. */
const NOT_HERE = /^(?:openclaw |docker |kubectl |systemctl |curl )/;
/** Instead of the program: its arguments, each ended by a NUL, as the shell hands them over. */
const EXPORTER = `openclaw-store-exporter() { printf '%s\\0' "$@"; }`;

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

  const settings = {
    OPENCLAW_STORE_EXPORTER_OPENCLAW_STATE_DIR: store.stateDir,
    OPENCLAW_STORE_EXPORTER_PRIVACY_SALT_FILE: join(store.stateDir, '..', 'salt'),
  };
  // What a command writes goes there.
  const env = {
    ...process.env,
    HOME: fileFolder(),
    STATE: store.stateDir,
    AGENT: session?.agent,
    SESSION: session?.key,
  };

  async function outcome(command: string): Promise<{ code: number | null; stderr: string }> {
    const { code, stdout, stderr } = await run('bash', ['-c', `${EXPORTER}\n${command}`], { env }).then(
      (ended) => ({ code: 0, ...ended }),
      (error: { code: number; stdout: string; stderr: string }) => error,
    );
    return command.startsWith('openclaw-store-exporter ')
      ? runHere(stdout.split('\0').slice(0, -1), settings)
      : { code, stderr };
  }

  it('work and say nothing but what was asked', async () => {
    const wrong: string[] = [];
    for (const command of COMMANDS) {
      const { code, stderr } = await outcome(command);
      const complaints = stderr.split('\n').filter((line) => line !== '' && !line.startsWith('ts='));
      // 1 and 2: a scan that found something, or a folder that this era does not have.
      if (![0, 1, 2].some((each) => each === code)) wrong.push(`${command}: exit code ${code}`);
      if (complaints.length > 0) wrong.push(`${command}: ${complaints.join('; ')}`);
    }
    expect(COMMANDS.size).toBeGreaterThan(10);
    expect(wrong).toEqual([]);
  });
});
