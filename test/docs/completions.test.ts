import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { FLAGS } from '../../src/settings/flags.ts';

const ROOT = join(import.meta.dirname, '../..');
const SCRIPT = join(ROOT, 'completions/openclaw-store-exporter.bash');

/** What a real bash proposes behind these words; it has split them as it does, at the equals sign too. */
function proposed(...words: readonly string[]): string[] {
  const command = `source "$1"; shift; complete -p openclaw-store-exporter >&2
    COMP_WORDS=(openclaw-store-exporter "$@"); COMP_CWORD=$#; _openclaw_store_exporter; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr, status } = spawnSync(
    'bash',
    ['--norc', '--noprofile', '-c', command, 'bash', SCRIPT, ...words],
    {
      cwd: ROOT,
      encoding: 'utf8',
    },
  );
  expect({ stderr, status }).toEqual({
    stderr: 'complete -F _openclaw_store_exporter openclaw-store-exporter\n',
    status: 0,
  });
  return stdout.split('\n').filter((line) => line !== '');
}

it.each<[readonly string[], readonly string[]]>([
  [['re'], ['repair']],
  [['--web.t'], ['--web.telemetry-path']],
  [['scan', '--expl'], ['--explain']],
  [['scan', '--web'], []],
  [
    ['scan', '--format', ''],
    ['table', 'json', 'prometheus'],
  ],
  [['repair', '--format', '=', 'j'], ['json']],
  [
    ['rules', '--format', '='],
    ['prometheus', 'kubernetes', 'grafana'],
  ],
  [
    ['scan', '--no-check.st'],
    ['--no-check.strays', '--no-check.stuck'],
  ],
  [['scan', '--kind', 'su'], ['subagent']],
  // What only a person knows.
  [['scan', '--agent', ''], []],
  [['help', 'ch'], ['check']],
  [['help', 'scan', '--'], ['--all']],
  [['nonsense', '--'], []],
  [['scan', '--openclaw.state-dir', 'doc'], ['docs']],
  [['scan', '--output', 'package.j'], ['package.json']],
])('bash proposes behind %j: %j', (words, expected) => {
  expect(proposed(...words)).toEqual(expected);
});

it('bash proposes every flag of every command, and none of another', () => {
  for (const command of new Set(FLAGS.flatMap(({ commands }) => commands))) {
    const own = FLAGS.filter(({ commands }) => commands.includes(command)).map(({ name }) =>
      name.startsWith('check.') ? `--no-${name}` : `--${name}`,
    );
    expect(proposed(command, '--').toSorted()).toEqual([...own, '--help', '--version'].toSorted());
  }
});

it('each shell has a file', () => {
  expect(readdirSync(join(ROOT, 'completions')).toSorted()).toEqual([
    '_openclaw-store-exporter',
    'openclaw-store-exporter.bash',
    'openclaw-store-exporter.fish',
  ]);
});
