import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const DOCUMENTS = globSync(['*.md', 'docs/**/*.md', 'test/**/README.md', 'deploy/**/*.md'], {
  cwd: ROOT,
  exclude: ['CHANGELOG.md'],
});
/** A path of the repository in backticks; `<name>` and `*` stand for any name. */
const NAMED = /`((?:src|test|alerts|grafana|scripts|demo|bench|docs|deploy)\/[^`\s]*)`/g;

test('every file that a document names is there', () => {
  const named = DOCUMENTS.flatMap((document) =>
    [...readFileSync(join(ROOT, document), 'utf8').matchAll(NAMED)].map(([, path = '']) => ({ document, path })),
  );
  expect(named.length).toBeGreaterThan(40);
  expect(named.filter(({ path }) => !isThere(path)).map(({ document, path }) => `${document}: ${path}`)).toEqual([]);
});

function isThere(path: string): boolean {
  const pattern = path.replaceAll(/<[^>]*>/g, '*');
  return pattern.includes('*') ? globSync(pattern, { cwd: ROOT }).length > 0 : existsSync(join(ROOT, path));
}
