import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { shellQuoted } from '../../src/openclaw/commands.ts';

const MAIN = join(import.meta.dirname, '../../src/main.ts');

/**
 * What the program writes to a terminal, by `script` of util-linux. `redirect`: what
 * a shell reads behind the command.
 */
export async function onTerminal(
  args: readonly string[],
  env: Record<string, string> = {},
  redirect = '',
  columns = 80,
): Promise<string> {
  const command = `stty cols ${columns} rows 24; ${[process.execPath, MAIN, ...args].map(shellQuoted).join(' ')} ${redirect}`;
  const child = spawn('script', ['-qec', command, '/dev/null'], {
    env: {
      PATH: process.env.PATH,
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
      TERM: 'xterm',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: 25_000,
  });
  return (await text(child.stdout)).replaceAll('\r\n', '\n');
}
