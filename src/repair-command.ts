import { dirname } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AgentStore } from './discover/agent-stores.ts';
import { ExporterError } from './errors.ts';
import { createLog, type Log } from './log.ts';
import { readableAgents, type Snapshot } from './model/snapshot.ts';
import { labelContext, sessionLabel } from './openclaw/labels.ts';
import { printable } from './printable.ts';
import { type Advice, adviceFor } from './repair/advice.ts';
import { changeIndex, type IndexPlace, type Protection, protectionOf } from './repair/change-index.ts';
import type { Waiting } from './repair/index-lock.ts';
import { type LostIndex, lookForLost } from './repair/lost-index.ts';
import {
  adviceText,
  backupText,
  count,
  leftText,
  lostText,
  type NameOf,
  planText,
  restoreText,
} from './repair/report.ts';
import { backupsOf, chooseBackup, restore } from './repair/restore.ts';
import { type Selection, select } from './repair/select.ts';
import { type IndexPlan, planTakeOut, takeOut } from './repair/take-out.ts';
import { Scanner } from './scan/scanner.ts';
import { saltOf } from './settings/salt.ts';
import type { Settings } from './settings/settings.ts';
import { print } from './stdout.ts';

const DONE = 0;
/** There is something to do, or something was left. */
const LEFT = 1;
const FAILED = 3;

/** What a run works with. */
interface Run {
  readonly settings: Settings;
  readonly snapshot: Snapshot;
  readonly stores: readonly AgentStore[];
  readonly log: Log;
  readonly nameOf: NameOf;
  /** Keys may be printed: on the operator's own terminal, and where they are not private. */
  readonly showsKeys: boolean;
  /** For a log: never the key. */
  readonly labelOf: (key: string) => string;
}

const WAITING: Waiting = { now: Date.now, sleep: (ms) => sleep(ms) };

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
  if (settings.format === 'prometheus') throw new ExporterError('E_USAGE', '--format: repair prints table or json');
  const modes = [settings.list, settings.restore !== null, settings['lost-index']];
  if (modes.filter(Boolean).length > 1)
    throw new ExporterError('E_USAGE', 'one of --list, --restore and --lost-index at a time');
  if (settings.session.length > 0 && settings.reason.length > 0)
    throw new ExporterError('E_USAGE', '--session takes out what it names, whatever the reason: leave out --reason');
  if (settings.apply && !settings.yes && !process.stdin.isTTY)
    throw new ExporterError('E_USAGE', '--apply asks first, and nobody can answer here: add --yes');
}

/** A whole look, deep where findings choose: half of the reasons are found by no other. */
async function look(settings: Settings): Promise<Run> {
  const salt = saltOf(settings)?.salt ?? null;
  const scanner = new Scanner({
    // Whatever is named must have its label.
    settings: { ...settings, salt, 'session.limit': Number.MAX_SAFE_INTEGER },
    // What is wrong beside the plan stands in what is printed.
    log: createLog({ level: 'error', format: settings['log.format'] }),
    renders: false,
    pause: () => new Promise((resolve) => setImmediate(resolve)),
  });
  const isByName = settings.list || settings.restore !== null || settings['lost-index'] || settings.session.length > 0;
  const { snapshot, stores, config } = await (isByName ? scanner.quick() : scanner.deep());
  const labels = labelContext(
    salt,
    snapshot.agents.map(({ agent }) => agent),
    config.channels,
  );
  const showsKeys = process.stdout.isTTY || settings['privacy.peers'] === 'plain';
  return {
    settings,
    snapshot,
    stores,
    showsKeys,
    log: createLog({ level: settings['log.level'], format: settings['log.format'] }),
    labelOf: (key) => sessionLabel(key, labels),
    nameOf: ({ key, label }) => printable(showsKeys ? key : (label ?? sessionLabel(key, labels))),
  };
}

async function takeOutEntries(run: Run): Promise<number> {
  const { settings, snapshot, stores, nameOf } = run;
  const selection: Selection = {
    reasons: settings.reason,
    agent: settings.agent,
    sessions: settings.session,
    quietMs: settings['quiet-period'] ?? 0,
    maxEntries: settings['max-entries'],
  };
  const { indexes, left, inDatabase } = select(snapshot, stores, selection, Date.now());
  const plans = indexes.map(planTakeOut).filter(({ entries }) => entries.length > 0);
  const advice = adviceOf(
    run,
    inDatabase.map(({ session }) => session.session.key),
    plans.flatMap(({ entries }) => entries.map(({ target }) => target.key)),
  );
  const broken = snapshot.agents.filter(({ problems }) => problems.some((problem) => problem.startsWith('index_')));
  await say(
    settings,
    {
      plans: plans.map((plan) => asJson(plan, run)),
      left: left.map(({ target, why }) => ({ ...named(target, run), why })),
      advice,
    },
    [
      ...plans.flatMap((plan) => [
        ...planText(plan, protectionOf(plan.index.place.version, settings['gateway-stopped']), nameOf),
        '',
      ]),
      ...(plans.length === 0 ? ['No entry of an index is to be taken out.'] : []),
      ...leftText(left, nameOf),
      ...broken.map(
        ({ agent }) =>
          `The index of ${agent} is lost or damaged: repair --lost-index --agent ${agent} shows what can be brought back.`,
      ),
      ...adviceText(advice, nameOf, run.showsKeys),
    ],
  );
  if (plans.length === 0) return left.length + advice.length + broken.length > 0 ? LEFT : DONE;
  if (!(await isConfirmed(settings, `Take ${count(sum(plans), 'entry', 'entries')} out?`))) return LEFT;
  return applyAll(run, plans);
}

function sum(plans: readonly IndexPlan[]): number {
  return plans.reduce((entries, plan) => entries + plan.entries.length, 0);
}

async function applyAll({ settings, log, labelOf }: Run, plans: readonly IndexPlan[]): Promise<number> {
  let taken = 0;
  let changed = 0;
  let failed = 0;
  for (const plan of plans) {
    const { place } = plan.index;
    try {
      const done = await takeOut(plan, protectionOf(place.version, settings['gateway-stopped']), WAITING);
      taken += done.taken.length;
      changed += done.changed.length;
      for (const { target } of done.taken)
        log.info('entry taken out of the index', {
          agent: target.agent,
          session: labelOf(target.key),
          why: target.findings.join(', ') || 'named',
        });
      for (const { target } of done.changed)
        log.warn('entry left: it changed since the plan', { agent: target.agent, session: labelOf(target.key) });
      if (done.backup !== null) log.info('backup of the index', { path: done.backup });
    } catch (error) {
      // The next index is another agent's.
      if (!(error instanceof ExporterError)) throw error;
      failed += 1;
      log.error(error.message);
    }
  }
  log.info('repair ended', { taken, changed, failed });
  if (failed > 0) return FAILED;
  return changed > 0 ? LEFT : DONE;
}

/** Of the sessions that the operator named, or of all that have something. */
function adviceOf(
  { settings, snapshot, showsKeys }: Run,
  keys: readonly string[],
  planned: readonly string[],
): Advice[] {
  const isNamed = settings.session.length > 0;
  return readableAgents(snapshot)
    .filter(({ agent }) => settings.agent === null || agent === settings.agent)
    .flatMap((agent) =>
      agent.sessions
        .filter(({ session: { key } }) => (isNamed ? keys.includes(key) : !planned.includes(key)))
        .flatMap((each) => adviceFor(agent, each, showsKeys ? each.session.key : 'KEY') ?? []),
    );
}

async function bringBack(run: Run): Promise<number> {
  const { settings, nameOf } = run;
  const all = filePlaces(run).map(({ isRead, place, folders }) => ({
    isRead,
    place,
    lost: lookForLost(place, folders),
  }));
  // An index that was read all the same is JSON5, as versions before 2026.2.17 read it: nothing of it is lost.
  const found = all.filter(({ isRead, lost }) =>
    lost.problem === null ? lost.found.length > 0 : !isRead && isAnythingKnown(lost),
  );
  const protection = (place: IndexPlace) => protectionOf(place.version, settings['gateway-stopped']);
  await say(
    settings,
    found.map(({ lost }) => lostJson(lost, run)),
    [
      ...found.flatMap(({ place, lost }) => [...lostText(lost, protection(place), place.version, nameOf), '']),
      ...(found.length === 0
        ? ['Every index is whole, and no backup has a session more whose transcript is there.']
        : []),
    ],
  );
  const writable = found.filter(({ lost }) => lost.text !== null);
  if (writable.length === 0) return found.length > 0 ? LEFT : DONE;
  if (!(await isConfirmed(settings, 'Write the index anew?'))) return LEFT;
  for (const { place, lost } of writable) await write(run, place, lost, protection(place));
  return DONE;
}

/** An agent that never had a session has no index either. */
function isAnythingKnown({ problem, found, withoutTranscript, unknownTranscripts }: LostIndex): boolean {
  return problem !== 'missing' || found.length + withoutTranscript.length + unknownTranscripts.length > 0;
}

async function write({ log }: Run, place: IndexPlace, lost: LostIndex, protection: Protection): Promise<void> {
  const done = await changeIndex(place, protection, WAITING, (bytes) => {
    if (bytes === null ? lost.current === null : lost.current?.equals(bytes) === true) return lost.text;
    throw new ExporterError('E_REPAIR', `${place.path} was written since it was looked at: run this again`);
  });
  log.info('index written anew', {
    path: place.path,
    entries: lost.present + lost.found.length,
    backup: done?.backup ?? 'none: there was no index',
  });
}

async function listBackups(run: Run): Promise<number> {
  const backups = filePlaces(run).flatMap(({ place }) => backupsOf(place));
  await say(
    run.settings,
    backups.map(({ path, size, entries, ...keys }) => ({ path, size, entries, ...labelled(keys, run) })),
    [...backups.map(backupText), ...(backups.length === 0 ? ['There is no backup beside any index.'] : [])],
  );
  return DONE;
}

async function restoreBackup(run: Run, given: string): Promise<number> {
  const { settings, log, nameOf } = run;
  const { place, backup } = chooseBackup(
    given,
    filePlaces(run).map((each) => each.place),
  );
  const { path, size, entries, ...keys } = backup;
  await say(settings, { path, size, entries, ...labelled(keys, run) }, restoreText(backup, nameOf));
  if (!(await isConfirmed(settings, 'Put it back?'))) return LEFT;
  const done = await restore(place, backup, protectionOf(place.version, settings['gateway-stopped']), WAITING);
  if (done === null) log.info('the index is the same as the backup: nothing was changed');
  else log.info('backup put back', { path: backup.path, replaced: done.backup ?? 'nothing: there was no index' });
  return DONE;
}

interface IndexFiles {
  /** Its sessions are known, so it is whole, or missing with no transcript to miss it. */
  readonly isRead: boolean;
  readonly place: IndexPlace;
  readonly folders: { path: string; root: string }[];
}

/** The indexes that OpenClaw reads, each once, with the folders that its transcripts may lie in. */
function filePlaces({ settings, snapshot, stores }: Run) {
  const places = new Map<string, IndexFiles>();
  for (const { agent, layout, problems, version } of snapshot.agents) {
    const store = stores.find((each) => each.agent === agent);
    if (store === undefined || (settings.agent !== null && agent !== settings.agent)) continue;
    if (layout !== 'file' && layout !== 'empty') continue;
    // Nothing may be looked at there.
    if (problems.includes('link_refused') || problems.includes('permission_denied')) continue;
    const { indexPath: path, root, folder } = store;
    const known = places.get(path) ?? {
      isRead: layout === 'file' && !problems.some((problem) => problem.startsWith('index_')),
      place: { path, root, version },
      folders: [{ path: dirname(path), root }],
    };
    if (folder.sessions.path !== dirname(path))
      known.folders.push({ path: folder.sessions.path, root: folder.sessions.root });
    places.set(path, known);
  }
  return [...places.values()];
}

async function isConfirmed({ apply, yes, format }: Settings, question: string): Promise<boolean> {
  if (!apply) {
    if (format === 'table') await print('Nothing was changed. --apply does it.\n');
    return false;
  }
  if (yes) return true;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim());
  } finally {
    terminal.close();
  }
}

function say({ format }: Settings, content: unknown, lines: readonly string[]): Promise<void> {
  return print(format === 'json' ? `${JSON.stringify(content, null, 2)}\n` : `${lines.join('\n')}\n`);
}

function asJson(plan: IndexPlan, run: Run) {
  const { place, agents } = plan.index;
  return {
    index: place.path,
    agents,
    version: place.version,
    bytes: plan.bytes,
    entries: plan.entries.map(({ target, bytes }) => ({
      ...named(target, run),
      findings: target.findings,
      bytes,
      transcript: target.transcript.state === 'there' ? target.transcript.path : null,
    })),
    kept: plan.kept,
  };
}

function named({ agent, key, label }: { agent: string; key: string; label: string | null }, { nameOf }: Run) {
  return { agent, session: nameOf({ key, label }) };
}

function labelled(keys: Readonly<Record<'returning' | 'going' | 'changing', readonly string[]>>, { nameOf }: Run) {
  const names = (of: readonly string[]) => of.map((key) => nameOf({ key, label: null }));
  return { returning: names(keys.returning), going: names(keys.going), changing: names(keys.changing) };
}

function lostJson(
  { path, problem, present, found, withoutTranscript, unknownTranscripts }: LostIndex,
  { nameOf }: Run,
) {
  return {
    index: path,
    problem,
    present,
    found: found.map(({ key, from, transcript }) => ({ session: nameOf({ key, label: null }), from, transcript })),
    withoutTranscript: withoutTranscript.map((key) => nameOf({ key, label: null })),
    unknownTranscripts,
  };
}
