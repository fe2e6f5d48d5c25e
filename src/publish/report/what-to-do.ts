import type { Finding } from '../../model/finding.ts';
import { type Era, eraOf } from '../../model/layout.ts';
import type { ReadableAgent, SnapshotAgent, SnapshotSession } from '../../model/snapshot.ts';
import { archiveCommand, BINDINGS_COMMAND, gatewayCall, listCommand, shellQuoted } from '../../openclaw/commands.ts';
import { nameIn, oversized, stepsFor } from '../../repair/advice.ts';
import { isTranscriptLarge, tokensSeverity } from '../../thresholds.ts';
import { isRouting, meaningOf, routingAdvice } from '../session-advice.ts';

/**
 * What an operator can do about a session, in sentences and commands, each on a line of its own: about every finding, and about
 * every threshold that it is over. First come commands that only look. The exporter runs none of them. `key`: what stands for
 * the session's key in the commands.
 */
export function whatToDo(agent: ReadableAgent, published: SnapshotSession, key: string): string[] {
  const { session, findings } = published;
  const name = nameIn(published, key);
  const others = findings.filter((each) => !isRouting(each));
  const lines = [
    ...aboutRouting(agent, findings, key),
    ...others.map((finding) => named(finding, session.era)),
    ...(others.some(({ finding }) => finding === 'corrupted') && eraOf(agent.layout) === 'file'
      ? repairPlan(agent.agent, name)
      : []),
    ...stepsFor(agent, others, key),
    ...(tokensSeverity(session) === null ? [] : ['Its context is too large.', ...oversized(agent, { key, name })]),
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

function named(found: Finding, era: Era): string {
  const { finding, reason } = found;
  const name = reason === null ? finding : `${finding} (${reason})`;
  const meaning = meaningOf(found, era);
  return meaning === null ? `${name}.` : `${name}: ${meaning}`;
}

function repairPlan(agent: string, session: string): string[] {
  return [
    'See what would be taken out of the index; the transcript stays where it is, and nothing is changed without --apply:',
    `openclaw-store-exporter repair --agent ${shellQuoted(agent)} --session ${shellQuoted(session)}`,
  ];
}

function aboutRouting({ agent, layout, version }: ReadableAgent, findings: readonly Finding[], key: string): string[] {
  const advice = routingAdvice(findings);
  if (advice.length === 0) return [];
  return [
    ...advice,
    'See what else the agent holds, and what the bindings say:',
    listCommand(agent, version),
    BINDINGS_COMMAND,
    // Two keys share a transcript: removing one would take it from the other.
    ...(findings.some(({ finding }) => finding === 'collision') ? [] : removal(key, agent, layout)),
    'If it is meant to be so, list it under `ignore` in the config file of the exporter.',
  ];
}

function removal(key: string, agent: string, layout: SnapshotAgent['layout']): string[] {
  if (eraOf(layout) === 'sqlite')
    return ['Or archive it, first with --dry-run: it is hidden, and everything is kept.', archiveCommand(key, agent)];
  // The transcript is renamed, not deleted: it stays as `<id>.jsonl.deleted.<time>` until OpenClaw's clean-up takes it.
  return ['Or delete it: copy its transcript, then, with the gateway running,', gatewayCall('delete', key)];
}
