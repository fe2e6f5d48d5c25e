import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { engine, needsEngine } from '../support/engines.ts';
import { ruleTests } from '../support/rule-tests.ts';

const ALERTS = join(import.meta.dirname, '../../alerts');
const FILES = ['openclaw-store.rules.yml', 'openclaw-store.up.rules.yml'];

const tests = ruleTests();
afterAll(tests.cleanup);

function run(
  name: Parameters<typeof engine>[0],
  ...args: readonly string[]
): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(engine(name), args, { cwd: ALERTS, encoding: 'utf8' });
  return { status, output: stdout + stderr };
}

// The ranges of Prometheus 3 are open on the left: what counts exactly differs by one sample.
describe.skipIf(needsEngine('promtool', 'promtoolForky')).each(['promtool', 'promtoolForky'] as const)(
  '%s',
  (promtool) => {
    test('finds nothing wrong in the rules', () => {
      const { status, output } = run(promtool, 'check', 'rules', '--lint=all', '--lint-fatal', ...FILES);
      expect(output.match(/SUCCESS: \d+ rules found/g)).toHaveLength(FILES.length);
      expect(status).toBe(0);
    });

    test('sees each alert fire, resolve and be silent as its cases say', () => {
      const { status, output } = run(promtool, 'test', 'rules', ...tests.files);
      const failures = output.split(/^Unit Testing: .*$/m).filter((part) => /FAILED/.test(part));
      expect(failures).toEqual([]);
      expect(output.match(/SUCCESS/g)).toHaveLength(tests.files.length);
      expect(status).toBe(0);
    });
  },
);

describe.skipIf(needsEngine('vmalert'))('vmalert', () => {
  test('takes the rules as they are', () => {
    const { status, output } = run('vmalert', '-dryRun', ...FILES.map((file) => `-rule=${file}`));
    expect(output).not.toMatch(/error|fatal/i);
    expect(status).toBe(0);
  });
});
