import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { docPath } from '../../scripts/generate-docs.ts';
import { routingVersions } from '../../src/openclaw/versions.ts';
import { realSchemas } from '../support/stores.ts';

function textOf(name: string): string {
  return readFileSync(docPath(name), 'utf8').replaceAll(/\s+/g, ' ');
}

it('docs/routing.md says for which versions the rules are known', () => {
  const versions = routingVersions(null);
  expect(textOf('docs/routing.md')).toContain(`before ${versions[0]} or after ${versions.at(-1)}`);
});

it('README.md names every schema of the real stores', () => {
  const [, named = ''] = /\(schemas ([\d, ]+)\)/.exec(textOf('README.md')) ?? [];
  const schemas = new Set(realSchemas().flatMap((each) => each.schemas));
  const missing = [...schemas].filter((schema) => !named.split(', ').includes(String(schema)));
  expect(missing).toEqual([]);
});
