import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { beforeEach, describe, expect, it } from 'vitest';
import { SALT_WARNINGS } from '../../src/settings/salt.ts';
import { newFolder } from '../support/folder.ts';
import { createState, type State } from '../support/state.ts';

const MAIN = join(import.meta.dirname, '../../src/main.ts');

let state: State;
let folder: string;

beforeEach(() => {
  state = createState();
  folder = newFolder();
});

/** `scan` by a process whose files may have so many blocks of a kilobyte: what is more fails, as on a full disk. */
async function scan(blocks: number | 'unlimited', ...flags: readonly string[]) {
  const args = [
    MAIN,
    'scan',
    `--openclaw.state-dir=${state.dir}`,
    `--privacy.salt-file=${join(folder, 'salt')}`,
    ...flags,
  ];
  const child = spawn('bash', ['-c', `ulimit -f ${blocks}; exec "$0" "$@"`, process.execPath, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH },
  });
  const code = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [out, log] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await code, out, log };
}

describe('on a full disk', () => {
  it('a salt is not kept, which is said, and nothing is left of it; with room again it is', async () => {
    const full = await scan(0);
    expect(full.log).toContain(SALT_WARNINGS.notKept);
    expect(full.out).toMatch(/^main +file +0/m);
    expect(readdirSync(folder)).toEqual([]);
    expect((await scan('unlimited')).log).not.toContain('salt');
    expect(readdirSync(folder)).toEqual(['salt', 'salt.in-use']);
  });

  it('the note of the salt in use stays what it was, and a salt that did not change is not taken for another', async () => {
    await scan('unlimited');
    const note = readFileSync(join(folder, 'salt.in-use'), 'utf8');
    writeFileSync(join(folder, 'salt'), 'another salt of sixteen bytes or more');
    expect((await scan(0)).log).toContain('every label changes');
    expect(readFileSync(join(folder, 'salt.in-use'), 'utf8')).toBe(note);
    expect(readdirSync(folder)).toEqual(['salt', 'salt.in-use']);
  });

  it('--output ends with 3 and one line, and the file of before is there whole', async () => {
    const path = join(folder, 'out.prom');
    const flags = ['--format=prometheus', '--log.level=error', `--output=${path}`];
    expect(await scan('unlimited', ...flags)).toMatchObject({ code: 0, log: '' });
    const before = readFileSync(path, 'utf8');
    const { code, log } = await scan(1, ...flags);
    expect(log).toBe(`openclaw-store-exporter: the output cannot be written: ${path} (Error EFBIG)\n`);
    expect(code).toBe(3);
    expect(readFileSync(path, 'utf8')).toBe(before);
    expect(readdirSync(folder)).toEqual(['out.prom', 'salt', 'salt.in-use']);
  });
});
