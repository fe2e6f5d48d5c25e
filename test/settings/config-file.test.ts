import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ExporterError } from '../../src/errors.ts';
import { loadSettings } from '../../src/settings/settings.ts';
import { newFolder } from '../support/folder.ts';

function file(text: string): string {
  const folder = newFolder();
  const path = join(folder, 'exporter.yml');
  writeFileSync(path, text);
  return path;
}

function load(
  text: string,
  flags: readonly string[] = [],
  env: NodeJS.ProcessEnv = {},
  command: 'serve' | 'scan' = 'serve',
) {
  return loadSettings(command, [`--config.file=${file(text)}`, ...flags], { HOME: '/nobody', ...env });
}

function problem(text: string): string {
  try {
    load(text);
  } catch (error) {
    if (error instanceof ExporterError) return error.message;
    throw error;
  }
  return 'none';
}

/** Each list holds the one before ten times: a file of 500 bytes, and a billion values. */
function aliasBomb(): string {
  const lists = Array.from({ length: 9 }, (_, at) => `l${at + 1}: &l${at + 1} [${Array(10).fill(`*l${at}`).join()}]`);
  return ['l0: &l0 x', ...lists].join('\n');
}

describe('the config file', () => {
  it('has the keys of the flags, nested at their dots or whole', () => {
    const settings = load(`
openclaw:
  state-dir: /srv/claw
  path-map: ['/home/node/.openclaw=/srv/claw', '/data=/mnt/data']
scan.timeout: 45s
scan: { schedule: '*/2 * * * *' }
session: { limit: 20 }
check: { truncated: false, stuck: true }
log: { format: json }
`);
    expect(settings).toMatchObject({
      stateDir: '/srv/claw',
      'openclaw.path-map': [
        { from: '/home/node/.openclaw', to: '/srv/claw' },
        { from: '/data', to: '/mnt/data' },
      ],
      'scan.timeout': 45_000,
      'scan.schedule': '*/2 * * * *',
      'session.limit': 20,
      disabledChecks: ['truncated'],
      'log.format': 'json',
    });
  });

  it('stands behind the environment, which stands behind the flags', () => {
    const text = 'session.limit: 1\nlog.level: warn\nprivacy.peers: plain\n';
    const env = { OPENCLAW_STORE_EXPORTER_SESSION_LIMIT: '2', OPENCLAW_STORE_EXPORTER_LOG_LEVEL: 'error' };
    expect(load(text, ['--session.limit=3'], env)).toMatchObject({
      'session.limit': 3,
      'log.level': 'error',
      'privacy.peers': 'plain',
    });
  });

  it('may be named by the environment, be empty, and hold keys of the other command', () => {
    const path = file('format: json\n');
    const env = { HOME: '/nobody', OPENCLAW_STORE_EXPORTER_CONFIG_FILE: path };
    expect(loadSettings('scan', [], env).format).toBe('json');
    expect(loadSettings('serve', [], env)['session.limit']).toBe(1000);
    expect(load('# nothing yet\n')['session.limit']).toBe(1000);
  });

  it.each([
    ['a key that is none', 'scan: { timeuot: 3s }', /exporter\.yml: scan\.timeuot is no key; see --help/],
    ['a key of nothing', 'nonsense: 1', /nonsense is no key/],
    ['a key that a flag must name', 'config: { file: x.yml }', /config is no key/],
    ['a key twice', 'scan.timeout: 3s\nscan: { timeout: 4s }', /scan\.timeout is there twice/],
    ['the same key twice', 'log: { level: info }\nlog: { level: warn }', /unique/],
    ['a map in the place of a value', 'session: { limit: { a: 1 } }', /session\.limit must be a text, a number/],
    ['two values where one is asked for', 'session: { limit: [1, 2] }', /session\.limit takes one value/],
    ['a wrong value', 'session: { limit: many }', /exporter\.yml: session\.limit: "many" must be a whole number/],
    ['a list', '- 1', /must hold keys and values/],
    ['aliases of aliases', aliasBomb(), /exporter\.yml: it cannot be read as YAML \(Excessive alias count/],
    ['an alias of nothing', 'session: *none', /exporter\.yml: /],
    ['more levels than can be read', `a: ${'['.repeat(10_000)}`, /exporter\.yml: /],
    ['no YAML', 'a: [', /exporter\.yml: .*line 1/s],
  ])('with %s is refused with file and key', (_, text, message) => {
    expect(problem(text)).toMatch(message);
  });

  it('that is not there is refused', () => {
    const missing = () => loadSettings('serve', ['--config.file=/nowhere/x.yml'], {});
    expect(missing).toThrow('--config.file: /nowhere/x.yml cannot be read (there is no such file or folder, ENOENT)');
  });
});
