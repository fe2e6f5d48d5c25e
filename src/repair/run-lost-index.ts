import { DiskError, type DiskProblem } from '../disk/files.ts';
import { ExporterError } from '../errors.ts';
import { printable } from '../printable.ts';
import { changeIndex } from './change-index.ts';
import { type IndexFiles, indexPlaces } from './index-places.ts';
import { type LostIndex, lookForLost } from './lost-index.ts';
import { lostText } from './report.ts';
import { EXIT, isConfirmed, protectionIn, type Run, say, WAITING } from './run.ts';

const REMEDIES: Readonly<Record<DiskProblem, string>> = {
  missing: 'run this again',
  denied: "run this as the gateway's user",
  not_regular: 'move away what stands there: it is a link, or no regular file',
  outside: 'move away the link that leads out of the state directory',
  unreadable: 'check the disk',
};

interface Found {
  readonly files: IndexFiles;
  readonly lost: LostIndex;
}

/** `repair --lost-index`: writes an index anew from what can still be read. Returns the exit code. */
export async function bringBack(run: Run): Promise<number> {
  const { settings, nameOf } = run;
  const looks = indexPlaces(run).map((files) => look(run, files));
  const found = looks.filter((each) => each !== null).filter(isLost);
  const isBlind = looks.includes(null);
  if (!isBlind) refuseUnknown(run, looks);
  await say(
    settings,
    found.map(({ lost }) => asJson(lost, run)),
    [
      ...found.flatMap(({ files: { place }, lost }) => [
        ...lostText(lost, protectionIn(run, place), place.version, nameOf),
        '',
      ]),
      ...(found.length === 0 && !isBlind
        ? ['Every index is whole, and no backup has a session more whose transcript is there.']
        : []),
    ],
  );
  const writable = found.filter(({ lost }) => lost.text !== null);
  if (writable.length === 0 && isBlind) return EXIT.failed;
  if (writable.length === 0) return found.length > 0 ? EXIT.left : EXIT.done;
  if (!(await isConfirmed(settings, 'Write the index anew?'))) return isBlind ? EXIT.failed : EXIT.left;
  let failed = isBlind ? 1 : 0;
  for (const each of writable) failed += (await isWritten(run, each)) ? 0 : 1;
  return failed > 0 ? EXIT.failed : EXIT.done;
}

/** null: the index or its folder cannot be read; the others are shown all the same. */
function look(run: Run, files: IndexFiles): Found | null {
  const { settings, log } = run;
  const wanted = settings.session;
  const isWanted = (key: string) => wanted.length === 0 || wanted.some((name) => isNameOf(name, key, run));
  try {
    return { files, lost: lookForLost(files.place, files.folders, isWanted) };
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
    log.error('the index cannot be looked at', {
      path: files.place.path,
      problem: error.problem,
      todo: REMEDIES[error.problem],
    });
    return null;
  }
}

function isNameOf(name: string, key: string, { labelOf }: Run): boolean {
  return name === key || name === labelOf(key);
}

/** Throws an ExporterError for a name of `--session` that no entry has: a misspelt one would look as if nothing were lost. */
function refuseUnknown(run: Run, looks: readonly (Found | null)[]): void {
  const keys = looks.flatMap((each) => [
    ...(each?.lost.found.map(({ key }) => key) ?? []),
    ...(each?.lost.withoutTranscript ?? []),
  ]);
  const unknown = run.settings.session.find((name) => !keys.some((key) => isNameOf(name, key, run)));
  if (unknown === undefined) return;
  throw new ExporterError(
    'E_USAGE',
    `--session: no lost entry has the key or label "${printable(unknown)}"; without --session all of them are shown`,
  );
}

function isLost({ files: { isRead }, lost }: Found): boolean {
  const { problem, found, withoutTranscript, unknownTranscripts } = lost;
  if (problem === null) return found.length > 0;
  // An index that was read all the same is JSON5, as versions before 2026.2.17 read it: nothing of it is lost.
  if (isRead) return false;
  // An agent that never had a session has no index either.
  return problem !== 'missing' || found.length + withoutTranscript.length + unknownTranscripts.length > 0;
}

async function isWritten(run: Run, { files: { place }, lost }: Found): Promise<boolean> {
  const { log } = run;
  try {
    const done = await changeIndex(place, protectionIn(run, place), WAITING, (bytes) => {
      if (bytes === null ? lost.current === null : lost.current?.equals(bytes) === true) return lost.text;
      throw new ExporterError('E_REPAIR', `${place.path} was written since it was looked at: run this again`);
    });
    log.info('index written anew', {
      path: place.path,
      entries: lost.present + lost.found.length,
      backup: done?.backup ?? 'none: there was no index',
    });
    return true;
  } catch (error) {
    // The next index is another agent's.
    if (!(error instanceof ExporterError)) throw error;
    log.error(error.message);
    return false;
  }
}

function asJson(
  { path, problem, present, found, withoutTranscript, unreadCopies, unknownTranscripts }: LostIndex,
  { nameOf }: Run,
) {
  return {
    index: path,
    problem,
    present,
    found: found.map(({ key, from, transcript }) => ({ session: nameOf({ key, label: null }), from, transcript })),
    withoutTranscript: withoutTranscript.map((key) => nameOf({ key, label: null })),
    unreadCopies,
    unknownTranscripts,
  };
}
