import type { Finding, Session, StoredSession } from '../../src/model/session.ts';
import type { Snapshot, SnapshotAgent, SnapshotSession } from '../../src/model/snapshot.ts';
import { NO_FACTS, NO_USAGE } from '../../src/model/transcript.ts';
import { SHIPPED_THRESHOLDS } from '../../src/thresholds.ts';

/** Of a key without a route. */
export const UNPLACED = {
  keyAgent: null,
  shared: false,
  placement: { conversation: null, agent: null, undecided: false, alsoTo: [], topicOwn: 'no' as const },
  identity: null,
};

export const NO_ROUTE = { channel: null, addresses: [], threadId: null, space: null, record: null };

/** A session that never ran, as a store tells of it. */
export function aStoredSession(changes: Partial<StoredSession> = {}): StoredSession {
  return {
    agent: 'main',
    era: 'file',
    key: 'agent:main:main',
    broken: false,
    sessionId: 'a-session',
    idDiffers: false,
    windowMissing: false,
    chatType: null,
    account: null,
    route: NO_ROUTE,
    model: null,
    provider: null,
    totalTokens: null,
    inputTokens: null,
    outputTokens: null,
    totalTokensFresh: null,
    contextTokens: null,
    status: null,
    endedMs: null,
    startedMs: null,
    ranMs: null,
    lastStoredMs: null,
    lastActivityMs: null,
    pathNull: false,
    leadsOut: false,
    transcript: null,
    transcriptPath: null,
    twoTranscripts: false,
    twinMs: null,
    transcriptState: 'missing',
    ...changes,
  };
}

/** The same with what is concluded from it. */
export function aSession(changes: Partial<Session> = {}): Session {
  return {
    ...aStoredSession(),
    kind: 'main',
    channel: null,
    tokens: null,
    tokensSource: 'none',
    window: null,
    effectiveWindow: null,
    active: false,
    ...UNPLACED,
    thresholds: SHIPPED_THRESHOLDS[changes.kind ?? 'main'],
    ...changes,
  };
}

/** A transcript of so many bytes that was validated and is whole. */
export function aTranscript(bytes: number) {
  const header = { id: 'a-session', startedMs: 0 };
  const facts = { ...NO_FACTS, header, records: 1 };
  return {
    bytes,
    writtenMs: 0,
    usage: NO_USAGE,
    messages: 0,
    compactions: 0,
    badRecords: 0,
    oversizedRecords: 0,
    facts,
  };
}

export function corrupted(reason: string): Finding {
  return { finding: 'corrupted', reason, expectedAgent: '' };
}

/** A session as published; its label is its key. */
export function published(
  session: Partial<Session> = {},
  changes: Partial<Omit<SnapshotSession, 'session'>> = {},
): SnapshotSession {
  const whole = aSession(session);
  return { session: whole, label: whole.key, account: '', channel: '', findings: [], hasSeries: true, ...changes };
}

/** A healthy agent. */
export function anAgent(changes: Partial<SnapshotAgent> = {}): SnapshotAgent {
  return {
    agent: 'main',
    layout: 'file',
    schema: 0,
    version: '2026.7.35',
    readable: true,
    problems: [],
    archived: 0,
    lastWriteMs: null,
    database: null,
    unimported: 0,
    staleSinceMs: null,
    files: { classes: [], locks: { held: 0, stale: 0 } },
    settings: null,
    sessions: [],
    ignored: {},
    ...changes,
  };
}

/** An agent of which nothing is known but that it is there. */
export function anUnreadableAgent(changes: Partial<SnapshotAgent> = {}): SnapshotAgent {
  return anAgent({ readable: false, problems: ['index_unreadable'], ...changes });
}

export function aSnapshot(changes: Partial<Snapshot> = {}): Snapshot {
  return {
    unreadable: null,
    configValid: true,
    version: '2026.7.35',
    migrationRuns: null,
    sample: false,
    agents: [],
    lookedFor: [],
    ...changes,
  };
}
