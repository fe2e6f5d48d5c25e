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
  });
  // It does not outlive the tests. By no clock: on a busy machine a start takes half a minute.
  const end = () => child.kill('SIGKILL');
  process.once('exit', end);
  const shown = await text(child.stdout);
  process.off('exit', end);
  return shown.replaceAll('\r\n', '\n');
}
