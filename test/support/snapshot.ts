import type { Discovery } from '../../src/discover/discover.ts';
import type { Finding } from '../../src/model/finding.ts';
import type { ReadableStore, UnreadableStore } from '../../src/model/reading.ts';
import type { ScanState } from '../../src/model/scan.ts';
import { knownModel, NOTHING_STORED, type Session, type StoredSession } from '../../src/model/session.ts';
import {
  type ReadableAgent,
  readableAgents,
  type SeriesLabels,
  type Snapshot,
  type SnapshotSession,
} from '../../src/model/snapshot.ts';
import type { FoundTranscript } from '../../src/model/transcript.ts';
import { agentSettings } from '../../src/openclaw/agent-settings.ts';
import { DEFAULT_CONFIG } from '../../src/openclaw/config/view.ts';
import { parseKey } from '../../src/openclaw/keys.ts';
import type { ExporterState } from '../../src/publish/metrics/exporter.ts';
import { NO_ROUTE as UNROUTED } from '../../src/routing/placement.ts';
import { NO_POLICY } from '../../src/settings/policy.ts';
import { SHIPPED_THRESHOLDS } from '../../src/thresholds.ts';

/** Of a key without a route. */
export const UNPLACED = {
  keyAgent: null,
  shared: false,
  placement: UNROUTED,
  canonicalKey: null,
};

export const NO_ROUTE = NOTHING_STORED.route;

/** A session that never ran, as a store tells of it. */
export function aStoredSession(changes: Partial<Omit<StoredSession, 'parsedKey'>> = {}): StoredSession {
  const { key = 'agent:main:main' } = changes;
  return {
    ...NOTHING_STORED,
    agent: 'main',
    era: 'file',
    key,
    parsedKey: parseKey(key),
    sessionId: 'a-session',
    transcript: { state: 'missing' },
    ...changes,
  };
}

/** The same with what is concluded from it. */
export function aSession(changes: Partial<Session> = {}): Session {
  const { parsedKey: _, ...stored } = aStoredSession();
  return {
    ...stored,
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
export function aTranscript(bytes: number, changes: Partial<FoundTranscript> = {}): FoundTranscript {
  const counts = { messages: 0, compactions: 0, badRecords: 0, oversizedRecords: 0 };
  return { state: 'there', path: null, bytes, writtenMs: 0, lastUsage: null, ...counts, ...changes };
}

/** A store of the file era that was read and holds nothing. */
export function aReading(changes: Partial<ReadableStore> = {}): ReadableStore {
  return {
    readable: true,
    agent: 'main',
    layout: 'file',
    schema: 0,
    version: null,
    problems: [],
    shared: false,
    sessions: [],
    archived: 0,
    lastWriteMs: null,
    transcriptPaths: [],
    database: null,
    unimported: 0,
    staleSinceMs: null,
    ...changes,
  };
}

export function corrupted(reason: string): Finding {
  return { finding: 'corrupted', reason, expectedAgent: null };
}

/** A session as published; its label is its key. `labels` null: it has no series. */
export function published(
  session: Partial<Session> = {},
  {
    labels = {},
    findings = [],
    ignored = [],
  }: {
    labels?: Partial<SeriesLabels> | null;
    findings?: readonly Finding[];
    ignored?: readonly Finding[];
  } = {},
): SnapshotSession {
  const whole = aSession(session);
  if (labels === null) return { session: whole, labels, findings, ignored };
  const { model, provider } = knownModel(whole);
  return {
    session: whole,
    labels: { session: whole.key, account: null, channel: null, model, provider, ...labels },
    findings,
    ignored,
  };
}

/** A healthy agent. */
export function anAgent(changes: Partial<ReadableAgent> = {}): ReadableAgent {
  const { shared: _shared, transcriptPaths: _paths, ...store } = aReading({ version: '2026.7.35' });
  return {
    ...store,
    files: { classes: [], locks: { held: 0, stale: 0 } },
    settings: agentSettings(DEFAULT_CONFIG, '2026.7.35', 'file'),
    sessions: [],
    ignored: {},
    ...changes,
  };
}

/** An agent of which nothing is known but that it is there. */
export function anUnreadableAgent(changes: Partial<UnreadableStore> = {}): UnreadableStore {
  const problems = ['index_unreadable'] as const;
  return { readable: false, agent: 'main', layout: 'file', schema: 0, version: '2026.7.35', problems, ...changes };
}

/** What was found of a state directory without agents. */
export function aDiscovery(changes: Partial<Discovery> = {}): Discovery {
  return {
    stateDir: '/state',
    unreadable: null,
    stateDirBelow: null,
    config: DEFAULT_CONFIG,
    configValid: true,
    configError: null,
    registryVersion: null,
    registryError: null,
    registryUnread: false,
    migrationRuns: null,
    agents: [],
    links: [],
    passedOver: [],
    unusedDatabases: [],
    sample: false,
    ...changes,
  };
}

/** Of a scan that never ran. */
export const NOT_YET: ScanState = { success: null, durationSeconds: null, lastSuccessMs: null, intervalSeconds: null };

/** An exporter that has not scanned yet. */
export function anExporterState(changes: Partial<ExporterState> = {}): ExporterState {
  return {
    scans: { quick: NOT_YET, deep: NOT_YET },
    stuck: false,
    scannerMemoryBytes: null,
    scannerCpuSeconds: 0,
    checks: [],
    policy: NO_POLICY,
    reload: null,
    version: '1.2.3',
    revision: '',
    ...changes,
  };
}

export function aSnapshot(changes: Partial<Snapshot> = {}): Snapshot {
  return {
    unreadable: null,
    stateDirBelow: null,
    configValid: true,
    configDropped: [],
    version: '2026.7.35',
    migrationRuns: null,
    sample: false,
    passedOver: [],
    unusedDatabases: [],
    agents: [],
    lookedFor: [],
    ...changes,
  };
}

/** The agent of this name; it must be there, and its store must have been read. */
export function readableAgent(snapshot: Snapshot, name: string): ReadableAgent {
  const agent = snapshot.agents.find((known) => known.agent === name);
  if (agent?.readable !== true) throw new Error(`agent ${name} is not there, or its store could not be read`);
  return agent;
}

/** The sessions of all agents. */
export function allSessions(snapshot: Snapshot): SnapshotSession[] {
  return readableAgents(snapshot).flatMap(({ sessions }) => sessions);
}
