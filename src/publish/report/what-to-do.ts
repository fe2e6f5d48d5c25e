import type { Finding } from '../../model/finding.ts';
import { eraOf } from '../../model/layout.ts';
import type { Session } from '../../model/session.ts';
import type { SnapshotAgent } from '../../model/snapshot.ts';
import { printable } from './printable.ts';

/**
 * What an operator can do about the findings of a session: commands to look first, then OpenClaw's own to put it away.
 * Nothing here deletes blindly, and nothing is run by us.
 */
export function whatToDo(
  { agent, layout }: Pick<SnapshotAgent, 'agent' | 'layout'>,
  { key, placement }: Pick<Session, 'key' | 'placement'>,
  findings: readonly Finding[],
): string[] {
  const routing = findings.filter(({ finding }) => ['duplicate', 'stray', 'collision'].includes(finding));
  const advice = new Set(
    routing.flatMap(({ finding, reason }) => ADVICE[reason === null ? finding : `${finding} ${reason}`] ?? []),
  );
  if (advice.size === 0) {
    return placement.undecided
      ? [
          'Nothing can be said: make the bindings depend on stored facts only, or look at the conversation in its channel.',
        ]
      : ['Nothing about routing.'];
  }
  return [
    ...advice,
    `Look:      openclaw sessions --agent ${quoted(agent)} --json; openclaw agents bindings`,
    // What two keys share must not be put away with one of them.
    ...(routing.some(({ finding }) => finding === 'collision') ? [] : putAway(key, agent, layout)),
    'Meant so?  List it under `ignore` in the config file of the exporter.',
  ];
}

const ADVICE: Readonly<Record<string, string>> = {
  'stray binding':
    'New messages go to the expected agent, which starts without this history. Change the bindings if this agent is meant.',
  'stray unlisted_agent': 'Put the agent back into the config, or put its sessions away.',
  'stray wrong_store': 'No agent finds it under its key here: its entry was copied, or written by hand.',
  'duplicate cross_agent':
    'Both agents hold a part of the history. The one that the bindings choose gets the next message; see which of the two is used.',
  'duplicate alias': 'One of the keys is of an older version, and no longer written to: see which was active last.',
  collision: 'Two writers mix their messages in one transcript. Copy it before anything else is done.',
};

function putAway(key: string, agent: string, layout: SnapshotAgent['layout']): string[] {
  return eraOf(layout) === 'sqlite' ? putAwaySqlite(key, agent) : putAwayFile(key);
}

/** Behind `--` a key that begins with a dash is none of the options. */
function putAwaySqlite(key: string, agent: string): string[] {
  return [
    `Put away:  openclaw sessions archive --agent ${quoted(agent)} --dry-run ${key.startsWith('-') ? '-- ' : ''}${quoted(key)} (then without --dry-run)`,
  ];
}

/** The transcript is renamed, not deleted: it stays as `<id>.jsonl.deleted.<time>` until OpenClaw's clean-up takes it. */
function putAwayFile(key: string): string[] {
  const params = quoted(JSON.stringify({ key }));
  return [
    'Put away:  copy its transcript, then, with the gateway running,',
    `           openclaw gateway call sessions.delete --params ${params}`,
  ];
}

/** For a POSIX shell. */
function quoted(text: string): string {
  const shown = printable(text);
  return /^[\w.:@+-]+$/.test(shown) ? shown : `'${shown.replaceAll("'", "'\\''")}'`;
}
