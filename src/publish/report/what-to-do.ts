import type { Finding } from '../../model/finding.ts';
import { type Era, eraOf } from '../../model/layout.ts';
import type { ReadableAgent, SnapshotSession } from '../../model/snapshot.ts';
import { BINDINGS_COMMAND, listCommand } from '../../openclaw/commands.ts';
import { type Names, nameIn, oversized, removal, repairCommand, stepsFor } from '../../repair/advice.ts';
import { isTranscriptLarge, tokensSeverity } from '../../thresholds.ts';
import { FIRST_STEP } from '../first-step.ts';
import { findingInWords, isCompactionOverdue } from '../remarks.ts';
import { isRouting, meaningOf, routingAdvice } from '../session-advice.ts';

/**
 * What an operator can do about a session, in sentences and commands, each on a line of its own: about every finding, and about
 * every threshold that it is over. First come commands that only look. The exporter runs none of them. `key`: what stands for
 * the session's key in the commands. `indexPath`: of the agent's `sessions.json`.
 */
export function whatToDo(
  agent: ReadableAgent,
  published: SnapshotSession,
  key: string,
  indexPath: string | null,
): string[] {
  const { session, findings } = published;
  const names = { key, name: nameIn(published, key) };
  const others = findings.filter((each) => !isRouting(each));
  const lines = [
    ...aboutRouting(agent, published, names, indexPath),
    ...others.map((finding) => named(finding, session.era)),
    ...(others.some(({ finding }) => finding === 'corrupted') ? aboutDamage(agent, names) : []),
    ...stepsFor(agent, others, { key, indexPath }),
    ...(tokensSeverity(session) === null
      ? []
      : [
          isCompactionOverdue(session) ? 'Its compaction is overdue.' : 'Its context is too large.',
          ...oversized(agent, published, names),
        ]),
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
  const name = findingInWords(found);
  const meaning = meaningOf(found, era);
  return meaning === null ? `${name}.` : `${name}: ${meaning}`;
}

/** The page begins with the same sentence. What follows it in a database is with the steps for both. */
function aboutDamage(agent: ReadableAgent, names: Names): string[] {
  const first = FIRST_STEP.OpenClawSessionsCorrupted;
  if (eraOf(agent.layout) === 'sqlite') return [first];
  return [
    first,
    'Without one, start the gateway once, and scan again: a start repairs some entries.',
    'Then see what would be taken out of the index; the transcript stays where it is, and nothing is changed without --apply:',
    repairCommand(agent, names),
  ];
}

function aboutRouting(
  agent: ReadableAgent,
  published: SnapshotSession,
  names: Names,
  indexPath: string | null,
): string[] {
  const advice = routingAdvice(published.findings);
  if (advice.length === 0) return [];
  return [
    ...advice,
    'See what else the agent holds, and what the bindings say:',
    listCommand(agent.agent, agent.version, indexPath),
    BINDINGS_COMMAND,
    ...removal(agent, published, names),
    'If it is meant to be so, list it under `ignore` in the config file of the exporter.',
  ];
}
