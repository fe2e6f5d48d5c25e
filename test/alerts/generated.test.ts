import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { renderRuleFiles } from '../../alerts/generate.ts';

const FOLDER = join(import.meta.dirname, '../../alerts');

test.each(Object.entries(renderRuleFiles()))('alerts/%s is up to date (npm run generate)', (name, text) => {
  expect(readFileSync(join(FOLDER, name), 'utf8')).toBe(text);
});
