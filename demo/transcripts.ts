import { PROVIDER, WINDOWS } from './config.ts';
import { digest, uuidOf } from './ids.ts';
import type { NamedSession } from './named-session.ts';
import { costOf, OUTPUT_TOKENS, usageOf } from './usage.ts';

const TURNS = 8;
/** Turns of a transcript that must have a certain size. */
const MANY_TURNS = 60;
const SHORT_TEXT = 160;
const FILLER = 'This sentence stands in a generated sample and was never said by anybody. ';

/** What a record says, when its place in the transcript is known. */
export type Body = (place: { ms: number; parentId: string | null }) => { type: string; [field: string]: unknown };

/** The transcript of a session as 2026.7.35 writes it, with its damage; null: there is none. */
export function transcriptText(session: NamedSession): string | null {
  if (session.state === 'never_run') return null;
  const lines = transcriptRecords(session, 3).map((record) => JSON.stringify(record));
  switch (session.damage) {
    case 'transcript_missing':
    case 'transcript_path_null':
    case 'entry_not_object':
      return null;
    case 'transcript_empty':
      return '';
    case 'header_invalid':
      return textOf(lines.slice(1));
    case 'invalid_json':
      return textOf(lines.map((line, at) => (at === 5 ? line.slice(0, line.length / 2) : line)));
    case 'truncated':
      return textOf(lines).slice(0, -SHORT_TEXT);
    default:
      return textOf(lines);
  }
}

function textOf(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`;
}

/** The records of a session's transcript without damage; the header's version is 3 in files, 4 in databases. */
export function transcriptRecords(session: NamedSession, version: 3 | 4): object[] {
  const { agent, id, startedMs, lastMs, damage, state } = session;
  const headerId = damage === 'id_mismatch' ? uuidOf(`another than ${id}`) : id;
  const header = { type: 'session', version, id: headerId, timestamp: iso(startedMs), cwd: `/home/demo/${agent}` };
  // `sessions.reset` of 2026.7.35 leaves a transcript of only its header; one that never ran has no more in a database.
  if (state === 'reset' || state === 'never_run') return [header];
  const bodies = bodiesOf(session);
  const records: object[] = [header];
  let parentId: string | null = null;
  for (const [at, body] of bodies.entries()) {
    // Evenly between the session's start and its last activity.
    const ms = startedMs + Math.round(((lastMs - startedMs) * (at + 1)) / bodies.length);
    const record = recordOf(id, at, body, { ms, parentId });
    records.push(record);
    parentId = record.id;
  }
  return records;
}

/** The record in its place. Its id is that of its transcript and number. */
export function recordOf(
  sessionId: string,
  at: number,
  body: Body,
  { ms, parentId }: Parameters<Body>[0],
): { type: string; id: string; [field: string]: unknown } {
  const { type, ...fields } = body({ ms, parentId });
  return { type, id: digest(`${sessionId} ${at}`).slice(0, 8), parentId, timestamp: iso(ms), ...fields };
}

function bodiesOf(session: NamedSession): Body[] {
  const { modelId, tokens, compacted, bytesOver } = session;
  const count = bytesOver === undefined ? TURNS : MANY_TURNS;
  // A tenth more than asked for, in equal parts on questions and answers.
  const length = bytesOver === undefined ? SHORT_TEXT : Math.ceil((bytesOver * 1.1) / (2 * count));
  const start: Body[] = [
    () => ({ type: 'model_change', provider: PROVIDER, modelId }),
    () => ({ type: 'thinking_level_change', thinkingLevel: 'off' }),
  ];
  const growing = (turns: number, prompt: number) =>
    Array.from({ length: turns }, (_, at) => turn(at, modelId, Math.round((prompt * (at + 1)) / turns), length)).flat();
  if (!compacted) return [...start, ...growing(count, tokens)];
  const full = Math.round(WINDOWS[modelId] * 0.9);
  return [...start, ...growing(count / 2, full), compaction(full), ...growing(count / 2, tokens)];
}

/** A question and its answer, after which the context holds `prompt` tokens and the answer. */
export function turn(at: number, model: string, prompt: number, length: number): Body[] {
  const usage = usageOf(prompt);
  const answer = {
    role: 'assistant',
    content: [{ type: 'text', text: sized(`Synthetic answer ${at + 1}. `, length) }],
    api: 'openai-completions',
    provider: PROVIDER,
    model,
    usage: { ...usage, output: OUTPUT_TOKENS, totalTokens: prompt + OUTPUT_TOKENS, cost: costOf(usage) },
    stopReason: 'stop',
  };
  return [
    ({ ms }) => ({
      type: 'message',
      message: { role: 'user', content: sized(`Synthetic question ${at + 1}. `, length), timestamp: ms },
    }),
    ({ ms }) => ({ type: 'message', message: { ...answer, timestamp: ms } }),
  ];
}

/** What OpenClaw writes when it puts a summary in the place of what was said. */
export function compaction(tokensBefore: number): Body {
  return ({ parentId }) => ({
    type: 'compaction',
    summary: '## Decisions\nNone: this is a generated sample.',
    firstKeptEntryId: parentId,
    tokensBefore,
    details: { readFiles: [], modifiedFiles: [] },
    fromHook: true,
  });
}

function sized(text: string, length: number): string {
  return text.padEnd(length, FILLER);
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
