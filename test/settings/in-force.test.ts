import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { FLAGS } from '../../src/settings/flags.ts';
import { settingsInForce, waitingForRestart } from '../../src/settings/in-force.ts';
import { loadSettings, type Settings } from '../../src/settings/settings.ts';
import { newFolder } from '../support/folder.ts';

const ENV = { HOME: '/nobody', OPENCLAW_HOME: '/home/claw' };

function load(args: readonly string[], env: NodeJS.ProcessEnv = {}): Settings {
  return loadSettings('serve', args, { ...ENV, ...env });
}

function rowOf(name: string, first: Settings, latest = first) {
  const { value, from, next } = settingsInForce(first, latest).find((row) => row.name === name) ?? {};
  return [value, from, next];
}

it('has every flag of serve', () => {
  const names = FLAGS.filter(({ commands }) => commands.includes('serve')).map(({ name }) => `--${name}`);
  expect(settingsInForce(load([]), load([])).map(({ name }) => name)).toEqual([
    ...names.filter((name) => name !== '--config.check'),
    'thresholds',
    'ignore',
  ]);
});

it('says what is in force, and who said so', () => {
  const path = join(newFolder(), 'exporter.yml');
  writeFileSync(
    path,
    'scan:\n  timeout: 90s\nthresholds: [{ tokens: { warning: 1 } }]\nopenclaw: { path-map: [/a=/b, /c=/d] }\ncheck: { stuck: false }\n',
  );
  const settings = load([`--config.file=${path}`, '--session.limit=5'], {
    OPENCLAW_STORE_EXPORTER_RUNBOOK_URL: 'https://git.example.org/runbooks',
    OPENCLAW_STORE_EXPORTER_PRIVACY_SALT_FILE: '/etc/salt',
  });
  expect(rowOf('--scan.timeout', settings)).toEqual(['90s', `${path}, line 2`, null]);
  expect(rowOf('--session.limit', settings)).toEqual(['5', 'command line', null]);
  expect(rowOf('--runbook-url', settings)).toEqual(['https://git.example.org/runbooks', 'environment', null]);
  expect(rowOf('--openclaw.path-map', settings)).toEqual(['/a=/b, /c=/d', `${path}, line 4`, null]);
  expect(rowOf('--check.stuck', settings)).toEqual(['false', `${path}, line 5`, null]);
  expect(rowOf('--log.format', settings)).toEqual(['logfmt', 'default', null]);
  expect(rowOf('--privacy.salt-file', settings)).toEqual(['/etc/salt', 'environment', null]);
  expect(rowOf('--openclaw.state-dir', settings)).toEqual(['/home/claw/.openclaw', 'default', null]);
  expect(rowOf('--scan.max-age', settings)).toEqual(['15m', 'default', null]);
  expect(rowOf('--web.config.file', settings)).toEqual(['none', 'default', null]);
  expect(rowOf('thresholds', settings)).toEqual(['1 rule', path, null]);
  expect(rowOf('ignore', settings)).toEqual(['0 rules', 'default', null]);
});

it('shows a value that waits for a restart as what it is: not in force', () => {
  const first = load(['--log.level=warn']);
  const latest = load(['--log.level=debug', '--session.limit=7', '--web.listen-address=:1']);
  expect(waitingForRestart(first, latest)).toEqual(['web.listen-address', 'log.level']);
  expect(rowOf('--log.level', first, latest)).toEqual(['warn', 'command line', 'debug']);
  expect(rowOf('--web.listen-address', first, latest)).toEqual(['127.0.0.1:10789', 'default', ':1']);
  expect(rowOf('--session.limit', first, latest)).toEqual(['7', 'command line', null]);
});
