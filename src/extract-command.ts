import { closeSync, constants, fsyncSync, openSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { AgentStore } from './discover/agent-stores.ts';
import { localPlaces } from './discover/local-place.ts';
import { isInside, realOrGiven } from './disk/files.ts';
import { codeOf, describeError, ExporterError } from './errors.ts';
import type { ReadableAgent, SnapshotSession } from './model/snapshot.ts';
import type { OpenClawConfig } from './openclaw/config/view.ts';
import { eventsOfDatabase, extract, linesOfFile } from './repair/extract.ts';
import { extractText } from './repair/extract-text.ts';
import { count } from './repair/report.ts';
import { sessionNamed, sessionsOf } from './repair/select.ts';
import { quietScan } from './scan/quiet-scan.ts';
import { saltOf } from './settings/salt.ts';
import type { Settings } from './settings/settings.ts';
import { print } from './stdout.ts';

/** Writes what matters of one session to a new file; returns the exit code. */
export async function runExtract(settings: Settings): Promise<number> {
  const [wanted, ...more] = settings.session;
  if (wanted === undefined || more.length > 0 || settings.out === null)
    throw new ExporterError('E_USAGE', 'extract needs one --session KEY-OR-LABEL and --out FILE');
  const { snapshot, stores, config } = await quietScan('quick', settings, saltOf(settings)?.salt ?? null);
  if (snapshot.unreadable !== null)
    throw new ExporterError('E_EXTRACT', `${settings.stateDir} cannot be read (${snapshot.unreadable}): see scan`);
  const out = placeOf(settings.out, config, settings);
  const { agent, session } = sessionNamed(sessionsOf(snapshot, settings.agent), wanted);
  const source = sourceOf(agent, session, stores);
  const { messages } = settings;
  let extracted: ReturnType<typeof extract>;
  try {
    extracted = extract(source.records, messages);
  } catch (error) {
    throw new ExporterError('E_EXTRACT', `${source.transcript} cannot be read (${describeError(error)})`);
  }
  write(out, extractText({ agent: agent.agent, key: session.session.key, transcript: source.transcript }, extracted));
  await print(
    `${out}: ${count(extracted.messages.length, 'message')} of ${count(extracted.messagesInAll, 'message')}, ${count(extracted.summaries.length, 'summary', 'summaries')}. Read it before an agent does.\n`,
  );
  return 0;
}

/** The records of a session's transcript, and where they lie. Throws an ExporterError where there is none. */
function sourceOf({ agent }: ReadableAgent, { session }: SnapshotSession, stores: readonly AgentStore[]) {
  const store = stores.find((each) => each.agent === agent);
  const { transcript, sessionId } = session;
  if (transcript.state !== 'there' || store === undefined)
    throw new ExporterError(
      'E_EXTRACT',
      `the transcript of this session is ${transcript.state === 'there' ? 'gone' : transcript.state}`,
    );
  if (transcript.path !== null) {
    // Inside the state directory or a configured store: the scan that named it looked at that. A link that came in its
    // place meanwhile is not followed.
    const folder = realpathSync(dirname(transcript.path));
    const path = join(folder, basename(transcript.path));
    return { transcript: path, records: linesOfFile(path, folder) };
  }
  const { database } = store;
  if (database === null || database.problem !== null || sessionId === null)
    throw new ExporterError('E_EXTRACT', 'the database of this session cannot be read: see scan');
  if (transcript.messages === null)
    throw new ExporterError('E_EXTRACT', "the transcript lies in OpenClaw's cold storage, which is not read here");
  const { path, root, sharedBy } = database;
  const records = eventsOfDatabase(path, root, sharedBy === null ? agent : null, sessionId);
  return { transcript: `${path}, session ${sessionId}`, records };
}

/** A new file, out of OpenClaw's folders: an agent loads what lies in its workspace, and this is text of strangers. */
function placeOf(given: string, { workspaces }: OpenClawConfig, settings: Settings): string {
  const path = resolve(given);
  let folder: string;
  try {
    folder = realpathSync(dirname(path));
  } catch (error) {
    throw new ExporterError('E_EXTRACT', `--out: the folder ${dirname(path)} cannot be used (${describeError(error)})`);
  }
  const { stateDir, home } = settings;
  const host = { stateDir, mappings: settings['openclaw.path-map'], home };
  const refused = [stateDir, join(home, '.openclaw'), ...workspaces.flatMap((each) => localPlaces(each, host))];
  if (!settings['allow-workspace'] && refused.some((each) => isInside(folder, realOrGiven(each))))
    throw new ExporterError(
      'E_EXTRACT',
      `--out: ${path} lies in a folder of OpenClaw, where an agent may load it as its memory. Write it elsewhere and read it first, or say --allow-workspace`,
    );
  return join(folder, basename(path));
}

function write(path: string, text: string): void {
  try {
    // Exclusive and following no link: what is there stays.
    const fd = openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600);
    try {
      writeFileSync(fd, text);
      fsyncSync(fd);
    } catch (error) {
      rmSync(path, { force: true });
      throw error;
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    const isThere = codeOf(error) === 'EEXIST';
    throw new ExporterError(
      'E_EXTRACT',
      isThere ? `${path} is there already, and is never written over` : `${path} (${describeError(error)})`,
    );
  }
}
