import type { CheckOutcome } from '../../checks/run.ts';
import { readableAgents, type Snapshot } from '../../model/snapshot.ts';
import { foundTranscript } from '../../model/transcript.ts';
import { tokensSeverity } from '../../thresholds.ts';

/** The snapshot for a program: times in milliseconds since the epoch, null for what is not known. Labels, never keys. */
export function reportJson(snapshot: Snapshot, checks: readonly CheckOutcome[]): string {
  const report = {
    state_readable: snapshot.unreadable === null,
    state_problem: snapshot.unreadable,
    config_valid: snapshot.configValid,
    openclaw_version: snapshot.version,
    demo: snapshot.sample,
    agents: snapshot.agents.map((store) => ({
      agent: store.agent,
      layout: store.layout,
      schema: store.schema,
      readable: store.readable,
      problems: store.problems,
      ...(store.readable ? { sessions: store.sessions.length, archived: store.archived } : {}),
    })),
    sessions: readableAgents(snapshot).flatMap(({ agent, sessions }) =>
      sessions
        .filter(({ hasSeries }) => hasSeries)
        .map(({ session, label, account, channel, findings }) => ({
          agent,
          session: label,
          kind: session.kind,
          channel: channel === '' ? null : channel,
          account: account === '' ? null : account,
          model: session.model,
          tokens: session.tokens,
          tokens_source: session.tokensSource,
          tokens_severity: tokensSeverity(session),
          window: session.window,
          effective_window: session.effectiveWindow,
          transcript_bytes: foundTranscript(session)?.bytes ?? null,
          messages: foundTranscript(session)?.messages ?? null,
          compactions: foundTranscript(session)?.compactions ?? null,
          started_ms: session.startedMs,
          last_activity_ms: session.lastActivityMs,
          findings: findings.map(({ finding, reason, expectedAgent }) => ({
            finding,
            reason: reason === '' ? null : reason,
            expected_agent: expectedAgent === '' ? null : expectedAgent,
          })),
        })),
    ),
    checks: checks.map(({ check, success, error }) => ({ check, success, error })),
  };
  return `${JSON.stringify(report, null, 2)}\n`;
}
