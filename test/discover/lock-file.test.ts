import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isDeadPid, lockPid } from '../../src/discover/lock-file.ts';
import { newFolder } from '../support/folder.ts';

function lock(text: string): { path: string; root: string } {
  const root = newFolder();
  const path = join(root, 'a.jsonl.lock');
  writeFileSync(path, text);
  return { path, root };
}

describe('lockPid', () => {
  it.each([
    ['{"pid":4711,"createdAt":"2026-11-24T00:00:00.000Z","starttime":12}', 4711],
    ['{"pid":4711,"startedAt":1795495630153}', 4711],
    ['', null],
    ['{"pid":', null],
    ['{"pid":"4711"}', null],
    ['{"pid":0}', null],
    ['{"pid":-1}', null],
    ['{"pid":1.5}', null],
    ['[4711]', null],
  ])('of %s is %s', (text, pid) => {
    const { path, root } = lock(text);
    expect(lockPid(path, root)).toBe(pid);
  });

  it('of a lock that vanished is none', () => {
    const { path, root } = lock('{"pid":4711}');
    rmSync(path);
    expect(lockPid(path, root)).toBeNull();
  });
});

describe('isDeadPid', () => {
  it('knows the living and the dead', () => {
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    expect([isDeadPid(process.pid), isDeadPid(1), isDeadPid(pid)]).toEqual([false, false, true]);
  });
});
