import { GATEWAY_STATE_DIR, PROVIDER, WINDOWS } from './config.ts';
import { digest } from './ids.ts';
import type { NamedSession } from './named-session.ts';
import type { Damage } from './sessions.ts';
import { costOf, OUTPUT_TOKENS, usageOf } from './usage.ts';

export const RUN_MS = 40_000;

/** What the skills say to the model; 2026.6 and later keep it beside the transcripts, by its digest. */
export const SKILLS_PROMPT = 'Synthetic skills prompt of a generated sample.\n';

/** What stands in `sessions.json` for a session, as 2026.7.35 writes it; null: no object. */
export function indexEntry(session: NamedSession): object | null {
  const { about, id, startedMs, lastMs, state, damage } = session;
  if (damage === 'entry_not_object') return null;
  return {
    ...about.fields,
    sessionId: id,
    updatedAt: lastMs,
    sessionStartedAt: startedMs,
    lastInteractionAt: lastMs - RUN_MS,
    ...(state === 'never_run' ? {} : { sessionFile: sessionFile(session), ...runFields(session) }),
    ...(state === 'archived' ? { archivedAt: lastMs } : {}),
    ...damagedFields(session, damage),
  };
}

function sessionFile({ agent, transcript }: NamedSession): string {
  return `${GATEWAY_STATE_DIR}/agents/${agent}/sessions/${transcript}`;
}

/** What the last run left in an entry, the same in both eras. */
export function runFields(session: NamedSession): object {
  const { about, id, key, lastMs, modelId, tokens, state } = session;
  if (state === 'reset') return { systemSent: false, totalTokens: 0, totalTokensFresh: true };
  const usage = usageOf(tokens);
  return {
    systemSent: true,
    abortedLastRun: false,
    skillsSnapshot: skillsSnapshot(lastMs),
    ...(about.withoutStatus ? {} : lastRun(state === 'running', lastMs)),
    modelProvider: PROVIDER,
    model: modelId,
    contextTokens: WINDOWS[modelId],
    systemPromptReport: systemPromptReport(id, key, modelId, lastMs),
    ...(session.compacted ? { compactionCount: 1 } : {}),
    inputTokens: usage.input,
    outputTokens: OUTPUT_TOKENS,
    cacheRead: usage.cacheRead,
    cacheWrite: usage.cacheWrite,
    estimatedCostUsd: costOf(usage).total,
    totalTokens: tokens,
    totalTokensFresh: true,
  };
}

function lastRun(running: boolean, lastMs: number): object {
  if (running) return { status: 'running', startedAt: lastMs };
  return { status: 'done', startedAt: lastMs - RUN_MS, endedAt: lastMs, runtimeMs: RUN_MS };
}

function skillsSnapshot(version: number): object {
  const promptRef = { version: 1, algorithm: 'sha256', hash: digest(SKILLS_PROMPT), bytes: SKILLS_PROMPT.length };
  return { skills: [{ name: 'demo-weather' }, { name: 'demo-notes' }], version, promptFormatVersion: 1, promptRef };
}

/** The real one lists every tool and has 4 to 60 KB. */
function systemPromptReport(sessionId: string, sessionKey: string, model: string, generatedAt: number): object {
  return {
    source: 'run',
    generatedAt,
    sessionId,
    sessionKey,
    provider: PROVIDER,
    model,
    bootstrapMaxChars: 20_000,
    sandbox: { mode: 'off', sandboxed: false },
    systemPrompt: { chars: 13_400, projectContextChars: 600, nonProjectContextChars: 12_800 },
    skills: { promptChars: SKILLS_PROMPT.length, entries: [{ name: 'demo-weather', blockChars: 24 }] },
    tools: { listChars: 0, schemaChars: 529, entries: [{ name: 'read', summaryChars: 303, schemaChars: 226 }] },
  };
}

function damagedFields({ transcript }: NamedSession, damage: Damage | undefined): object {
  if (damage === 'transcript_path_null') return { sessionId: undefined, sessionFile: null };
  if (damage === 'entry_leads_out') return { sessionFile: `/srv/demo-elsewhere/copy-of-${transcript}` };
  return {};
}
