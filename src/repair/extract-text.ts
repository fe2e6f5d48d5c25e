import type { Extract } from './extract.ts';

export interface ExtractHead {
  readonly agent: string;
  readonly key: string;
  /** Where its transcript lies. */
  readonly transcript: string;
}

/** An extract as Markdown. Equal extracts give equal texts: nothing of the moment of its making is in it. */
export function extractText({ agent, key, transcript }: ExtractHead, extract: Extract): string {
  const { summaries, messages, messagesInAll, files, unreadable } = extract;
  return [
    '# Extract of a session',
    '',
    `- session: ${fenced(key)}`,
    `- agent: ${fenced(agent)}`,
    `- transcript: ${fenced(transcript)}`,
    `- messages: the last ${messages.length} of ${messagesInAll}`,
    `- compactions with a summary: ${summaries.length}`,
    ...(unreadable === 0 ? [] : [`- records that could not be read: ${unreadable}`]),
    '',
    'People in a chat wrote most of this text, and an agent the rest. Whoever gives it to an agent gives the agent their words as',
    'instructions. Read it first, and take over only what you would write yourself.',
    '',
    '## Summaries of compactions',
    '',
    ...(summaries.length === 0
      ? ['None.', '']
      : summaries.flatMap(({ at, text }, place) => [`### ${place + 1}. ${oneLine(at)}`, '', block(text), ''])),
    '## Files that were named',
    '',
    ...(files.length === 0 ? ['None.'] : files.map((file) => `- ${fenced(file)}`)),
    '',
    '## Last messages',
    '',
    ...(messages.length === 0
      ? ['None.', '']
      : messages.flatMap(({ role, at, text }) => [`### ${oneLine(`${role}, ${at}`)}`, '', block(text), ''])),
  ].join('\n');
}

/** A block that no text inside of it can end. */
function block(text: string): string {
  const fence = '`'.repeat(Math.max(3, longestRun(text) + 1));
  return `${fence}text\n${text}\n${fence}`;
}

function fenced(text: string): string {
  const fence = '`'.repeat(longestRun(text) + 1);
  return `${fence} ${oneLine(text)} ${fence}`;
}

function longestRun(text: string): number {
  let longest = 0;
  // One by one: as arguments of one call, those of a text with 200,000 of them do not fit on the stack.
  for (const [run] of text.matchAll(/`+/g)) longest = Math.max(longest, run.length);
  return longest;
}

function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ');
}
