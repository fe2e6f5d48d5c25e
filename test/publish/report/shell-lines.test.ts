import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { columnsOf } from '../../../src/lines.ts';
import { gatewayCall, shellQuoted } from '../../../src/openclaw/commands.ts';
import { shellLines } from '../../../src/publish/report/shell-lines.ts';

const UUID = '2ca711f0-776a-493d-a102-4dde566f3faf';

describe('a command for a terminal', () => {
  it.each([
    ['openclaw status', ['  openclaw status']],
    [
      gatewayCall('compact', `agent:demo-ops:cron:${UUID}`),
      ['  openclaw gateway call sessions.compact --params \\', `    '{"key":"agent:demo-ops:cron:${UUID}"}'`],
    ],
    [
      `openclaw-store-exporter repair --agent ${'a'.repeat(64)} --session ${'b'.repeat(80)}`,
      [
        '  openclaw-store-exporter repair --agent \\',
        `    ${'a'.repeat(64)} --session \\`,
        `    ${'b'.repeat(74)}\\`,
        'b'.repeat(6),
      ],
    ],
  ])('%s', (command, lines) => {
    expect(shellLines(command, 80)).toEqual(lines);
  });

  it('harms nothing where only one of its lines is copied', () => {
    const folder = mkdtempSync(join(tmpdir(), 'shell-lines-'));
    const keys = [
      `a'; touch harmed; '`,
      '; touch harmed # $(touch harmed) `touch harmed`',
      "''; touch harmed;".repeat(9),
    ];
    const lines = keys.flatMap((key) => [40, 45, 57].flatMap((width) => shellLines(`true ${shellQuoted(key)}`, width)));
    for (const line of new Set(lines)) spawnSync('/bin/sh', ['-c', line], { cwd: folder });
    expect(lines.length).toBeGreaterThan(12);
    expect(readdirSync(folder)).toEqual([]);
    rmSync(folder, { recursive: true });
  });

  it('fits every width, and is the same words for a shell', () => {
    const keys = [
      `agent:main:cron:${UUID}:run:${UUID}`,
      "agent:main:it's '' a \\ \\' key\\",
      `agent:main:${"'".repeat(90)}`,
      `agent:main:${'x'.repeat(300)}`,
      '群组'.repeat(60),
      'agent:main:; touch harmed # $(touch harmed)',
      ' ',
    ];
    const widths = [40, 57, 80, 120];
    const commands = keys.flatMap((key) => [
      `printf '%s\\0' --params ${shellQuoted(key)}`,
      `printf '%s\\0' ${shellQuoted(key)} last`,
    ]);
    const written = commands.flatMap((command) => widths.map((width) => shellLines(command, width)));
    for (const [at, lines] of written.entries())
      expect(lines.filter((line) => columnsOf(line) > (widths[at % widths.length] ?? 0))).toEqual([]);
    // One shell for all: most of the time is its start.
    const run = (script: string) => {
      const { stdout, stderr, status } = spawnSync('/bin/sh', ['-c', script], { encoding: 'utf8' });
      expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
      return stdout;
    };
    expect(run(written.map((lines) => lines.join('\n')).join('\n'))).toBe(
      run(commands.flatMap((command) => widths.map(() => command)).join('\n')),
    );
  });
});
