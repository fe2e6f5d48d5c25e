import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { engine, needsEngine } from '../support/engines.ts';

const ALERTS = join(import.meta.dirname, '../../alerts');

function promtool(...args: readonly string[]): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(engine('promtool'), args, { cwd: ALERTS, encoding: 'utf8' });
  return { status, output: stdout + stderr };
}

describe.skipIf(needsEngine('promtool'))('promtool', () => {
  test.each(readdirSync(ALERTS).filter((name) => name.endsWith('.rules.yml')))('finds nothing wrong in %s', (name) => {
    const { status, output } = promtool('check', 'rules', '--lint=all', '--lint-fatal', name);
    expect(output).toMatch(/SUCCESS: \d+ rules found/);
    expect(status).toBe(0);
  });

  test.each(readdirSync(join(ALERTS, 'tests')))('the rules behave as tests/%s says', (name) => {
    const { status, output } = promtool('test', 'rules', join('tests', name));
    // The output first: it says what was expected and what came.
    expect(output).toMatch(/^\s*SUCCESS\s*$/m);
    expect(status).toBe(0);
  });
});
