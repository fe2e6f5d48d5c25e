import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ExporterError } from '../../src/errors.ts';
import { FINDINGS } from '../../src/model/finding.ts';
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

/** The mistakes that are told of a file, without its path and with their lines; one text for each. */
function problems(text: string, flags: readonly string[] = [], env: NodeJS.ProcessEnv = {}): string[] {
  try {
    load(text, flags, env);
  } catch (error) {
    if (!(error instanceof ExporterError)) throw error;
    const [first = '', ...more] = error.message
      .replaceAll(/\/\S*exporter\.yml, line /g, '')
      .replaceAll(/\/\S*exporter\.yml/g, 'exporter.yml')
      .replace('wrong configuration: ', '')
      .split('\n  ');
    return more.length === 0 ? [first] : more;
  }
  return [];
}

/** Each list holds the one before ten times: a file of 500 bytes, and a billion values. */
function aliasBomb(): string {
  const lists = Array.from({ length: 9 }, (_, at) => `l${at + 1}: &l${at + 1} [${Array(10).fill(`*l${at}`).join()}]`);
  return ['l0: &l0 x', ...lists].join('\n');
}

function hugeFile(path: string): void {
  writeFileSync(path, '');
  truncateSync(path, 100_000_000);
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

  const SCAN_KEYS = 'schedule, deep-schedule, timeout, max-age';
  it.each<[string, string, string]>([
    [
      'a misspelt key',
      'log: { level: info }\nscan:\n  timeuot: 3s\n',
      `3: scan.timeuot is no key (did you mean scan.timeout?); in scan there are ${SCAN_KEYS}`,
    ],
    [
      'a key of another place',
      'timeout: 3s',
      '1: timeout is no key (did you mean scan.timeout?); at the top there are ',
    ],
    ['a misspelt group', '\nscna: { timeout: 3s }', '2: scna is no key (did you mean scan?); at the top there are '],
    ['a misspelt whole key', 'scan_timeout: 3s', '1: scan_timeout is no key (did you mean scan.timeout?)'],
    ['a key that nothing is like', 'nonsense: 1', '1: nonsense is no key; at the top there are thresholds, ignore, '],
    ['a key that a flag must name', 'config: { file: x.yml }', '1: config is no key'],
    ['a key without a name', ': 1', '1: [""] is no key'],
    ['a key that is written to a terminal', '"\\x1b[2J": 1', '1: ["\\u001b[2J"] is no key'],
    ['a list in the place of keys', 'scan: [1]', `1: scan must hold keys and values: ${SCAN_KEYS}`],
    ['nothing in the place of keys', 'scan:\n', `1: scan must hold keys and values: ${SCAN_KEYS}`],
    ['a key twice', 'scan.timeout: 3s\nscan: { timeout: 4s }', '2: scan.timeout is there twice'],
    ['the same key twice', 'log: { level: info }\nlog: { level: warn }', '2: log is there twice'],
    [
      'a map in the place of a value',
      'session:\n  limit: { a: 1 }',
      '2: session.limit must be a text, a number, true or false',
    ],
    ['a value of a list', 'openclaw:\n  path-map:\n  - /a=/b\n  - [1]', '4: openclaw.path-map[1] must be a text'],
    ['two values where one is asked for', 'session: { limit: [1, 2] }', '1: session.limit takes one value'],
    ['a wrong value', 'session:\n  limit: many', '2: session.limit: "many" must be a whole number'],
    [
      'a wrong value in a list',
      'openclaw:\n  path-map:\n  - /a=/b\n  - /c',
      '4: openclaw.path-map: "/c" is not FROM=TO',
    ],
    ['a list', '- 1', '1: the file must hold keys and values: thresholds, ignore, '],
    [
      'a misspelt finding',
      'ignore:\n- agent: a\n  finding: [stuck]',
      '3: ignore[0].finding is no key (did you mean findings?)',
    ],
    [
      'a number of a policy',
      'thresholds:\n- tokens:\n    warning: -1',
      '3: thresholds[0].tokens.warning must be above 0',
    ],
    ['an alias', 'a: &a [x]\nscan: *a', `2: scan must hold keys and values: ${SCAN_KEYS}`],
    [
      'aliases of aliases',
      aliasBomb(),
      'exporter.yml: it has too many aliases (*), or they would make more values than',
    ],
    [
      'a thousand aliases and one',
      `a: [${'&a x, *a, '.repeat(1001)}]`,
      'exporter.yml: it has too many aliases (*), or',
    ],
    ['a key as a number and as a text', '"1": a\n1: b', '2: 1 is there twice'],
    [
      'more keys than can each be compared with each other',
      `${Array.from({ length: 30_000 }, (_, at) => `k${at}: 1\n`).join('')}k0: 2`,
      '30001: k0 is there twice',
    ],
    ['an alias of nothing', 'log: {}\nsession: *none', '2: an alias (*) names an anchor (&) that is not above it'],
    ['more levels than can be read', `a: ${'['.repeat(100_000)}`, 'it has more levels than can be read'],
    ['a second document', 'log: { level: info }\n---\nlog: { level: warn }', '2: a second document begins here'],
    ['a bracket without its end', 'a: [', '1: it is not indented as what it belongs to, or a bracket has no end'],
    [
      'a quote without its end',
      'log: { level: info }\nformat: "json\n',
      ': something is missing here, or in a line above',
    ],
    ['a tab', 'scan:\n\ttimeout: 3s', '2: a tab stands at the beginning of a line'],
    ['a colon in a text', 'log:\n  level: info: warn', '2: a key or a list begins where a value goes on'],
    ['a percent sign', 'format: %d', '1: a text that begins with this character needs quotes'],
  ])('with %s is refused with file, line, key, and what is right', (_, text, message) => {
    expect(problems(text)).toContainEqual(expect.stringContaining(message));
  });

  it('is refused with all its mistakes at once, in the order of its lines, and those of the environment', () => {
    const text = [
      'ignore:',
      '- agent: ops',
      '  finding: [stuck]',
      'session: { limit: many }',
      'thresholds:',
      '- { kind: grup, tokens: { warn: 1 } }',
      'scan: { timeuot: 3s }',
    ].join('\n');
    expect(problems(text, ['--scan.max-age=1'], { OPENCLAW_STORE_EXPORTER_LOG_LEVLE: 'debug' })).toEqual([
      expect.stringMatching(
        /^the environment variable .*_LOG_LEVLE belongs to no flag \(did you mean .*_LOG_LEVEL\?\)/,
      ),
      '--scan.max-age: "1" is no duration such as 30s, 15m or 1h30m',
      `2: ignore[0].findings must be a list of findings: ${FINDINGS.join(', ')}`,
      expect.stringContaining('3: ignore[0].finding is no key (did you mean findings?)'),
      '4: session.limit: "many" must be a whole number of at least 0',
      expect.stringMatching(/^6: thresholds\[0\]\.kind must be one of main, dm, group,.* \(did you mean group\?\)$/),
      '6: thresholds[0].tokens.warn is no key (did you mean warning?); in thresholds[0].tokens there are warning, critical',
      expect.stringContaining('7: scan.timeuot is no key (did you mean scan.timeout?)'),
    ]);
  });

  it('is refused with ten of many mistakes, and their number', () => {
    const text = Array.from({ length: 12 }, (_, at) => `nonsense-${at}: 1`).join('\n');
    const told = problems(text);
    expect(told).toHaveLength(11);
    expect(told.at(-1)).toBe('and 2 more');
  });

  it('is refused in no words of a library, whatever it holds', () => {
    const anything = fc.oneof(
      fc.string(),
      fc.string({
        unit: fc.constantFrom(
          ':',
          ' ',
          '\n',
          '-',
          '[',
          ']',
          '{',
          '}',
          '"',
          "'",
          '&',
          '*',
          '!',
          '|',
          '%',
          '\t',
          'a',
          '#',
        ),
      }),
      fc
        .dictionary(fc.constantFrom('thresholds', 'ignore', 'scan', 'session', 'x'), fc.jsonValue())
        .map((value) => JSON.stringify(value)),
    );
    fc.assert(
      fc.property(anything, (text) => {
        const told = problems(text).join('\n');
        expect(told).not.toMatch(
          /Unrecognized|Invalid|expected|received|scalar|Implicit|flow|mapping|sequence|Unexpected/,
        );
      }),
    );
  });

  it.each<[what: string, make: (path: string) => void, why: string]>([
    ['not there', () => undefined, 'there is no such file or folder, ENOENT'],
    ['a folder', (path) => mkdirSync(path), 'it is no regular file'],
    ['a pipe, which nobody writes to', (path) => execFileSync('mkfifo', [path]), 'it is no regular file'],
    ['a device without an end', (path) => symlinkSync('/dev/zero', path), 'it is no regular file'],
    ['a link to itself', (path) => symlinkSync(path, path), 'its links lead round in a circle, ELOOP'],
    ['of 100 MB', hugeFile, 'it is larger than 1048576 bytes'],
  ])('that is %s is refused', (_, make, why) => {
    const path = join(newFolder(), 'x.yml');
    make(path);
    const load = () => loadSettings('serve', [`--config.file=${path}`], {});
    expect(load).toThrow(`--config.file: ${path} cannot be read (${why})`);
  });
});
