import { CHECKS } from '../../checks/all.ts';
import type { Finding } from '../../model/finding.ts';
import { type Era, eraOf } from '../../model/layout.ts';
import type { ReadableAgent, SnapshotAgent, SnapshotSession } from '../../model/snapshot.ts';
import { archiveCommand, gatewayCall, shellQuoted } from '../../openclaw/commands.ts';
import { oversized, stepsFor } from '../../repair/advice.ts';
import { isTranscriptLarge, tokensSeverity } from '../../thresholds.ts';

/**
 * What an operator can do about a session, in sentences and commands, each on a line of its own: about every finding, and about
 * every threshold that it is over. First come commands that only look. The exporter runs none of them. `key`: what stands for
 * the session's key in the commands.
 */
export function whatToDo(agent: ReadableAgent, published: SnapshotSession, key: string): string[] {
  const { session, findings } = published;
  const others = findings.filter(({ finding }) => !isRouting(finding));
  const lines = [
    ...aboutRouting(agent, findings, key),
    ...others.map((finding) => meaningOf(finding, session.era)),
    ...(others.some(({ finding }) => finding === 'corrupted') && eraOf(agent.layout) === 'file'
      ? repairPlan(agent.agent, published.labels?.session ?? key)
      : []),
    ...stepsFor(agent, others, key),
    ...(tokensSeverity(session) === null ? [] : ['Its context is too large.', ...oversized(agent, key)]),
    ...(isTranscriptLarge(session) ? LARGE_TRANSCRIPT[session.era] : []),
    ...(session.placement.undecided ? [UNDECIDED] : []),
  ];
  return lines.length === 0 ? ['Nothing: there is no finding, and it is over no threshold.'] : lines;
}

const UNDECIDED =
  'Its agent cannot be decided: make the bindings depend on stored facts only, or look at the conversation in its channel.';

/** A compaction makes the context smaller, and adds to the transcript. */
const LARGE_TRANSCRIPT = {
  file: [
    'Its transcript is large, and a compaction does not make it smaller. Keep what matters, then send /new in that conversation: a new transcript begins, and the old one stays beside it.',
  ],
  sqlite: [
    'Its transcript is large, and neither a compaction nor a reset makes it smaller. Keep what matters, then archive the session: openclaw sessions archive.',
  ],
} as const satisfies Record<Era, readonly string[]>;

function isRouting(finding: Finding['finding']): boolean {
  return finding === 'duplicate' || finding === 'stray' || finding === 'collision';
}

function meaningOf({ finding, reason }: Finding, era: Era): string {
  const check = CHECKS.find((each) => each.finding === finding && each.reasons.includes(reason) && era in each.eras);
  const name = reason === null ? finding : `${finding} (${reason})`;
  // The meanings are Markdown for docs/metrics.md.
  return check === undefined ? `${name}.` : `${name}: ${check.meaning.replaceAll('`', '')}`;
}

function repairPlan(agent: string, session: string): string[] {
  return [
    'See what would be taken out of the index; the transcript stays where it is, and nothing is changed without --apply:',
    `openclaw-store-exporter repair --agent ${shellQuoted(agent)} --session ${shellQuoted(session)}`,
  ];
}

function aboutRouting(
  { agent, layout }: Pick<SnapshotAgent, 'agent' | 'layout'>,
  findings: readonly Finding[],
  key: string,
): string[] {
  const routing = findings.filter(({ finding }) => isRouting(finding));
  const advice = new Set(
    routing.flatMap(({ finding, reason }) => ADVICE[reason === null ? finding : `${finding} ${reason}`] ?? []),
  );
  if (advice.size === 0) return [];
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
