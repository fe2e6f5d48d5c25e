import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { renderDashboards } from '../../grafana/generate.ts';

const FOLDER = join(import.meta.dirname, '../../grafana/dashboards');

test.each(Object.entries(renderDashboards()))(
  'grafana/dashboards/%s is up to date (npm run generate)',
  (name, text) => {
    expect(readFileSync(join(FOLDER, name), 'utf8')).toBe(text);
  },
);

test('no dashboard is left over', () => {
  expect(readdirSync(FOLDER).filter((name) => name !== 'kustomization.yaml')).toEqual(Object.keys(renderDashboards()));
});
