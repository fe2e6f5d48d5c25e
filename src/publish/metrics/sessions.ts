import type { Session } from '../../model/session.ts';
import type { Snapshot, SnapshotSession } from '../../model/snapshot.ts';
import { SEVERITIES, type Severity, SHIPPED_THRESHOLDS, type Thresholds } from '../../thresholds.ts';
import { type Family, PREFIX, type Sample, toSeconds } from './family.ts';

/** Exactly these labels, so that two families divide without `on()`. */
const LABELS = ['agent', 'session', 'kind'] as const;

/** One series for each session that has series, where its figure is known. */
export const SESSION_FAMILIES: readonly Family<Snapshot>[] = [
  {
    name: `${PREFIX}session_info`,
    type: 'gauge',
    labels: [...LABELS, 'channel', 'account', 'model', 'provider'],
    help: "What does not change often: channel from the session's key, account (a digest unless --privacy.peers=plain), model and provider of the last run.",
    scan: 'quick',
    samples: perSession(({ session, channel, account }) => [
      { labels: { channel, account, model: session.model ?? '', provider: session.provider ?? '' }, value: 1 },
    ]),
  },
  figure(
    'session_tokens',
    'Tokens in the context after the last run: the stored total when it can be trusted, else the last usage in the transcript. From the last quick scan.',
    ({ tokens }) => tokens,
  ),
  figure(
    'session_window_tokens',
    "The smallest known limit of the context: the model's window, the stored limit, the configured one. From the last quick scan.",
    ({ window }) => window,
  ),
  figure(
    'session_effective_window_tokens',
    'The window without the compaction reserve: above it a compaction is due. From the last quick scan.',
    ({ effectiveWindow }) => effectiveWindow,
  ),
  figure(
    'session_transcript_bytes',
    'Size of the transcript: of its file, or the logical bytes of its events in SQLite. From the last quick scan.',
    ({ transcript }) => transcript?.bytes ?? null,
  ),
  figure(
    'session_messages',
    'Records of type message in the current transcript, of any role. In SQLite by their recorded type, from the quick scan; else from the deep scan, and from quick scans as the file grows.',
    ({ transcript }) => transcript?.messages ?? null,
    'deep',
  ),
  figure(
    'session_compactions',
    'Records of type compaction in the current transcript. In SQLite by their recorded type, from the quick scan; else from the deep scan, and from quick scans as the file grows.',
    ({ transcript }) => transcript?.compactions ?? null,
    'deep',
  ),
  figure(
    'session_started_timestamp_seconds',
    "When the session started, as stored with it, else when its row was created (SQLite) or from the transcript's header (old versions; from the deep scan).",
    ({ startedMs }) => (startedMs === null ? null : toSeconds(startedMs)),
  ),
  figure(
    'session_last_activity_timestamp_seconds',
    'The last interaction or run, else the last change of the stored entry. From the last quick scan.',
    ({ lastActivityMs }) => (lastActivityMs === null ? null : toSeconds(lastActivityMs)),
  ),
  {
    name: `${PREFIX}session_finding`,
    type: 'gauge',
    labels: [...LABELS, 'finding', 'reason', 'expected_agent'],
    help: 'Something is wrong with the session; one series for each finding. From the last scan.',
    scan: 'quick',
    samples: perSession(({ findings }) =>
      findings.map(({ finding, reason, expectedAgent }) => ({
        labels: { finding, reason, expected_agent: expectedAgent },
        value: 1,
      })),
    ),
  },
  ownThreshold(
    'session_threshold_tokens',
    'Tokens above which this session is reported, where the config file gives it another threshold than the shipped one.',
    ({ tokens }) => tokens,
  ),
  ownThreshold(
    'session_threshold_transcript_bytes',
    'Bytes above which the transcript of this session is reported, where the config file gives it another threshold than the shipped one.',
    ({ transcriptBytes }) => transcriptBytes,
  ),
];

/** Only where it differs: an alert rule compares with the shipped number unless this series is there. */
function ownThreshold(
  name: string,
  help: string,
  of: (thresholds: Thresholds) => Readonly<Partial<Record<Severity, number>>>,
): Family<Snapshot> {
  return {
    name: PREFIX + name,
    type: 'gauge',
    labels: [...LABELS, 'severity'],
    help,
    scan: 'quick',
    samples: perSession(({ session }) => {
      const shipped = of(SHIPPED_THRESHOLDS[session.kind]);
      const own = of(session.thresholds);
      return SEVERITIES.flatMap((severity) => {
        const value = own[severity];
        return value === undefined || value === shipped[severity] ? [] : [{ labels: { severity }, value }];
      });
    }),
  };
}

function figure(
  name: string,
  help: string,
  value: (session: Session) => number | null,
  scan: 'quick' | 'deep' = 'quick',
): Family<Snapshot> {
  return {
    name: PREFIX + name,
    type: 'gauge',
    labels: LABELS,
    help,
    scan,
    samples: perSession(({ session }) => {
      const known = value(session);
      return known === null ? [] : [{ labels: {}, value: known }];
    }),
  };
}

function perSession(samplesOf: (session: SnapshotSession) => readonly Sample[]) {
  return function* samples({ agents }: Snapshot): Generator<Sample> {
    for (const { agent, sessions } of agents) {
      for (const session of sessions) {
        if (!session.hasSeries) continue;
        const identity = { agent, session: session.label, kind: session.session.kind };
        for (const { labels, value } of samplesOf(session)) yield { labels: { ...identity, ...labels }, value };
      }
    }
  };
}
