import { readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { backupName } from '../../src/repair/backup.ts';
import { type IndexPlace, protectionOf } from '../../src/repair/change-index.ts';
import { planTakeOut, type TakenOut, takeOut } from '../../src/repair/take-out.ts';
import { newFolder } from '../support/folder.ts';
import { folderState } from '../support/folder-state.ts';
import { LOCKING, REPAIRED_MS, takeKeys, targetsOf, WAITING, writeIndex } from '../support/repair.ts';

const UNLOCKED = '2026.7.35';

let folder: string;
let path: string;

beforeEach(() => {
  folder = newFolder();
  path = join(folder, 'sessions.json');
});

function write(entries: object, ageMs?: number): string {
  return writeIndex(path, entries, ageMs);
}

function place(version: string | null): IndexPlace {
  return { path, root: folder, version };
}

function run(keys: readonly string[], version: string | null = LOCKING, gatewayStopped = true): Promise<TakenOut> {
  return takeKeys(place(version), keys, gatewayStopped);
}

const THREE = { a: { sessionId: '1' }, b: { sessionId: '2' }, c: null };

describe('taking entries out of an index', () => {
  it('keeps a backup of the whole and every other entry as it was, and leaves nothing else behind', async () => {
    const before = write(THREE);
    const { taken, backup } = await run(['b', 'c']);
    expect(taken.map(({ target }) => target.key)).toEqual(['b', 'c']);
    expect(backup).toBe(join(folder, 'sessions.json.bak-20261130-010203'));
    expect(readFileSync(backup ?? '', 'utf8')).toBe(before);
    expect(readFileSync(path, 'utf8')).toBe(JSON.stringify({ a: THREE.a }, null, 2));
    expect(readdirSync(folder).toSorted()).toEqual(['sessions.json', 'sessions.json.bak-20261130-010203']);
  });

  it('gives two changes within a second a backup each', async () => {
    write(THREE);
    await run(['b']);
    const { backup } = await run(['c']);
    expect(backup).toBe(join(folder, backupName(path, REPAIRED_MS + 1000)));
  });

  it('leaves an entry that was changed since the plan, and one that is gone', async () => {
    write(THREE);
    const plan = planTakeOut(targetsOf(place(LOCKING), ['a', 'b', 'c']));
    write({ a: { sessionId: 'other' }, c: null, d: {} });
    const done = await takeOut(plan, protectionOf(LOCKING, false), WAITING);
    expect(done.taken.map(({ target }) => target.key)).toEqual(['c']);
    expect(done.changed.map(({ target }) => target.key)).toEqual(['a', 'b']);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ a: { sessionId: 'other' }, d: {} });
  });

  it.each<[string, () => Promise<unknown>, RegExp]>([
    [
      'the version has no lock and nobody said that the gateway is stopped',
      () => run(['a'], UNLOCKED, false),
      /--gateway-stopped/,
    ],
    ['the version is unknown', () => run(['a'], null, false), /unknown/],
    [
      'the index was written within a minute, whatever was said',
      () => {
        write(THREE, 30_000);
        return run(['a'], UNLOCKED);
      },
      /written 30 seconds ago/,
    ],
    [
      'the clock says that the index was written in the future',
      () => {
        write(THREE, -3_600_000);
        return run(['a'], UNLOCKED);
      },
      /in the future by the clock/,
    ],
    [
      'the index is a link',
      async () => {
        const plan = planTakeOut(targetsOf(place(LOCKING), ['a']));
        writeFileSync(join(folder, 'elsewhere.json'), readFileSync(path));
        rmSync(path);
        symlinkSync(join(folder, 'elsewhere.json'), path);
        return takeOut(plan, protectionOf(LOCKING, true), WAITING);
      },
      /is a link/,
    ],
    [
      'the index is JSON5',
      async () => {
        writeFileSync(path, "{a: {sessionId: '1'}}");
        return run(['a']);
      },
      /is no JSON/,
    ],
  ])('changes nothing where %s', async (_name, act, message) => {
    write(THREE);
    await expect(act()).rejects.toThrow(message);
    expect(
      readdirSync(folder).filter((name) => name.includes('.bak') || name.includes('.tmp') || name.includes('.lock')),
    ).toEqual([]);
  });

  it('follows no link that was planted in the place of the backup', async () => {
    write(THREE);
    const target = join(folder, 'somebody');
    writeFileSync(target, 'theirs');
    symlinkSync(target, join(folder, backupName(path, REPAIRED_MS)));
    const { backup } = await run(['a']);
    expect(backup).toBe(join(folder, backupName(path, REPAIRED_MS + 1000)));
    expect(readFileSync(target, 'utf8')).toBe('theirs');
  });

  it('changes nothing while a plan is made', () => {
    write(THREE);
    const before = folderState(folder);
    planTakeOut(targetsOf(place(LOCKING), ['a', 'nobody']));
    expect(folderState(folder)).toEqual(before);
  });
});
