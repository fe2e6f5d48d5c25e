import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FLAGS } from '../src/settings/flags.ts';
import { runHere, runMain } from './support/run.ts';

describe('the command line', () => {
  it('--version names the version of the package, and Node’s', async () => {
    const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
    const expected = {
      code: 0,
      stdout: `openclaw-store-exporter ${version} (Node ${process.version})\n`,
      stderr: '',
    };
    for (const args of [['--version'], ['scan', '--version']]) expect(await runHere(args)).toEqual(expected);
    expect(await runMain(['--version'])).toEqual(expected);
  });

  it.each([['--help'], ['-h'], ['scan', '--help']])('%s %s lists every command and every flag', async (...args) => {
    const { code, stdout, stderr } = await runHere(args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const command of ['serve', 'scan']) expect(stdout).toMatch(new RegExp(`^ {2}${command} `, 'm'));
    for (const { name, value, default: text, commands } of FLAGS) {
      const at = stdout.indexOf(`\n  --${name}${value === null ? '' : ` ${value}`}\n`);
      expect(at, name).toBeGreaterThan(0);
      const [, , help = ''] = stdout.slice(at).split('\n');
      if (value !== null && text !== null) expect(help).toContain(`(default ${text})`);
      if (commands.length === 1) expect(help).toContain(`[${commands[0]}]`);
    }
    for (const name of ['version', 'help']) expect(stdout).toContain(`\n  --${name}\n`);
    expect(stdout).toContain('OPENCLAW_STORE_EXPORTER_WEB_LISTEN_ADDRESS');
  });

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

  it.each([
    [['scan', '--nope'], {}, /wrong usage: .*'--nope'.*--help/],
    [['--deep'], {}, /wrong usage: .*'--deep'.*--help/],
    [['--deep', 'scan'], {}, /wrong usage: .*--help/],
    [['scan', 'serve'], {}, /wrong usage: .*'serve'.*--help/],
    [['scan', '--format=yaml'], {}, /wrong configuration: --format: "yaml" must be table, json or prometheus/],
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
