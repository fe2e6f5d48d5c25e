import { ExporterError } from './errors.ts';
import { createLog } from './log.ts';
import { printable } from './printable.ts';
import type { Run } from './repair/run.ts';
import { listBackups, restoreBackup } from './repair/run-backups.ts';
import { bringBack } from './repair/run-lost-index.ts';
import { takeOutEntries } from './repair/run-take-out.ts';
import { quietScan } from './scan/quiet-scan.ts';
import { commandPlace } from './settings/command-place.ts';
import { envName } from './settings/flags.ts';
import { saltOf } from './settings/salt.ts';
import type { Settings } from './settings/settings.ts';

/** Shows what would be repaired, and does it with `--apply`. Returns the exit code: 0 nothing is left to do, 1 something is, 3 it failed. */
export async function runRepair(settings: Settings): Promise<number> {
  refuseWrongUsage(settings);
  const run = await look(settings);
  if (run.snapshot.unreadable !== null)
    throw new ExporterError('E_REPAIR', `${settings.stateDir} cannot be read (${run.snapshot.unreadable}): see scan`);
  if (settings.list) return listBackups(run);
  if (settings.restore !== null) return restoreBackup(run, settings.restore);
  return settings['lost-index'] ? bringBack(run) : takeOutEntries(run);
}

function refuseWrongUsage(settings: Settings): void {
  const modes = [settings.list, settings.restore !== null, settings['lost-index']];
  if (modes.filter(Boolean).length > 1)
    throw new ExporterError('E_USAGE', 'one of --list, --restore and --lost-index at a time');
  // A variable that was filled from one that is not set: without a name or a reason every corrupted entry would be chosen.
  for (const name of ['session', 'reason'] as const) {
    const given = settings.given.get(name);
    if (given?.length === 0)
      throw new ExporterError('E_USAGE', `${envName(name)} is empty: it chooses nothing. Fill it, or leave it out`);
  }
  if (settings.session.length > 0 && settings.reason.length > 0)
    throw new ExporterError('E_USAGE', '--session takes out what it names, whatever the reason: leave out --reason');
  if (settings.apply && !settings.yes && !process.stdin.isTTY)
    throw new ExporterError('E_USAGE', '--apply asks first, and nobody can answer here: add --yes');
}

/** A whole look, deep where findings choose: half of the reasons are found by no other. */
async function look(settings: Settings): Promise<Run> {
  const salt = saltOf(settings)?.salt ?? null;
  const isByName = settings.list || settings.restore !== null || settings['lost-index'] || settings.session.length > 0;
  const { snapshot, stores, labelOf } = await quietScan(isByName ? 'quick' : 'deep', settings, salt);
  const showsKeys = process.stdout.isTTY || settings['privacy.peers'] === 'plain';
  return {
    settings,
    snapshot,
    stores,
    showsKeys,
    place: commandPlace(settings, process.env),
    log: createLog({ level: settings['log.level'], format: settings['log.format'] }),
    labelOf,
    nameOf: ({ key, label }) => printable(showsKeys ? key : (label ?? labelOf(key))),
  };
}
