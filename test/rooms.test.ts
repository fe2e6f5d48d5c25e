import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOMS } from '../scripts/rooms.ts';
import { offendersOf, roomOf, type SourceFile } from './support/rooms.ts';

const SOURCE = join(import.meta.dirname, '../src');
const FILES: readonly SourceFile[] = globSync('**/*.ts', { cwd: SOURCE }).map((path) => ({
  path,
  text: readFileSync(join(SOURCE, path), 'utf8'),
}));

describe('the rooms of src', () => {
  test('a room uses only the rooms below it', () => {
    expect(offendersOf(FILES)).toEqual([]);
  });

  test('every room of the list is there', () => {
    expect(ROOMS.filter(({ path }) => !existsSync(join(SOURCE, path)))).toEqual([]);
  });

  test('no room holds a sixth of the lines', () => {
    const lines = Map.groupBy(FILES, ({ path }) => roomOf(path));
    const count = (files: readonly SourceFile[]) => files.reduce((sum, { text }) => sum + text.split('\n').length, 0);
    const all = count(FILES);
    expect([...lines].filter(([, files]) => count(files) > all / 6).map(([room]) => room)).toEqual([]);
  });

  test.each([
    ['disk/files.ts', "import { x } from '../openclaw/keys.ts';", 'is above disk'],
    ['read/file/store.ts', "import type { x } from '../sqlite/kept-databases.ts';", 'share nothing'],
    ['checks/stuck.ts', "const x = await import('../publish/snapshot.ts');", 'is above checks'],
    ['attic/old.ts', '', 'lies in no room'],
  ])('%s with an import upwards is named', (path, text, reason) => {
    const found = offendersOf([...FILES.filter((file) => file.path !== path), { path, text }]);
    expect(found).toEqual([expect.stringContaining(reason)]);
    expect(found[0]).toContain(`src/${path}`);
  });

  test('an import downwards, and one inside of a room, is none', () => {
    const text = "import { x } from '../disk/files.ts';\nimport { y } from './keys.ts';";
    expect(offendersOf([{ path: 'openclaw/labels.ts', text }])).toEqual([]);
  });
});
