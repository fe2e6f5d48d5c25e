import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { renderAlertFiles } from '../../alerts/generate.ts';

const ROOT = join(import.meta.dirname, '../..');
const FILES = renderAlertFiles();
/** Tests that no case can express, since a case has one instance of its own. */
const BY_HAND = ['absent.test.yml', 'jobs.test.yml'];

test('every generated file is up to date', () => {
  const stale = Object.entries(FILES).filter(([name, text]) => textOf(name) !== text);
  expect(stale.map(([name]) => `${name} is out of date: npm run generate`)).toEqual([]);
});

function textOf(name: string): string | null {
  return existsSync(join(ROOT, name)) ? readFileSync(join(ROOT, name), 'utf8') : null;
}

test('nothing is left over of rules and tests that are no longer generated', () => {
  const generated = Object.keys(FILES).flatMap((name) => name.split('alerts/tests/')[1] ?? []);
  expect(readdirSync(join(ROOT, 'alerts/tests')).toSorted()).toEqual([...generated, ...BY_HAND].toSorted());
  const rules = readdirSync(join(ROOT, 'alerts')).filter((name) => name.endsWith('.yml'));
  for (const name of rules) expect(FILES).toHaveProperty([`alerts/${name}`]);
});
