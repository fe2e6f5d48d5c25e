import { basename } from 'node:path';
import { type CommandPlace, inPlace } from '../openclaw/commands.ts';
import { printable } from '../printable.ts';
import { type Advice, isCommand } from './advice.ts';
import { type Protection, refusal } from './change-index.ts';
import type { LostIndex } from './lost-index.ts';
import type { Backup } from './restore.ts';
import type { Selected, Target } from './select.ts';
import type { IndexPlan } from './take-out.ts';

/** How a session is called on this screen: its key, or the label where keys are private. */
export type NameOf = (session: { readonly key: string; readonly label: string | null }) => string;

const NUMBERS = new Intl.NumberFormat('en-US');

interface AdviceTerms {
  readonly nameOf: NameOf;
  readonly showsKeys: boolean;
  readonly place: CommandPlace;
}

export function planText(plan: IndexPlan, protection: Protection, nameOf: NameOf): string[] {
  const { place, agents } = plan.index;
  return [
    `${printable(place.path)}: the index of ${agents.join(', ')}, OpenClaw ${printable(place.version ?? '(version unknown)')}, ${count(plan.bytes, 'byte')}`,
    ...plan.entries.flatMap(({ target, bytes }) => [
      `  take out    ${nameOf(target)}`,
      `              why         ${target.findings.join(', ') || 'you named it'}`,
      `              entry       ${count(bytes, 'byte')} of the index`,
      `              transcript  ${transcriptText(target)}`,
    ]),
    `  keep        ${count(plan.kept, 'other entry', 'other entries')}, byte for byte`,
    `  backup      ${basename(place.path)}.bak-<date>-<time> beside it, before anything is changed`,
    ...protectionText(protection, place.version),
    '  afterwards  start (or restart) the gateway; the next message of such a session starts fresh under the same key',
  ];
}

function protectionText(protection: Protection, version: string | null): string[] {
  const refused = refusal(protection, version);
  if (refused !== null) return [`  first       ${refused}`];
  return protection.honoursLock
    ? ["  protection  OpenClaw's own lock, sessions.json.lock, for the moment of the change"]
    : ['  protection  you said that the gateway is stopped'];
}

function transcriptText({ transcript }: Target): string {
  if (transcript.state !== 'there') return `${transcript.state}: there is nothing to keep`;
  const bytes = transcript.bytes === null ? '' : ` (${count(transcript.bytes, 'byte')})`;
  return `stays where it is: ${printable(transcript.path ?? '')}${bytes}`;
}

export function leftText(left: Selected['left'], nameOf: NameOf): string[] {
  return left.map(({ target, why }) => `left alone: ${nameOf(target)} of ${target.agent}, ${why}`);
}

export function adviceText(advice: readonly Advice[], { nameOf, showsKeys, place }: AdviceTerms): string[] {
  if (advice.length === 0) return [];
  return [
    ...(showsKeys ? [] : ['KEY stands for the key of a session: a terminal, or --privacy.peers plain, shows it.']),
    "For these, use OpenClaw's own commands; none of them is run here:",
    ...advice.flatMap((each) => [
      `  ${nameOf(each)} of ${each.agent}: ${each.why.join(', ')}`,
      ...each.steps.map((step) => (isCommand(step) ? `      ${inPlace(step, place)}` : `    - ${step}`)),
    ]),
  ];
}

export function lostText(lost: LostIndex, protection: Protection, version: string | null, nameOf: NameOf): string[] {
  const what = {
    missing: 'there is no index',
    empty: 'the index has 0 bytes',
    damaged: 'the index is damaged',
  };
  return [
    `${printable(lost.path)}: ${lost.problem === null ? `the index is whole, with ${count(lost.present, 'entry', 'entries')}` : what[lost.problem]}`,
    ...lost.found.map(
      ({ key, from, transcript }) =>
        `  bring back  ${nameOf({ key, label: null })}  from ${printable(from)}, ${transcript === null ? 'names no transcript' : transcript.isThere ? 'its transcript is there' : 'its transcript is missing'}`,
    ),
    ...lost.withoutTranscript.map(
      (key) =>
        `  leave       ${nameOf({ key, label: null })}  only in a backup, and its transcript is gone or another entry's`,
    ),
    ...lost.unreadCopies.map((name) => `  skip        ${printable(name)}  cannot be read`),
    ...lost.unknownTranscripts.map(
      (name) => `  unknown     ${printable(name)}  nothing tells its key; it stays where it is`,
    ),
    ...(lost.text === null
      ? ['  There is nothing to bring back.']
      : [
          `  write       an index with ${count(lost.present + lost.found.length, 'entry', 'entries')}; a backup of what is there comes first`,
          ...protectionText(protection, version),
        ]),
  ];
}

export function backupText({ path, problem, size, entries, returning, going, changing }: Backup): string {
  if (problem !== null) return `${printable(path)}  cannot be read (${problem})`;
  const what =
    entries === null
      ? 'no whole JSON object: cannot be put back'
      : `${count(entries, 'entry', 'entries')}: brings back ${returning.length}, takes away ${going.length}, changes ${changing.length}`;
  return `${printable(path)}  ${count(size, 'byte')}  ${what}`;
}

export function restoreText(backup: Backup, nameOf: NameOf): string[] {
  const each = (word: string, keys: readonly string[]) =>
    keys.map((key) => `  ${word.padEnd(12)}${nameOf({ key, label: null })}`);
  return [
    backupText(backup),
    ...each('brings back', backup.returning),
    ...each('takes away', backup.going),
    ...each('changes', backup.changing),
  ];
}

/** `1 byte`, `2,048 bytes`. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${NUMBERS.format(number)} ${number === 1 ? one : many}`;
}
