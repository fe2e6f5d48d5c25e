import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline';

// A process beside the demo: it ends what the demo has left when that was killed, which can do nothing any more itself. It is told by
// lines on its standard input: `+ <pid>`, `- <pid>`, `container <name>`. The end of the input is the end of the demo, however it came.

const [, , folder = ''] = process.argv;
const pids = new Set<number>();
const containers = new Set<string>();
const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => {
  const [what, value = ''] = line.split(' ');
  if (what === '+') pids.add(Number(value));
  else if (what === '-') pids.delete(Number(value));
  else containers.add(value);
});
lines.once('close', () => {
  for (const pid of pids) quietly(() => process.kill(pid, 'SIGKILL'));
  for (const name of containers)
    quietly(() => execFileSync('docker', ['rm', '--force', '--volumes', name], { stdio: 'ignore', timeout: 20_000 }));
  // The programs write until they are gone.
  quietly(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 }));
});

function quietly(work: () => unknown): void {
  try {
    work();
  } catch {
    // It is gone already.
  }
}
