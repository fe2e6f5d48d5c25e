import type { CheckOutcome } from '../../checks/run.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import { tokensSeverity } from '../../thresholds.ts';

/** The snapshot for a program: times in milliseconds since the epoch, null for what is not known. Labels, never keys. */
export function reportJson(snapshot: Snapshot, checks: readonly CheckOutcome[]): string {
  const report = {
    state_readable: snapshot.unreadable === null,
    state_problem: snapshot.unreadable,
    config_valid: snapshot.configValid,
    openclaw_version: snapshot.version === '' ? null : snapshot.version,
    demo: snapshot.sample,
    agents: snapshot.agents.map(({ agent, layout, schema, readable, problems, archived, sessions }) => ({
      agent,
      layout,
      schema,
      readable,
      problems,
      ...(readable ? { sessions: sessions.length, archived } : {}),
    })),
    sessions: snapshot.agents.flatMap(({ agent, sessions }) =>
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
          transcript_bytes: session.transcript?.bytes ?? null,
          messages: session.transcript?.messages ?? null,
          compactions: session.transcript?.compactions ?? null,
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
