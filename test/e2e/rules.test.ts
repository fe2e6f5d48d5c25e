import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { engine, needsEngine } from '../support/engines.ts';
import { ruleTests } from '../support/rule-tests.ts';

const ROOT = join(import.meta.dirname, '../..');
const ALERTS = join(ROOT, 'alerts');
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

describe.skipIf(needsEngine('promtool', 'promtoolForky')).each(['promtool', 'promtoolForky'] as const)(
  '%s',
  (promtool) => {
    test('finds nothing wrong in the rules', () => {
      const { status, output } = run(promtool, 'check', 'rules', '--lint=all', '--lint-fatal', ...FILES);
      expect(output.match(/SUCCESS: \d+ rules found/g)).toHaveLength(FILES.length);
      expect(status).toBe(0);
    });

    test('finds nothing wrong in what the command rules prints, where only the package is installed', () => {
      const folder = mkdtempSync(join(tmpdir(), 'installed-'));
      cpSync(join(ROOT, 'dist'), join(folder, 'dist'), { recursive: true });
      cpSync(join(ROOT, 'package.json'), join(folder, 'package.json'));
      symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
      const flags = ['--job=claw', '--group-label=cluster', '--runbook-url=https://git.example.org/r'];
      const printed = execFileSync(process.execPath, ['dist/main.js', 'rules', ...flags], {
        cwd: folder,
        encoding: 'utf8',
      });
      writeFileSync(join(folder, 'own.rules.yml'), printed);
      const { status, output } = run(
        promtool,
        'check',
        'rules',
        '--lint=all',
        '--lint-fatal',
        join(folder, 'own.rules.yml'),
      );
      rmSync(folder, { recursive: true });
      expect(output).toMatch(/SUCCESS: \d+ rules found/);
      expect(status).toBe(0);
    });
  },
);

// With Prometheus 3, and the files as they lie: test/long/rules.test.ts.
describe.skipIf(needsEngine('promtool'))('promtool of Prometheus 2.42', () => {
  test('sees each alert fire, resolve and be silent as its cases say', () => {
    const { status, output } = run('promtool', 'test', 'rules', ...tests.files);
    const failures = output.split(/^Unit Testing: .*$/m).filter((part) => /FAILED/.test(part));
    expect(failures).toEqual([]);
    expect(output.match(/SUCCESS/g)).toHaveLength(tests.files.length);
    expect(status).toBe(0);
  });
});

describe.skipIf(needsEngine('vmalert'))('vmalert', () => {
  test('takes the rules as they are', () => {
    const { status, output } = run('vmalert', '-dryRun', ...FILES.map((file) => `-rule=${file}`));
    expect(output).not.toMatch(/error|fatal/i);
    expect(status).toBe(0);
  });
});
