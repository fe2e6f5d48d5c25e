import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CHECKS } from '../src/checks/all.ts';
import { type Command, FLAGS, type Flag } from '../src/settings/flags.ts';
import { newFolder } from './support/folder.ts';
import { runHere, runMain } from './support/run.ts';

const COMMANDS = [...new Set(FLAGS.flatMap(({ commands }) => commands))];

/** Lines that do not fit a terminal. */
function tooWide(text: string, width = 80): string[] {
  return text.split('\n').filter((line) => line.length > width);
}

/** A screen, with room for what was typed and for the next prompt. */
const SCREEN = 22;

/** Lines that are printed. */
function height(stdout: string): number {
  return stdout.trimEnd().split('\n').length;
}

/** Each flag of the command stands there with this text, and no other does. `textOf` has the default; null: there is none. */
function expectFlags(command: Command, stdout: string, textOf: (flag: Flag, unset: string | null) => string): void {
  const text = stdout.replace(/\s+/g, ' ');
  for (const flag of FLAGS.filter(({ name }) => !name.startsWith('check.'))) {
    const value = flag.wordsOf?.[command]?.join('|') ?? flag.value;
    const head = `  --${flag.name}${value === null ? '' : ` ${value}`}`;
    const isThere = stdout.split('\n').some((line) => line === head || line.startsWith(`${head} `));
    expect(isThere, flag.name).toBe(flag.commands.includes(command));
    const unset = value === null ? null : (flag.defaultOf?.[command] ?? flag.default);
    if (isThere) expect(text).toContain(`${head.trim()} ${textOf(flag, unset)}`);
  }
}

describe('the command line', () => {
  it('--version names the version of the package, and Node’s, and says that the revision is unknown here', async () => {
    const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
    const expected = {
      code: 0,
      stdout: `openclaw-store-exporter ${version} (revision unknown, Node ${process.version})\n`,
      stderr: '',
    };
    for (const args of [['--version'], ['scan', '--version'], ['version'], ['-v']])
      expect(await runHere(args)).toEqual(expected);
    expect(await runMain(['--version'])).toEqual(expected);
  });

  it('says to an older Node how to be called', () => {
    const older = 'data:text/javascript,Object.defineProperty(process.versions, "node", { value: "20.11.1" })';
    const main = join(import.meta.dirname, '../src/main.ts');
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', older, main], { encoding: 'utf8' });
    expect({ status, stdout }).toEqual({ status: 3, stdout: '' });
    expect(stderr).toMatch(
      /needs Node 24\.10 or later, and this is Node 20\.11\.1\. .*npx openclaw-store-exporter, or node_modules\/\.bin\/node/,
    );
  });

  it.each([['--help'], ['-h'], ['help']])('%s lists every command on one screen', async (...args) => {
    const { code, stdout, stderr } = await runHere(args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const command of COMMANDS) expect(stdout).toMatch(new RegExp(`^ {2}${command} `, 'm'));
    expect(stdout).toContain('OPENCLAW_STORE_EXPORTER_WEB_LISTEN_ADDRESS');
    expect(height(stdout)).toBeLessThanOrEqual(SCREEN);
    expect(tooWide(stdout)).toEqual([]);
  });

  it.each(COMMANDS)(
    'help %s has its own flags in a line each and the names of the others, on one screen, and examples that work',
    async (command) => {
      const { stdout } = await runHere(['help', command]);
      expect((await runHere([command, '--help'])).stdout).toBe(stdout);
      const text = stdout.replace(/\s+/g, ' ');
      for (const { name, commands, brief } of FLAGS.filter(({ name }) => !name.startsWith('check.'))) {
        const isExplained = text.includes(` --${name} `) && text.includes(brief);
        const isNamed = new RegExp(` --${RegExp.escape(name)}[,.](?: |$)`).test(text);
        expect([name, isExplained || isNamed]).toEqual([name, commands.includes(command)]);
      }
      expect(stdout).toContain(`"help ${command} --all"`);
      expect(height(stdout)).toBeLessThanOrEqual(SCREEN);
      expect(tooWide(stdout)).toEqual([]);
      const examples = [...stdout.matchAll(/^ {2}openclaw-store-exporter (.*)$/gm)].map(([, line = '']) =>
        line.split(' '),
      );
      expect(examples.length).toBeGreaterThan(0);
      for (const args of examples)
        expect(await runHere([...args, '--config.check'])).toMatchObject({ code: 0, stderr: '' });
    },
  );

  it.each(COMMANDS)('help %s --all explains each of its flags, with its default', async (command) => {
    const { stdout } = await runHere(['help', command, '--all']);
    expect((await runHere([command, '--help', '--all'])).stdout).toBe(stdout);
    expectFlags(command, stdout, ({ help }, unset) => (unset === null ? help : `${help} (default ${unset})`));
    expect(tooWide(stdout)).toEqual([]);
  });

  it('help check explains every check', async () => {
    const { stdout } = await runHere(['help', 'check']);
    expect(height(stdout)).toBeLessThanOrEqual(SCREEN);
    const { stdout: full } = await runHere(['help', 'check', '--all']);
    const words = full.replace(/\s+/g, ' ');
    for (const { name, brief, meaning } of CHECKS) {
      expect(stdout).toMatch(new RegExp(`^ {2}${name} +${RegExp.escape(brief)}( \\(deep scan\\))?$`, 'm'));
      expect(words).toContain(`${name} ${meaning.replaceAll('`', '')}`);
    }
    expect(tooWide(stdout + full)).toEqual([]);
  });

  it.each([
    [['help', 'help'], /^openclaw-store-exporter help \[command\] /],
    [['help', 'version'], /^openclaw-store-exporter version: /],
    [['version', '--help'], /^openclaw-store-exporter version: /],
    [['help', '--help'], /^openclaw-store-exporter: Prometheus metrics/],
    [['help', '--all', 'scan'], /^openclaw-store-exporter scan: .*--no-check\.NAME/s],
  ])('%j is answered', async (args, expected) => {
    const { code, stdout, stderr } = await runHere(args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(expected);
    expect(tooWide(stdout)).toEqual([]);
  });

  it.each([['help'], ['help scan'], ['help scan --all'], ['help check']])(
    '%s fits the columns that there are',
    async (line) => {
      for (const width of [50, 100]) {
        const { stdout } = await runHere(line.split(' '), { COLUMNS: String(width) });
        expect(tooWide(stdout, width)).toEqual([]);
      }
    },
  );

  it.each(['repare', 'Scan', '', 'toString', 'constructor', '__proto__'])('%j is no command', async (command) => {
    const { code, stdout, stderr } = await runHere([
      command,
      '--openclaw.state-dir=/nonexistent',
      '--web.listen-address=nowhere',
    ]);
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toMatch(/^openclaw-store-exporter: wrong usage: .*is no command.*serve, scan.*--help\n$/);
    expect(stderr).toContain(`"${command}"`);
  });

  it('--config.check says whether the settings are good, and serves nothing', async () => {
    expect(await runHere(['--config.check', '--scan.timeout=5s'])).toEqual({
      code: 0,
      stdout: 'flags, environment and config file are good\n',
      stderr: '',
    });
    const wrong = await runHere(['--config.check', '--scan.timeout=soon']);
    expect(wrong).toMatchObject({ code: 3, stdout: '' });
    expect(await runMain(['--config.check', '--scan.timeout=soon'])).toEqual(wrong);
  });

  it.each<[string, Record<string, string>, RegExp]>([
    ['scan: { max-age: soon }', {}, /config\.yml, line 1: scan\.max-age: "soon" is no duration/],
    ['web: { max-requests: 0 }', {}, /config\.yml, line 1: web\.max-requests: "0"/],
    ['quiet-period: later', {}, /config\.yml, line 1: quiet-period: "later"/],
    ['apply: true', {}, /config\.yml, line 1: apply: it is said on the command line/],
    ['log: { level: info }', { OPENCLAW_STORE_EXPORTER_SCAN_MAX_AGE: 'soon' }, /_SCAN_MAX_AGE: "soon"/],
  ])('scan --config.check looks at what file and environment say to every command: %s', async (text, env, message) => {
    const path = join(newFolder(), 'config.yml');
    writeFileSync(path, text);
    const checked = await runHere(['scan', '--config.check', `--config.file=${path}`], env);
    expect(checked).toMatchObject({ code: 3, stdout: '' });
    expect(checked.stderr).toMatch(message);
    // To scan it is no matter.
    const scanned = await runHere(['scan', `--config.file=${path}`, '--openclaw.state-dir=/nonexistent'], env);
    expect(scanned.stderr).not.toMatch(message);
  });

  it('scan --config.check takes a file that is good for every command', async () => {
    const path = join(newFolder(), 'config.yml');
    writeFileSync(path, 'scan: { timeout: 30s }\nformat: json\nmessages: 5\nlog: { level: warn }\n');
    expect(await runHere(['scan', '--config.check', `--config.file=${path}`])).toMatchObject({ code: 0, stderr: '' });
  });

  it.each([
    [['scan', '--nope'], {}, /wrong usage: --nope is no flag of scan; see scan --help/],
    [['scan', '--fromat=json'], {}, /wrong usage: --fromat is no flag of scan \(did you mean --format\?\)/],
    [['scan', '--agent'], {}, /--agent needs a value: AGENT/],
    [['scan', '--agent', '--deep'], {}, /--agent needs a value/],
    [['scan', '--deep=yes'], {}, /--deep takes no value/],
    [['help', 'scan', '--full'], {}, /help takes one command and --all, and not "--full"/],
    [['version', 'extra'], {}, /version takes nothing more, and not "extra"/],
    [['-v', '--all'], {}, /version takes nothing more, and not "--all"/],
    [['help', '--all', 'scan', 'serve'], {}, /help takes one command and --all, and not "serve"/],
    [['help', 'help', 'scan'], {}, /help takes one command and --all, and not "scan"/],
    [['verison'], {}, /"verison" is no command; did you mean version\?/],
    [['help', 'scna'], {}, /"scna" is no command; did you mean scan\?/],
    [['--deep'], {}, /wrong usage: --deep is a flag of scan, not of serve; see serve --help/],
    [['--deep', 'scan'], {}, /wrong usage: .*--help/],
    [['scan', 'serve'], {}, /wrong usage: "serve" is no flag: flags begin with --; see scan --help/],
    [['scan', '--format=yaml'], {}, /wrong configuration: --format: "yaml" must be one of table, json, prometheus$/m],
    [['--web.listen-address=nowhere'], {}, /wrong configuration: --web\.listen-address: "nowhere"/],
    [['serve'], { OPENCLAW_STORE_EXPORTER_LOG_LEVEL: 'loud' }, /OPENCLAW_STORE_EXPORTER_LOG_LEVEL: "loud"/],
    [['scan'], { OPENCLAW_STORE_EXPORTER_FROMAT: 'json' }, /OPENCLAW_STORE_EXPORTER_FROMAT.*--help/],
    [['--scan.schedule=@hourly'], {}, /--scan\.schedule: "@hourly" is no schedule/],
  ] as const)('%j with %j is refused in one line on stderr with exit 3', async (args, env, message) => {
    const { code, stdout, stderr } = await runHere(args, env);
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(stderr).not.toContain('a bug of the exporter');
  });
});
