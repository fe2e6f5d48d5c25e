import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import type { TakenOut } from '../../src/repair/take-out.ts';
import { newFolder } from '../support/folder.ts';
import { LOCKING, takeKeys, writeIndex } from '../support/repair.ts';

let folder: string;
let path: string;

beforeEach(() => {
  folder = newFolder();
  path = join(folder, 'sessions.json');
});

function write(entries: object): string {
  return writeIndex(path, entries);
}

function run(keys: readonly string[]): Promise<TakenOut> {
  return takeKeys({ path, root: folder, version: LOCKING }, keys);
}

/** More of them, by hand: `npm run soak`. */
const KILLS = Number(process.env.REPAIR_KILLS ?? 6);

describe('a process that is killed while it takes an entry out', () => {
  it(
    'leaves the old index or the new one, whole backups, and nothing that keeps the next run from ending',
    async () => {
      // Large enough that its writing takes a moment.
      const entries = Object.fromEntries(
        Array.from({ length: 400 }, (_, at) => [`k${at}`, { text: 'x'.repeat(5000) }]),
      );
      const old = write(entries);
      const wanted = JSON.stringify(
        Object.fromEntries(Object.entries(entries).filter(([key]) => key !== 'k7')),
        null,
        2,
      );
      const seen = { old: 0, new: 0 };
      for (let kill = 0; kill < KILLS; kill += 1) {
        for (const name of readdirSync(folder)) rmSync(join(folder, name));
        write(entries);
        const child = fork(join(import.meta.dirname, '../support/repair-once.ts'), [path, 'k7', LOCKING]);
        await once(child, 'message');
        child.send('go');
        // The whole of its work, a tenth at a time.
        await sleep(((kill * 3) % 10) * 4 + Math.random() * 4);
        child.kill('SIGKILL');
        await once(child, 'close');
        const now = readFileSync(path, 'utf8');
        expect([old, wanted]).toContain(now);
        seen[now === old ? 'old' : 'new'] += 1;
        for (const name of readdirSync(folder).filter((each) => each.includes('.bak-')))
          expect(readFileSync(join(folder, name), 'utf8')).toBe(old);
        if (now === old) await run(['k7']);
        expect(readFileSync(path, 'utf8')).toBe(wanted);
        expect(existsSync(`${path}.lock`) && now === old).toBe(false);
      }
      expect(seen.old + seen.new).toBe(KILLS);
    },
    Math.max(1_200_000, KILLS * 15_000),
  );
});

describe('beside a writer that follows the lock of OpenClaw 2026.2.x', () => {
  it('a hundred repairs lose no entry, on either side', async () => {
    const all = Array.from({ length: 100 }, (_, at) => `k${at}`);
    write(Object.fromEntries([...all, 'stays'].map((key) => [key, { sessionId: key }])));
    const writer = fork(join(import.meta.dirname, '../support/index-writer.ts'), [path]);
    await once(writer, 'message');
    for (const key of all) expect((await run([key])).taken).toHaveLength(1);
    writer.send('stop');
    const [added] = await once(writer, 'message');
    const left = Object.keys(JSON.parse(readFileSync(path, 'utf8')));
    expect(left.toSorted()).toEqual(
      ['stays', ...Array.from({ length: Number(added) }, (_, at) => `agent:main:added:${at}`)].toSorted(),
    );
    expect(Number(added)).toBeGreaterThan(0);
  });
});
