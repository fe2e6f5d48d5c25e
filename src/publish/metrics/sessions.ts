import type { Snapshot } from '../../model/snapshot.ts';
import { foundTranscript } from '../../model/transcript.ts';
import { SEVERITIES, type Severity, SHIPPED_THRESHOLDS, type Thresholds } from '../../thresholds.ts';
import { perSession, perSessionAnd } from './builders.ts';
import { type Family, single, toSeconds } from './family.ts';

/** One series or more for each session that has series. */
export const SESSION_FAMILIES: readonly Family<Snapshot>[] = [
  perSessionAnd(
    'session_info',
    'Labels of a session that seldom change, always 1: channel (from its key), account (a digest unless --privacy.peers=plain), model and provider of the last run, before the first run those that were chosen (a digest when it looks like a path or an address).',
    ['channel', 'account', 'model', 'provider'],
    (_, { channel, account, model, provider }) =>
      single(1, { channel: channel ?? '', account: account ?? '', model: model ?? '', provider: provider ?? '' }),
  ),
  perSession(
    'session_tokens',
    'Tokens in the context after the last run: the stored total when it can be trusted, else the last usage in the transcript. No series when neither is known.',
    ({ tokens }) => tokens,
  ),
  perSession(
    'session_window_tokens',
    'The limit of the context for the next run, in tokens: that of the model that /model chose, else of the model of the last run, else of the configured model. It is the smallest one that is known of the configured window, the limit that the last run stored, and agents.defaults.contextTokens. Not every version uses all three: see docs/metrics.md.',
    ({ window }) => window,
  ),
  perSession(
    'session_effective_window_tokens',
    'The window minus the compaction reserve, which is smaller in small windows. Above it a compaction is due. No series when the reserve leaves nothing.',
    ({ effectiveWindow }) => effectiveWindow,
  ),
  perSession(
    'session_transcript_bytes',
    'Size of the transcript: of its file, or in SQLite the bytes that its events have as JSON.',
    (session) => foundTranscript(session)?.bytes ?? null,
  ),
  perSession(
    'session_messages',
    'Records of type message in the current transcript, of any role.',
    (session) => foundTranscript(session)?.messages ?? null,
    'deep',
  ),
  perSession(
    'session_compactions',
    'Records of type compaction in the current transcript.',
    (session) => foundTranscript(session)?.compactions ?? null,
    'deep',
  ),
  perSession(
    'session_started_timestamp_seconds',
    'When the session started, as it is stored with it. Else when its row was created (SQLite), or the time in the header of its transcript, which a deep scan reads (files of old versions).',
    ({ startedMs }) => toSeconds(startedMs),
  ),
  perSession(
    'session_last_activity_timestamp_seconds',
    'When the last interaction or run was. Without either: when the stored entry changed last.',
    ({ lastActivityMs }) => toSeconds(lastActivityMs),
  ),
  perSessionAnd(
    'session_finding',
    'One series for each finding of the session, always 1. expected_agent is the agent where the session belongs; it is empty when the finding is not about that, or when no such agent is known.',
    ['finding', 'reason', 'expected_agent'],
    ({ findings }) =>
      findings.flatMap(({ finding, reason, expectedAgent }) =>
        single(1, { finding, reason: reason ?? '', expected_agent: expectedAgent ?? '' }),
      ),
  ),
  ownThreshold(
    'session_threshold_tokens',
    'Tokens above which this session is reported. No series when that is the shipped number of its kind.',
    ({ tokens }) => tokens,
  ),
  ownThreshold(
    'session_threshold_transcript_bytes',
    'Bytes above which the transcript of this session is reported. No series when that is the shipped number of its kind.',
    ({ transcriptBytes }) => transcriptBytes,
  ),
];

/** Only where it differs: an alert rule compares with the shipped number unless this series is there. */
function ownThreshold(
  name: string,
  help: string,
  of: (thresholds: Thresholds) => Readonly<Partial<Record<Severity, number>>>,
): Family<Snapshot> {
  return perSessionAnd(name, help, ['severity'], ({ session }) => {
    const shipped = of(SHIPPED_THRESHOLDS[session.kind]);
    const own = of(session.thresholds);
    return SEVERITIES.flatMap((severity) => {
      const value = own[severity];
      return value === undefined || value === shipped[severity] ? [] : single(value, { severity });
    });
  });
}
