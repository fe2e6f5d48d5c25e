import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { docPath } from '../../scripts/generate-docs.ts';
import { routingVersions } from '../../src/openclaw/versions.ts';
import { VERSION } from '../../src/version.ts';
import { realSchemas } from '../support/stores.ts';

const ROOT = join(import.meta.dirname, '../..');

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

it('the image and the tarball have the version of the package, wherever they are named', () => {
  const files = globSync(['Dockerfile', 'README.md', 'docs/*.md', 'deploy/**/*.{yaml,yml,md}'], { cwd: ROOT });
  const named = files.flatMap((file) =>
    [
      ...textOf(file).matchAll(/(?:ARG VERSION=|openclaw-store-exporter[:-](?=\d))(\d[\w.-]*?)(?=\.tgz|[^\w.-]|$)/g),
    ].map(([, version]) => ({ file, version })),
  );
  expect(named.length).toBeGreaterThanOrEqual(10);
  expect(named.filter(({ version }) => version !== VERSION)).toEqual([]);
});
