import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { docPath, GENERATED_DOCS } from '../../scripts/generate-docs.ts';

it.each(Object.entries(GENERATED_DOCS))('%s is what npm run generate writes', (name, render) => {
  expect(readFileSync(docPath(name), 'utf8')).toBe(render());
});
