import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readSmallFile } from '../../src/settings/small-file.ts';
import { newFolder } from '../support/folder.ts';

it('a small file may have as many bytes as are asked for, and no more, whatever size it claims', () => {
  const path = join(newFolder(), 'file');
  writeFileSync(path, 'ten bytes\n');
  expect(readSmallFile(path, 10)).toBe('ten bytes\n');
  // One of the kernel says that it has none.
  for (const large of [path, '/proc/self/status'])
    expect(() => readSmallFile(large, 9)).toThrow('it is larger than 9 bytes');
});
