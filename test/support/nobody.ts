import { execFileSync, spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type Families, NOW } from './beside.ts';
import { IS_ROOT, NOBODY } from './databases.ts';
import { parseExposition } from './exposition.ts';

const SCAN_MODULE = join(import.meta.dirname, 'scan.ts');

/** Gives the files to a user whom modes apply to; who is not root owns them already. */
export function giveToNobody(path: string): void {
  if (IS_ROOT) execFileSync('chown', ['-R', `${NOBODY}:${NOBODY}`, path]);
}

export interface ScannedElsewhere {
  readonly quick: Families;
  readonly deep: Families;
  /** The most that the process held at a time, in bytes. */
  readonly maxRss: number;
}

/** Both scans of a state directory, so many times from nothing, in a process of its own, never as root; the last ones. */
export async function scanAsNobody(stateDir: string, times = 1): Promise<ScannedElsewhere> {
  const script = `
    const { testScanner } = await import(${JSON.stringify(SCAN_MODULE)});
    // Only now: where this checkout lies, the other user may not be let in.
    if (process.getuid() === 0) {
      process.setgroups([]);
      process.setgid(${NOBODY});
      process.setuid(${NOBODY});
    }
    let texts;
    for (let at = 0; at < ${times}; at += 1) {
      const scanner = testScanner(${JSON.stringify(stateDir)}, { now: () => ${NOW}, settings: { salt: null } });
      const quick = await scanner.quick();
      const deep = await scanner.deep();
      texts = [quick, deep.rendered === null ? quick : deep].map(({ rendered }) => rendered.metrics);
    }
    process.stdout.write(JSON.stringify({ texts, maxRss: process.resourceUsage().maxRSS * 1024 }));`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: '/',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const { texts, maxRss }: { texts: string[]; maxRss: number } = JSON.parse(await text(child.stdout));
  const [quick, deep] = texts;
  return { quick: parseExposition(quick ?? ''), deep: parseExposition(deep ?? ''), maxRss };
}
