import { indexPlaces } from './index-places.ts';
import { backupText, restoreText } from './report.ts';
import { backupsOf, chooseBackup, restore } from './restore.ts';
import { EXIT, isConfirmed, protectionIn, type Run, say, WAITING } from './run.ts';

/** `repair --list`: the copies of each index. Returns the exit code. */
export async function listBackups(run: Run): Promise<number> {
  const backups = indexPlaces(run).flatMap(({ place }) => backupsOf(place));
  await say(
    run.settings,
    backups.map(({ path, problem, size, entries, ...keys }) => ({
      path,
      problem,
      size,
      entries,
      ...labelled(keys, run),
    })),
    [...backups.map(backupText), ...(backups.length === 0 ? ['There is no backup beside any index.'] : [])],
  );
  return EXIT.done;
}

/** `repair --restore`: puts one back. Returns the exit code. */
export async function restoreBackup(run: Run, given: string): Promise<number> {
  const { settings, log, nameOf } = run;
  const { place, backup } = chooseBackup(
    given,
    indexPlaces(run).map((each) => each.place),
  );
  const { path, problem: _problem, size, entries, ...keys } = backup;
  await say(settings, { path, size, entries, ...labelled(keys, run) }, restoreText(backup, nameOf));
  if (!(await isConfirmed(settings, 'Put it back?'))) return EXIT.left;
  const done = await restore(place, backup, protectionIn(run, place), WAITING);
  if (done === null) log.info('the index is the same as the backup: nothing was changed');
  else log.info('backup put back', { path: backup.path, replaced: done.backup ?? 'nothing: there was no index' });
  return EXIT.done;
}

function labelled(keys: Readonly<Record<'returning' | 'going' | 'changing', readonly string[]>>, { nameOf }: Run) {
  const names = (of: readonly string[]) => of.map((key) => nameOf({ key, label: null }));
  return { returning: names(keys.returning), going: names(keys.going), changing: names(keys.changing) };
}
