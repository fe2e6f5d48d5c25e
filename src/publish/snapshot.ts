import { CHECKS } from '../checks/all.ts';
import type { Check } from '../checks/check.ts';
import { type CheckOutcome, type CheckResults, runChecks } from '../checks/run.ts';
import { inactiveFromMs } from '../classify.ts';
import type { Discovery } from '../discover/discover.ts';
import type { AgentFiles } from '../model/files.ts';
import type { Finding } from '../model/finding.ts';
import { eraOf } from '../model/layout.ts';
import type { ReadableStore, StoreReading, UnreadableStore } from '../model/reading.ts';
import type { Session } from '../model/session.ts';
import type { LookedFor, ReadableAgent, Snapshot, SnapshotAgent, SnapshotSession } from '../model/snapshot.ts';
import { isReservedAgent } from '../openclaw/agent-id.ts';
import { agentSettings } from '../openclaw/agent-settings.ts';
import { privateLabel, type SessionLabels, versionLabel } from '../openclaw/labels.ts';
import { listingRank } from '../thresholds.ts';
import { unchanged } from '../unchanged.ts';
import { KnownSessions, type Terms } from './known-sessions.ts';

export interface SnapshotInput {
  readonly discovery: Discovery;
  readonly readings: readonly StoreReading[];
  /** By agent. */
  readonly files: ReadonlyMap<string, AgentFiles>;
  readonly terms: Terms;
  readonly sessionLimit: number;
  readonly disabledChecks: readonly string[];
  /** Whether a deep scan has ended: before, a reason that only it finds has no count. */
  readonly deepScanned: boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export interface Taken {
  readonly snapshot: Snapshot;
  readonly checks: readonly CheckOutcome[];
}

const NONE: readonly Finding[] = [];

/** Sessions between two pauses. */
const SLICE = 2000;

/** A store whose sessions are classified. */
type ClassifiedStore = (Omit<ReadableStore, 'sessions'> & { readonly sessions: readonly Session[] }) | UnreadableStore;

/**
 * From what was read to what is published: classify, check, and choose the sessions that get series. What did not change since
 * the snapshot before stays the same object, the snapshot too, and is not worked out again.
 */
export class Snapshots {
  /** Work that was done so far. */
  readonly counts = { classified: 0, taken: 0 };

  private known: KnownSessions | null = null;
  /** `untilMs`: from then on time alone makes it another one. */
  private last: (Taken & { readonly input: SnapshotInput; readonly untilMs: number }) | null = null;

  private knownBy(terms: Terms): KnownSessions {
    this.known = this.known?.terms === terms ? this.known : new KnownSessions(terms);
    return this.known;
  }

  /** In slices: where it stops, the caller can pause. Of very many sessions each part takes a second. */
  *take(input: SnapshotInput): Generator<undefined, Taken> {
    const { last } = this;
    if (last !== null && isSameInput(last.input, input) && last.input.now <= input.now && input.now < last.untilMs)
      return last;
    this.counts.taken += 1;
    const { terms, now } = input;
    const known = this.knownBy(terms);
    const classified: ClassifiedStore[] = [];
    for (const store of input.readings)
      classified.push(store.readable ? yield* this.classify(store, known, now) : store);
    const sessions = classified.flatMap((store) => (store.readable ? store.sessions : []));
    const enabled = CHECKS.filter(({ name }) => !input.disabledChecks.includes(name));
    const checked = { sessions, listedAgents: listedAgentsOf(input), now };
    const { findings, ignored, outcomes, failedIn } = yield* runChecks(enabled, checked, terms.policy.isIgnored);
    const labelOf = chooseWithSeries(sessions, findings, input.sessionLimit, terms.sessionLabels);
    terms.sessionLabels.forget(sessions.length);
    const publish = (session: Session) =>
      known.published(session, {
        findings: findings.get(session) ?? NONE,
        ignored: ignored.get(session) ?? NONE,
        label: labelOf.get(session) ?? null,
      });
    const agents: SnapshotAgent[] = [];
    for (const [at, store] of classified.entries()) {
      agents.push(unchanged(last?.snapshot.agents[at], snapshotAgent(store, input, publish)));
      yield;
    }
    const snapshot = unchanged(
      last?.snapshot,
      snapshotOf(input, agents, lookedFor(outcomes, failedIn, input.deepScanned)),
    );
    this.last = { snapshot, checks: outcomes, input, untilMs: nextChangeMs(sessions, enabled, now) };
    return this.last;
  }

  private *classify(store: ReadableStore, known: KnownSessions, now: number): Generator<undefined, ClassifiedStore> {
    const before = known.classified;
    const sessions: Session[] = [];
    for (const stored of store.sessions) {
      sessions.push(known.session(stored, store, now));
      if (sessions.length % SLICE === 0) yield;
    }
    this.counts.classified += known.classified - before;
    return { ...store, sessions };
  }
}

/** By identity: whoever read the parts gives the same objects where nothing changed. */
function isSameInput(one: SnapshotInput, other: SnapshotInput): boolean {
  return (
    one.discovery === other.discovery &&
    one.terms === other.terms &&
    one.sessionLimit === other.sessionLimit &&
    one.disabledChecks === other.disabledChecks &&
    one.deepScanned === other.deepScanned &&
    one.readings.length === other.readings.length &&
    one.readings.every((reading, at) => reading === other.readings[at]) &&
    one.files.size === other.files.size &&
    [...one.files].every(([agent, files]) => files === other.files.get(agent))
  );
}

/** The first time after `now` at which time alone changes a figure of a session. */
function nextChangeMs(sessions: readonly Session[], checks: readonly Check[], now: number): number {
  const changes = [inactiveFromMs, ...checks.flatMap(({ changesAtMs }) => changesAtMs ?? [])];
  let next = Number.POSITIVE_INFINITY;
  for (const session of sessions) {
    for (const change of changes) {
      const at = change(session);
      if (at !== null && at > now && at < next) next = at;
    }
  }
  return next;
}

function listedAgentsOf({ discovery, readings }: SnapshotInput): string[] {
  const { config, registryVersion } = discovery;
  if (!config.listsAgents) return [];
  const reserved = readings.filter((store) =>
    isReservedAgent(store.agent, store.version ?? config.version ?? registryVersion),
  );
  return [...config.agents.map(({ id }) => id), ...config.acpAgents, ...reserved.map(({ agent }) => agent)];
}

function snapshotAgent(
  store: ClassifiedStore,
  { discovery: { config, registryVersion }, terms: { labels }, files }: SnapshotInput,
  publish: (session: Session) => SnapshotSession,
): SnapshotAgent {
  const ownVersion = store.version ?? config.version ?? registryVersion;
  const named = { ...store, version: ownVersion === null ? null : versionLabel(ownVersion, labels) };
  if (!named.readable) return named;
  const { shared: _shared, transcriptPaths: _paths, sessions, ...figures } = named;
  return {
    ...figures,
    files: files.get(store.agent) ?? null,
    settings: agentSettings(config, ownVersion, eraOf(store.layout)),
    ...publishedOf(sessions.map(publish)),
  };
}

function publishedOf(sessions: readonly SnapshotSession[]): Pick<ReadableAgent, 'sessions' | 'ignored'> {
  const ignored: Partial<Record<Finding['finding'], number>> = {};
  for (const { finding } of sessions.flatMap((each) => each.ignored)) ignored[finding] = (ignored[finding] ?? 0) + 1;
  return { sessions, ignored };
}

function snapshotOf(
  { discovery, terms: { labels } }: SnapshotInput,
  agents: readonly SnapshotAgent[],
  looked: readonly LookedFor[],
): Snapshot {
  const { config } = discovery;
  const version = config.version ?? discovery.registryVersion;
  return {
    unreadable: discovery.unreadable,
    stateDirBelow: discovery.stateDirBelow,
    configValid: discovery.configValid,
    configDropped: discovery.configError === null ? config.dropped : [],
    version: version === null ? null : versionLabel(version, labels),
    migrationRuns: discovery.migrationRuns,
    sample: discovery.sample,
    passedOver: discovery.passedOver,
    unusedDatabases: discovery.unusedDatabases.map((database) => ({
      ...database,
      agent: database.isKnownAgent ? database.agent : privateLabel(database.agent, labels.salt),
    })),
    agents,
    lookedFor: looked,
  };
}

/** The reasons that were looked for: their check ran to its end, in some agents at least, and the scan that finds them has ended. */
function lookedFor(
  outcomes: readonly CheckOutcome[],
  failedIn: CheckResults['failedIn'],
  deepScanned: boolean,
): LookedFor[] {
  return outcomes.flatMap(({ check, success }) => {
    const exceptIn = failedIn.get(check) ?? [];
    if (!success && exceptIn.length === 0) return [];
    return CHECKS.filter(({ name }) => name === check).flatMap(({ finding, reasons, eras }) =>
      (['file', 'sqlite'] as const)
        .filter((era) => eras[era] === 'quick' || (eras[era] === 'deep' && deepScanned))
        .flatMap((era) => reasons.map((reason) => ({ finding, reason, era, exceptIn }))),
    );
  });
}

/**
 * The sessions with series of their own, each with its label: first those over a critical threshold or at their window, then those
 * with findings, then those over a warning threshold, then the last active ones. Of two sessions that would have equal labels the
 * first in this order gets them.
 */
function chooseWithSeries(
  sessions: readonly Session[],
  findings: ReadonlyMap<Session, readonly Finding[]>,
  limit: number,
  labels: SessionLabels,
): ReadonlyMap<Session, string> {
  const ranked = sessions
    .map((session) => ({ session, rank: listingRank(session, findings.has(session)) }))
    .sort((a, b) => a.rank - b.rank || activity(b.session) - activity(a.session));
  const labelOf = new Map<Session, string>();
  const taken = new Set<string>();
  for (const { session } of ranked) {
    if (labelOf.size >= limit) break;
    const label = labels.of(session.key);
    const series = JSON.stringify([session.agent, label, session.kind]);
    if (taken.has(series)) continue;
    taken.add(series);
    labelOf.set(session, label);
  }
  return labelOf;
}

function activity({ lastActivityMs }: Session): number {
  return lastActivityMs ?? 0;
}
