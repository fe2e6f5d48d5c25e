import type { PassedOver } from '../model/passed-over.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { notCompared } from './remarks.ts';
import { counted, firstOf } from './words.ts';

// What lies in the state directory and is in no figure, as the status page and `scan` say it.

/** Of a disk that was mounted there, and never an agent's. */
const OF_THE_DISK = 'lost+found';
const SHOWN = 10;

const WHY = {
  closed: 'was not looked into: this user may not enter it. An agent of its own has no figure here.',
  link: 'is a link, of an agent that the config does not list: it is not followed.',
  transcripts:
    'holds transcripts, and neither index nor database: for OpenClaw, whose config does not list it, it is no agent.',
  same_name: 'is in no figure: another folder is the agent of its name.',
  nameless:
    'is in no figure: OpenClaw lists no agent whose name has neither a Latin letter nor a digit, or becomes "main".',
  too_many:
    'and those behind it are in no figure, unless the config lists their agents: there are too many folders before it.',
} as const satisfies Record<PassedOver['why'], string>;

/** A sentence for what was not compared, and for each database and folder; names are not made safe for a terminal. */
export function leftOut(snapshot: Snapshot): string[] {
  const { unusedDatabases, passedOver } = snapshot;
  const uncompared = notCompared(snapshot);
  return [
    ...(uncompared === null ? [] : [uncompared]),
    ...unusedDatabases.map(
      ({ agent, place, sessions }) =>
        `A database of agent ${agent} with ${counted(sessions, 'session')} is not used (${place}): OpenClaw reads another one, or the agent is not in its config.`,
    ),
    ...passedOver.filter(isNoDisk).map(({ folder, why }) => `agents/${folder} ${WHY[why]}`),
  ];
}

/** The folders that this user may not enter, in a sentence: an agent can be in each that the config does not list. null: none. */
export function notLookedInto({ passedOver }: Snapshot): string | null {
  const closed = passedOver.filter(({ why }) => why === 'closed').filter(isNoDisk);
  if (closed.length === 0) return null;
  const names = closed.map(({ folder }) => `agents/${folder}`);
  return `Not looked into, since this user may not enter: ${firstOf(names, SHOWN)}.`;
}

function isNoDisk({ folder }: PassedOver): boolean {
  return folder !== OF_THE_DISK;
}
