import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { generateSample } from '../../demo/generate.ts';
import {
  archiveCommand,
  BINDINGS_COMMAND,
  DOCTOR_COMMAND,
  gatewayCall,
  inspectCommand,
  listCommand,
} from '../../src/openclaw/commands.ts';
import { newFolder } from '../support/folder.ts';
import { runHere } from '../support/run.ts';

const DOCS = join(import.meta.dirname, '../../docs');
const FILES = ['alerting.md', ...readdirSync(join(DOCS, 'runbooks')).map((name) => join('runbooks', name))];

/** Lines of shell blocks, and what stands between backticks, that call a program; without comments. */
function calls(program: string): { file: string; line: string }[] {
  const pattern = new RegExp(`(?:^ *|\`)${program} ([^\`\\n]*)`, 'gm');
  return FILES.flatMap((file) =>
    [...readFileSync(join(DOCS, file), 'utf8').matchAll(pattern)].map(([, line = '']) => ({
      file,
      line: line
        .replace(/ +#.*$/, '')
        .replace(/ *\\$/, '')
        .trim(),
    })),
  );
}

it('every line that calls the exporter does what it says, on a sample', async () => {
  const state = newFolder();
  const out = newFolder();
  generateSample(state, Date.now());
  const lines = [...new Set(calls('openclaw-store-exporter').map(({ line }) => line))];
  expect(lines.length).toBeGreaterThan(10);
  const failed = [];
  for (const line of lines) {
    const args = line
      .split(' ')
      .map((arg) => arg.replaceAll('"', ''))
      .map((arg) =>
        arg
          .replace('$STATE', state)
          .replace('$AGENT', 'demo-main')
          .replace('$SESSION', 'agent:demo-main:telegram:direct:5550000003')
          .replace('~', out),
      );
    // Keys are found as they are; nobody can answer here.
    const given = [...args, '--privacy.peers=plain', ...(args.includes('--apply') ? ['--yes'] : [])];
    const { code, stderr } = await runHere(args[0] === 'rules' ? args : given);
    // The sample was written a moment ago, so no index of it is changed.
    const isRefused = stderr.includes('seconds ago, so a gateway may still run');
    if (code === 3 && !isRefused) failed.push(`${line}: ${stderr}`);
  }
  expect(failed).toEqual([]);
}, 120_000);

/**
 * OpenClaw's commands with their flags, as their own `--help` has them (2026.2.6-3 to 2026.9.6). A document names a flag that
 * only some versions have together with these versions.
 */
const OPENCLAW: Readonly<Record<string, readonly string[]>> = {
  'agents bindings': ['--json'],
  'config get': ['--json'],
  'config set': ['--json'],
  'config validate': ['--json'],
  doctor: [
    '--fix',
    '--json',
    '--lint',
    '--non-interactive',
    '--repair',
    '--session-sqlite',
    '--session-sqlite-agent',
    '--session-sqlite-all-agents',
    '--session-sqlite-store',
    '--state-sqlite',
  ],
  'gateway call': ['--json', '--params', '--timeout', '--token', '--url'],
  'gateway status': ['--json'],
  'sessions archive': ['--agent', '--dry-run', '--json'],
  'sessions cleanup': [
    '--agent',
    '--all-agents',
    '--dry-run',
    '--enforce',
    '--fix-dm-scope',
    '--fix-missing',
    '--json',
  ],
  'sessions compact': ['--agent', '--json', '--max-lines'],
  sessions: ['--active', '--agent', '--all-agents', '--json', '--limit', '--store'],
  status: ['--json'],
  'update cleanup': [],
};
const WITH_SUBCOMMANDS = ['agents', 'config', 'gateway', 'sessions', 'update'];

/** What is wrong with a call of OpenClaw; null: nothing. */
function wrongCall(line: string): string | null {
  const [first = '', second = ''] = line.split(' ');
  const hasSubcommand = WITH_SUBCOMMANDS.includes(first) && /^[a-z]/.test(second);
  const command = hasSubcommand ? `${first} ${second}` : first;
  const flags = OPENCLAW[command];
  if (flags === undefined) return `openclaw ${line}: there is no command "${command}"`;
  const unknown = [...line.matchAll(/(?<=^|\s)--[a-z][a-z-]*/g)].filter(([flag]) => !flags.includes(flag));
  return unknown.length === 0 ? null : `openclaw ${line}: no flag ${unknown.join(', ')}`;
}

it("every line that calls OpenClaw names a command and flags of OpenClaw's, the agent where it matters", () => {
  const lines = calls('openclaw');
  expect(lines.length).toBeGreaterThan(20);
  const wrong = lines.flatMap(({ file, line }) => {
    const isBlind =
      line.startsWith('doctor --session-sqlite') && file.startsWith('runbooks') && !line.includes('-agent');
    return [wrongCall(line), isBlind ? `openclaw ${line}: looks at the default agent only` : null].flatMap((each) =>
      each === null ? [] : [`${file}: ${each}`],
    );
  });
  expect(wrong).toEqual([]);
  const printed = [
    ...['2026.2.6-3', '2026.4.15', '2026.7.35', '2026.9.6', null].map((version) =>
      listCommand('main', version, '/state/sessions.json'),
    ),
    gatewayCall('compact', 'agent:main:main'),
    BINDINGS_COMMAND,
    DOCTOR_COMMAND,
    archiveCommand('-odd', 'main'),
    gatewayCall('reset', "it's"),
    inspectCommand('main'),
  ];
  expect(printed.map((line) => wrongCall(line.replace(/^openclaw /, '')))).toEqual(printed.map(() => null));
});

it('every runbook that compacts from the host has the command that --explain and repair print', () => {
  const lines = calls('openclaw').filter(({ line }) => /\bcompact\b/.test(line) && !line.startsWith('doctor'));
  expect(lines.length).toBeGreaterThan(2);
  expect(lines.filter(({ line }) => `openclaw ${line}` !== gatewayCall('compact', 'KEY'))).toEqual([]);
});
