import type { CheckOutcome } from '../../checks/run.ts';
import { readableAgents, type SeriesLabels, type Snapshot, type SnapshotSession } from '../../model/snapshot.ts';
import { foundTranscript } from '../../model/transcript.ts';
import { tokensSeverity } from '../../thresholds.ts';
import type { Verdict } from '../verdicts.ts';

/** The snapshot for a program: times in milliseconds since the epoch, null for what is not known. Labels, never keys. */
export function reportJson(snapshot: Snapshot, checks: readonly CheckOutcome[], verdicts: readonly Verdict[]): string {
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
    sessions: readableAgents(snapshot)
      .flatMap(({ sessions }) => sessions)
      .flatMap((session) => (session.labels === null ? [] : [sessionReport(session, session.labels)])),
    alerts: verdicts,
    checks: checks.map(({ check, success, error }) => ({ check, success, error })),
  };
  return `${JSON.stringify(report, null, 2)}\n`;
}

function sessionReport({ session, findings }: SnapshotSession, labels: SeriesLabels) {
  const transcript = foundTranscript(session);
  return {
    agent: session.agent,
    session: labels.session,
    kind: session.kind,
    channel: labels.channel,
    account: labels.account,
    model: labels.model,
    tokens: session.tokens,
    tokens_source: session.tokensSource,
    tokens_severity: tokensSeverity(session),
    window: session.window,
    effective_window: session.effectiveWindow,
    transcript_bytes: transcript?.bytes ?? null,
    messages: transcript?.messages ?? null,
    compactions: transcript?.compactions ?? null,
    started_ms: session.startedMs,
    last_activity_ms: session.lastActivityMs,
    findings: findings.map(({ finding, reason, expectedAgent }) => ({
      finding,
      reason,
      expected_agent: expectedAgent,
    })),
  };
}
