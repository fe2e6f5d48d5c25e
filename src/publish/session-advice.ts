import { CHECKS } from '../checks/all.ts';
import { withoutMarkdown } from '../lines.ts';
import type { Finding } from '../model/finding.ts';
import type { Era } from '../model/layout.ts';

// What is said of a session in words, on the status page and in the terminal.

/** Whether it is about the agent that a session belongs to. */
export function isRouting({ finding }: Finding): boolean {
  return finding === 'duplicate' || finding === 'stray' || finding === 'collision';
}

/** What to think of first; without commands. */
export function routingAdvice(findings: readonly Finding[]): string[] {
  const advice = findings
    .filter(isRouting)
    .flatMap(({ finding, reason }) => ADVICE[reason === null ? finding : `${finding} ${reason}`] ?? []);
  return [...new Set(advice)];
}

const ADVICE: Readonly<Record<string, string>> = {
  'stray binding':
    'New messages go to the expected agent, which starts without this history. Change the bindings if this agent should go on with it.',
  'stray unlisted_agent': 'Put the agent back into the config, or remove its sessions.',
  'stray wrong_store': 'OpenClaw never looks for this key in this store: the entry was copied, or written by hand.',
  'duplicate cross_agent':
    'Both agents hold a part of the history. The agent that the bindings choose gets the next message: see which of the two is in use.',
  'duplicate alias':
    'OpenClaw takes both keys for one session, and versions differ in which of them they go on with: see which one was active last.',
  collision: 'Two writers mix their messages in one transcript. Copy it before you do anything else.',
};

/** What a check means by it. */
export function meaningOf({ finding, reason }: Finding, era: Era): string | null {
  const check = CHECKS.find((each) => each.finding === finding && each.reasons.includes(reason) && era in each.eras);
  return check === undefined ? null : withoutMarkdown(check.meaning);
}
