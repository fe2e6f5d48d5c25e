import type { Finding } from '../../model/finding.ts';
import { eraOf } from '../../model/layout.ts';
import type { Session } from '../../model/session.ts';
import type { SnapshotAgent } from '../../model/snapshot.ts';
import { archiveCommand, gatewayCall, shellQuoted } from '../../openclaw/commands.ts';

/**
 * What an operator can do about the findings of a session: first commands that only look, then OpenClaw's own command that
 * removes it. The exporter runs none of them.
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
          'This cannot be decided: make the bindings depend on stored facts only, or look at the conversation in its channel.',
        ]
      : ['No finding is about routing.'];
  }
  return [
    ...advice,
    `Look:      openclaw sessions --agent ${shellQuoted(agent)} --json; openclaw agents bindings`,
    // Two keys share a transcript: removing one would take it from the other.
    ...(routing.some(({ finding }) => finding === 'collision') ? [] : removeCommand(key, agent, layout)),
    'Intended?  List it under `ignore` in the config file of the exporter.',
  ];
}

const ADVICE: Readonly<Record<string, string>> = {
  'stray binding':
    'New messages go to the expected agent, which starts without this history. Change the bindings if this agent should go on with it.',
  'stray unlisted_agent': 'Put the agent back into the config, or remove its sessions.',
  'stray wrong_store': 'OpenClaw never looks for this key in this store: the entry was copied, or written by hand.',
  'duplicate cross_agent':
    'Both agents hold a part of the history. The agent that the bindings choose gets the next message: see which of the two is in use.',
  'duplicate alias':
    'One of the keys comes from an older version and is no longer used: see which one was active last.',
  collision: 'Two writers mix their messages in one transcript. Copy it before you do anything else.',
};

function removeCommand(key: string, agent: string, layout: SnapshotAgent['layout']): string[] {
  if (eraOf(layout) === 'sqlite') return [`Archive:   ${archiveCommand(key, agent)} (then without --dry-run)`];
  // The transcript is renamed, not deleted: it stays as `<id>.jsonl.deleted.<time>` until OpenClaw's clean-up takes it.
  return [
    'Delete:    copy its transcript, then, with the gateway running,',
    `           ${gatewayCall('delete', key)}`,
  ];
}
