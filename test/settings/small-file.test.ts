import { constants, openSync, readSync, type Stats, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, it, vi } from 'vitest';
import { readSmallFile } from '../../src/settings/small-file.ts';
import { newFolder } from '../support/folder.ts';

let path: string;

beforeEach(() => {
  path = join(newFolder(), 'file');
  writeFileSync(path, 'ten bytes\n');
});

/** The same, and what it asks of the disk. `looksLike`: what is seen of a path before it is opened. */
async function watched(looksLike: (path: string) => Stats) {
  const opened = vi.fn(openSync);
  const read = vi.fn(readSync);
  vi.resetModules();
  vi.doMock('node:fs', async (original) => ({
    ...(await original<typeof import('node:fs')>()),
    statSync: looksLike,
    openSync: opened,
    readSync: read,
  }));
  const module = await import('../../src/settings/small-file.ts');
  vi.doUnmock('node:fs');
  vi.resetModules();
  return { opened, read, readSmallFile: module.readSmallFile };
}

it('a small file may have as many bytes as are asked for, and no more, whatever size it claims', () => {
  expect(readSmallFile(path, 10)).toBe('ten bytes\n');
  // One of the kernel says that it has none.
  for (const large of [path, '/proc/self/status'])
    expect(() => readSmallFile(large, 9)).toThrow('it is larger than 9 bytes');
});

it('of a large file no more is read than tells that it is one', async () => {
  const disk = await watched(statSync);
  expect(() => disk.readSmallFile('/proc/self/status', 9)).toThrow('larger');
  expect(disk.read.mock.results.reduce((sum, { value }) => sum + Number(value), 0)).toBe(10);
});

it('what is no regular file is not opened: a device can do something then', async () => {
  const disk = await watched(statSync);
  expect(() => disk.readSmallFile('/dev/null', 10)).toThrow('no regular file');
  expect(disk.opened).not.toHaveBeenCalled();
});

it('what comes in the place of a file in between is not waited for, and not read', async () => {
  const disk = await watched(() => statSync(path));
  expect(() => disk.readSmallFile('/dev/null', 10)).toThrow('no regular file');
  expect(disk.opened).toHaveBeenCalledWith('/dev/null', constants.O_RDONLY | constants.O_NONBLOCK);
  expect(disk.read).not.toHaveBeenCalled();
});
