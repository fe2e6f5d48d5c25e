import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
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

  it('writes to no file or link that somebody else made at the name that it would take', () => {
    const other = join(folder, 'other');
    writeFileSync(other, 'before');
    // What the name would be if it followed from the path and the process.
    symlinkSync(other, join(folder, `.out.prom.${process.pid}.tmp`));
    writeWhole(path, 'new');
    expect(readFileSync(other, 'utf8')).toBe('before');
    expect(readFileSync(path, 'utf8')).toBe('new');
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
