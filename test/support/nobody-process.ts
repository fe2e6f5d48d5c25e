import { readDatabase } from '../../src/disk/database-file.ts';
import { IS_ROOT, NOBODY, type NobodyAnswers, type NobodyRequests } from './nobody.ts';
import { testScanner } from './scan.ts';

/** A process whose user is nobody, as long as its work takes: reads requests from its argument, prints the answers. */
const { scans = [], counts = [] }: NobodyRequests = JSON.parse(process.argv[2] ?? '');
// Only now: nobody may have no access to the folder of this checkout.
if (IS_ROOT) {
  process.setgroups?.([]);
  process.setgid?.(NOBODY);
  process.setuid?.(NOBODY);
}
const answers: NobodyAnswers = {
  scans: await Promise.all(scans.map(({ stateDir, now }) => scanned(stateDir, now))),
  counts: counts.map(({ path, root }) => countEvents(path, root)),
};
process.stdout.write(JSON.stringify(answers));

async function scanned(stateDir: string, now: number): Promise<{ quick: string; deep: string }> {
  const scanner = testScanner(stateDir, { now: () => now, settings: { salt: null } });
  const quick = (await scanner.quick()).rendered?.metrics ?? '';
  const deep = (await scanner.deep()).rendered?.metrics ?? quick;
  return { quick, deep };
}

function countEvents(path: string, root: string): unknown {
  try {
    return readDatabase(path, root, (database) => database.prepare('SELECT count(*) AS n FROM events').get()?.n);
  } catch (error) {
    return error instanceof Error && 'problem' in error ? error.problem : String(error);
  }
}
