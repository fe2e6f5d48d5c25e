import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { writeWhole } from '../../src/disk/write-whole.ts';
import { newFolder } from '../support/folder.ts';

let folder: string;
let path: string;

beforeEach(() => {
  folder = newFolder();
  path = join(folder, 'out.prom');
});

describe('writeWhole', () => {
  it('replaces a link and leaves alone what it leads to', () => {
    const other = join(folder, 'other');
    writeFileSync(other, 'before');
    symlinkSync(other, path);
    writeWhole(path, 'new');
    expect(readFileSync(other, 'utf8')).toBe('before');
    expect(readFileSync(path, 'utf8')).toBe('new');
  });

  it('writes to no file or link that somebody else made at the name that it takes, which is another one each time', async () => {
    const other = join(folder, 'other');
    writeFileSync(other, 'before');
    const taken: string[] = [];
    vi.resetModules();
    vi.doMock('node:fs', async (original) => {
      const { openSync, ...actual } = await original<typeof import('node:fs')>();
      return {
        ...actual,
        openSync(name: string, ...how: [string, number]) {
          taken.push(name);
          symlinkSync(other, name);
          return openSync(name, ...how);
        },
      };
    });
    const { writeWhole: watched } = await import('../../src/disk/write-whole.ts');
    vi.doUnmock('node:fs');
    vi.resetModules();
    for (let times = 0; times < 2; times += 1) expect(() => watched(path, 'new')).toThrow('EEXIST');
    expect(new Set(taken).size).toBe(2);
    expect(readFileSync(other, 'utf8')).toBe('before');
  });

  it('leaves a pipe and a link to a device as they are', () => {
    execFileSync('mkfifo', [path]);
    expect(() => writeWhole(path, 'new')).toThrow('device');
    expect(statSync(path).isFIFO()).toBe(true);
    const device = join(folder, 'null');
    symlinkSync('/dev/null', device);
    expect(() => writeWhole(device, 'new')).toThrow('device');
    expect(readdirSync(folder).toSorted()).toEqual(['null', 'out.prom']);
  });
});
