import { readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { newFolder } from '../support/folder.ts';

const LIKE = { mode: 0o600, uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
let folder: string;

beforeEach(() => {
  folder = newFolder();
});

describe('a new file where the file system has no hard links', () => {
  it.each(['EPERM', 'ENOTSUP'])('is written all the same, and over nothing that is there (%s)', async (code) => {
    vi.resetModules();
    vi.doMock('node:fs', async (original) => ({
      ...(await original<typeof import('node:fs')>()),
      linkSync: () => {
        throw Object.assign(new Error('link'), { code });
      },
    }));
    const { writeNew } = await import('../../src/disk/replace-file.ts');
    vi.doUnmock('node:fs');
    vi.resetModules();
    const path = join(folder, 'a');
    writeNew(path, Buffer.from('new'), LIKE);
    symlinkSync(path, join(folder, 'link'));
    for (const taken of [path, join(folder, 'link')])
      expect(() => writeNew(taken, Buffer.from('other'), LIKE)).toThrow(/EEXIST/);
    expect(readFileSync(path, 'utf8')).toBe('new');
    expect(readdirSync(folder)).toEqual(['a', 'link']);
  });
});

describe('a new file', () => {
  it('leaves nothing beside what has its name already', async () => {
    const { writeNew } = await import('../../src/disk/replace-file.ts');
    writeFileSync(join(folder, 'a'), 'theirs');
    expect(() => writeNew(join(folder, 'a'), Buffer.from('new'), LIKE)).toThrow(/EEXIST/);
    expect(readdirSync(folder)).toEqual(['a']);
  });
});
