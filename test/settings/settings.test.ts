import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHECKS } from '../../src/checks/all.ts';
import { ExporterError } from '../../src/errors.ts';
import { type Command, envName, FLAGS } from '../../src/settings/flags.ts';
import { loadSettings, lookOnce, type Settings } from '../../src/settings/settings.ts';

let home: string;
let stateDir: string;

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'config-home-'));
  stateDir = join(home, '.openclaw');
  mkdirSync(stateDir);
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** Settings of a user with this home. */
function load(args: readonly string[] = [], env: NodeJS.ProcessEnv = {}, command: Command = 'serve'): Settings {
  return loadSettings(command, args, { OPENCLAW_HOME: home, ...env });
}

/** The message of the ExporterError that these settings give. */
function problem(args: readonly string[], env: NodeJS.ProcessEnv = {}, command: Command = 'serve'): string {
  try {
    load(args, env, command);
  } catch (error) {
    if (error instanceof ExporterError) return error.message;
    throw error;
  }
  throw new Error(`nothing is wrong with ${JSON.stringify(args)}`);
}

describe('loadSettings', () => {
  it('has the defaults of the contract', () => {
    expect(load()).toMatchObject({
      stateDir,
      configPath: join(stateDir, 'openclaw.json'),
      'openclaw.path-map': [],
      'web.listen-address': { host: '127.0.0.1', port: 10789 },
      'web.telemetry-path': '/metrics',
      'scan.schedule': '* * * * *',
      'scan.deep-schedule': '*/15 * * * *',
      'scan.timeout': 30_000,
      maxAgeMs: 15 * 60_000,
      'session.limit': 1000,
      'privacy.peers': 'hashed',
      'privacy.salt-file': null,
      'log.level': 'info',
      'log.format': 'logfmt',
      disabledChecks: [],
    });
    expect(load([], {}, 'scan')).toMatchObject({
      format: 'table',
      output: null,
      deep: false,
      agent: null,
      kind: null,
      'findings-only': false,
      all: false,
    });
  });

  /** One flag of each kind: text, number, duration, word, address, schedule, path. */
  it.each([
    ['web.telemetry-path', '/env', '/env', '/flag', '/flag', '/metrics'],
    ['session.limit', '5', 5, '0', 0, 1000],
    ['scan.timeout', '1m', 60_000, '500ms', 500, 30_000],
    ['privacy.peers', 'plain', 'plain', 'hashed', 'hashed', 'hashed'],
    ['log.level', 'error', 'error', 'debug', 'debug', 'info'],
    ['log.format', 'json', 'json', 'logfmt', 'logfmt', 'logfmt'],
    [
      'web.listen-address',
      ':1',
      { host: '', port: 1 },
      '[::1]:2',
      { host: '::1', port: 2 },
      { host: '127.0.0.1', port: 10789 },
    ],
    ['scan.deep-schedule', '0 * * * *', '0 * * * *', '5 * * * *', '5 * * * *', '*/15 * * * *'],
    ['privacy.salt-file', '/env', '/env', '/flag', '/flag', null],
  ] as const)(
    'takes --%s before its environment variable before its default',
    (name, env, ofEnv, flag, ofFlag, fallback) => {
      const variable = { [envName(name)]: env };
      expect(load()[name]).toEqual(fallback);
      expect(load([], variable)[name]).toEqual(ofEnv);
      expect(load([`--${name}=${flag}`], variable)[name]).toEqual(ofFlag);
      expect(load([`--${name}`, flag], variable)[name]).toEqual(ofFlag);
    },
  );

  it('takes a switch from its flag before its environment variable', () => {
    const on = { [envName('deep')]: 'true' };
    expect(load([], on, 'scan').deep).toBe(true);
    expect(load(['--no-deep'], on, 'scan').deep).toBe(false);
    expect(load(['--findings-only'], { [envName('findings-only')]: 'false' }, 'scan')['findings-only']).toBe(true);
  });

  it.each(['apply', 'gateway-stopped'])('takes --%s from the command line only', (name) => {
    expect(problem([], { [envName(name)]: 'true' }, 'repair')).toMatch(
      new RegExp(`${envName(name)}: .*command line.*--${name}$`),
    );
    expect(load([`--${name}`], { [envName(name)]: 'false' }, 'repair')).toMatchObject({ [name]: true });
  });

  it.each([
    [
      ['--web.listen-address=127.0.0.1:1', '--web.listen-address', '127.0.0.1:2'],
      '--web.listen-address takes one value, and was given --web.listen-address 127.0.0.1:1 and --web.listen-address 127.0.0.1:2',
    ],
    [
      ['--check.duplicates', '--no-check.duplicates'],
      '--check.duplicates takes one value, and was given --check.duplicates and --no-check.duplicates',
    ],
  ])('refuses two values of one flag: %j', (args, message) => {
    expect(problem(args)).toBe(`wrong usage: ${message}`);
  });

  it('takes the same value twice, and a repeatable flag again and again', () => {
    expect(load(['--session.limit=1', '--session.limit', '1', '--config.check', '--config.check'])).toMatchObject({
      'session.limit': 1,
      'config.check': true,
    });
    expect(load(['--openclaw.path-map=/a=/b', '--openclaw.path-map=/c=/d'])['openclaw.path-map']).toHaveLength(2);
  });

  it('leaves the variables of the other command alone', () => {
    expect(load([], { [envName('scan.max-age')]: 'nonsense' }, 'scan').format).toBe('table');
    expect(load([], { [envName('format')]: 'nonsense' })['session.limit']).toBe(1000);
  });

  it('finds state directory and config by flag, by environment, and as OpenClaw does', () => {
    const env = { [envName('openclaw.state-dir')]: '/env/state', [envName('openclaw.config')]: '/env/config.json' };
    expect(load([], env)).toMatchObject({ stateDir: '/env/state', configPath: '/env/config.json' });
    expect(load(['--openclaw.state-dir=/flag', '--openclaw.config=/c.json'], env)).toMatchObject({
      stateDir: '/flag',
      configPath: '/c.json',
    });
    expect(load([], { OPENCLAW_STATE_DIR: '/gateway' })).toMatchObject({
      stateDir: '/gateway',
      configPath: '/gateway/openclaw.json',
    });
    writeFileSync(join(stateDir, 'clawdbot.json'), '{}');
    expect(load().configPath).toBe(join(stateDir, 'clawdbot.json'));
    rmSync(join(stateDir, 'clawdbot.json'));
    expect(load(['--openclaw.state-dir=relative']).stateDir).toBe(join(process.cwd(), 'relative'));
  });

  it('takes path-map again and again, or from the environment by commas; flags replace those', () => {
    const env = { [envName('openclaw.path-map')]: '/a=/b,,C:\\x=/c' };
    expect(load([], env)['openclaw.path-map']).toEqual([
      { from: '/a', to: '/b' },
      { from: 'C:\\x', to: '/c' },
    ]);
    expect(load(['--openclaw.path-map=/d=/e', '--openclaw.path-map', '/f=/g=h'], env)['openclaw.path-map']).toEqual([
      { from: '/d', to: '/e' },
      { from: '/f', to: '/g=h' },
    ]);
  });

  it.each(CHECKS.map(({ name }) => name))('switches the check %s off by flag and by environment', (name) => {
    const off = { [envName(`check.${name}`)]: 'false' };
    for (const command of ['serve', 'scan'] as const) {
      expect(load([`--no-check.${name}`], {}, command).disabledChecks).toEqual([name]);
      expect(load([], off, command).disabledChecks).toEqual([name]);
      expect(load([`--check.${name}`], off, command).disabledChecks).toEqual([]);
    }
  });
});

describe('the listen address', () => {
  it.each([
    ['127.0.0.1:10789', '127.0.0.1', 10789],
    [':10789', '', 10789],
    ['localhost:0', 'localhost', 0],
    ['[::1]:65535', '::1', 65535],
    ['[::]:80', '::', 80],
    ['[::ffff:127.0.0.1]:80', '::ffff:127.0.0.1', 80],
    ['exporter.internal:9', 'exporter.internal', 9],
  ])('%s', (text, host, port) => {
    expect(load([`--web.listen-address=${text}`])['web.listen-address']).toEqual({ host, port });
  });

  it.each([
    '',
    '10789',
    '127.0.0.1',
    '127.0.0.1:',
    ':65536',
    ':-1',
    ':http',
    '::1:80',
    '[::1]',

    'http://x:80',
    'a b:1',
    ':1x',
  ])('refuses %j', (text) => {
    const message = problem([`--web.listen-address=${text}`]);
    expect(message).toContain(`--web.listen-address: "${text}"`);
    expect(message).toContain('127.0.0.1:10789');
  });
});

it('settings that are loaded again find the places of before, and look at no disk, which may not answer any more', () => {
  const looked: string[] = [];
  const answers = (path: string) => looked.push(path) > 0;
  const look = lookOnce({ isDirectory: answers, exists: answers });
  const loads = Array.from({ length: 3 }, () => loadSettings('serve', [], { OPENCLAW_HOME: home }, look));
  expect(new Set(loads.map((each) => each.configPath))).toEqual(new Set([join(stateDir, 'openclaw.json')]));
  expect(looked).toEqual([stateDir, join(stateDir, 'openclaw.json')]);
});

describe('the largest age', () => {
  it.each([
    ['* * * * *', 15 * 60],
    ['*/10 * * * *', 30 * 60],
    ['0 * * * *', 3 * 3600],
    ['*/10 * * * * *', 15 * 60],
  ])('with the schedule %s is at least %i seconds', (schedule, seconds) => {
    const args = [`--scan.schedule=${schedule}`];
    expect(load(args).maxAgeMs).toBe(seconds * 1000);
    expect(load([...args, `--scan.max-age=${seconds}s`]).maxAgeMs).toBe(seconds * 1000);
    expect(load([...args, '--scan.max-age=2d']).maxAgeMs).toBe(2 * 86_400_000);
    expect(problem([...args, `--scan.max-age=${seconds - 1}s`])).toMatch(/--scan\.max-age.*less than/);
  });

  it('that is too small is told with its value, the least one, and where it came from', () => {
    expect(problem(['--scan.max-age=10m'])).toMatch(/--scan\.max-age.*10m.*15m/);
    expect(problem([], { [envName('scan.max-age')]: '10m' })).toMatch(/OPENCLAW_STORE_EXPORTER_SCAN_MAX_AGE.*10m.*15m/);
  });
});

describe('what is wrong', () => {
  /** Every flag that takes a value that can be wrong, with such a value and what the message must say to do. */
  const WRONG: readonly [Command, string, string, RegExp][] = [
    ['serve', 'openclaw.state-dir', '', /empty/],
    ['serve', 'openclaw.config', '', /empty/],
    ['serve', 'openclaw.path-map', '/only-from', /FROM=TO/],
    ['serve', 'openclaw.path-map', '=/to', /FROM=TO/],
    ['serve', 'openclaw.path-map', '/from=relative', /absolute/],
    ['serve', 'web.listen-address', 'nowhere', /such as 127\.0\.0\.1:10789/],
    ['serve', 'web.telemetry-path', 'metrics', /slash/],
    ['serve', 'web.telemetry-path', '', /slash/],
    ['serve', 'scan.schedule', 'every minute', /schedule/],
    ['serve', 'scan.schedule', '@hourly', /schedule/],
    ['serve', 'scan.deep-schedule', '61 * * * *', /schedule.*minute/],
    ['serve', 'scan.deep-schedule', '1-999999999 * * * *', /no schedule: no field takes a number of 9 digits/],
    ['serve', 'scan.timeout', '30', /such as 30s/],
    ['serve', 'scan.timeout', '0s', /such as 30s/],
    ['serve', 'scan.max-age', 'long', /such as 30s/],
    ['serve', 'session.limit', '-1', /whole number/],
    ['serve', 'session.limit', '1.5', /whole number/],
    ['serve', 'session.limit', '', /whole number/],
    ['serve', 'privacy.peers', 'hash', /hashed or plain/],
    ['serve', 'privacy.salt-file', '', /empty/],
    ['serve', 'log.level', 'warning', /debug, info, warn, error/],
    ['serve', 'log.format', 'text', /logfmt, json/],
    ['scan', 'format', 'yaml', /one of table, json, prometheus$/],
    ['scan', 'output', '', /empty/],
    ['scan', 'kind', 'direct', /main, dm, group/],
  ];

  it.each(WRONG)('%s --%s=%s', (command, name, value, advice) => {
    for (const [message, origin] of [
      [problem([`--${name}=${value}`], {}, command), `--${name}`],
      // An empty variable of a repeatable flag is none.
      [problem([], { [envName(name)]: value }, command), envName(name)],
    ]) {
      expect(message).toContain(`${origin}: "${value}"`);
      expect(message).toMatch(advice);
    }
  });

  it('a schedule of thousands of parts is refused before each of them is looked at', () => {
    expect(problem([`--scan.schedule=${'*/1,'.repeat(20_000)}* * * * *`])).toContain('longer than 1000 characters');
  });

  it('an address with a password is refused, since everybody reads it, and the password is not repeated', () => {
    const message = problem(['--runbook-url=https://me:hunter2@git.example.org/x']);
    expect(message).toContain('--runbook-url: "https://…@git.example.org/x" must not name a user or a password');
    expect(load(['--runbook-url=https://git.example.org/@me/x'])['runbook-url']).toBe('https://git.example.org/@me/x');
  });

  it('is told all at once', () => {
    const env = { [envName('log.level')]: 'loud', [envName('session.limit')]: 'many' };
    expect(problem(['--scan.timeout=soon', '--scan.max-age=1m'], env).split('\n  ')).toEqual([
      'wrong configuration: 3 mistakes',
      expect.stringContaining('--scan.timeout: "soon"'),
      expect.stringContaining(`${envName('session.limit')}: "many"`),
      expect.stringContaining(`${envName('log.level')}: "loud"`),
    ]);
  });

  it('of a path-map names the one that is wrong, not the first', () => {
    expect(problem(['--openclaw.path-map=/a=/b', '--openclaw.path-map=/c'])).toContain('--openclaw.path-map: "/c"');
    expect(problem([], { [envName('openclaw.path-map')]: '/a=/b,/c' })).toContain('PATH_MAP: "/c"');
  });

  it.each(FLAGS.filter(({ value }) => value === null))(
    '$name in the environment is true or false',
    ({ name, commands }) => {
      const message = problem([], { [envName(name)]: 'yes' }, commands[0] ?? 'serve');
      expect(message).toContain(`${envName(name)}: "yes"`);
      expect(message).toContain('true or false');
    },
  );

  it.each([
    [['--web.listen-adress=:1'], '--web.listen-adress'],
    [['-v'], '-v'],
    [['--verson'], '(did you mean --version?)'],
    [['--hepl'], '(did you mean --help?)'],
    [['--no-session.limit'], '--no-session.limit'],
    [['--no-check.everything'], '--no-check.everything'],
    [['--session.limit'], '--session.limit'],
    [['--check.truncated=maybe'], '--check.truncated'],
    [['more'], 'more'],
    [['--format=json'], '--format'],
  ])('%j is no flag of serve, and what is right stands in the help', (args, named) => {
    const message = problem(args);
    expect(message).toMatch(/^wrong usage: .*--help$/s);
    expect(message).toContain(named);
  });

  it('is a variable of ours that belongs to no flag', () => {
    const message = problem([], { OPENCLAW_STORE_EXPORTER_LOG_LEVLE: 'debug' });
    expect(message).toContain('OPENCLAW_STORE_EXPORTER_LOG_LEVLE');
    expect(message).toContain('--help');
  });
});
