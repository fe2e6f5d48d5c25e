import { CHECKS } from '../checks/all.ts';
import { type CheckOutcome, runChecks } from '../checks/run.ts';
import { prepareClassify } from '../classify.ts';
import type { Discovery } from '../discover/discover.ts';
import type { AgentFiles } from '../model/files.ts';
import type { Finding } from '../model/finding.ts';
import { eraOf } from '../model/layout.ts';
import type { StoreReading } from '../model/reading.ts';
import { knownModel, type Session } from '../model/session.ts';
import type { LookedFor, Snapshot, SnapshotAgent, SnapshotSession } from '../model/snapshot.ts';
import { isReservedAgent } from '../openclaw/agent-id.ts';
import { agentSettings } from '../openclaw/agent-settings.ts';
import {
  agentLabel,
  channelLabel,
  type LabelContext,
  modelLabel,
  privateLabel,
  sessionLabel,
  versionLabel,
} from '../openclaw/labels.ts';
import { applyPolicy, type Policy } from '../settings/policy.ts';
import { listingRank } from '../thresholds.ts';

export interface SnapshotInput {
  readonly discovery: Discovery;
  readonly readings: readonly StoreReading[];
  /** By agent. */
  readonly files: ReadonlyMap<string, AgentFiles>;
  readonly labels: LabelContext;
  readonly sessionLimit: number;
  readonly disabledChecks: readonly string[];
  readonly policy: Policy;
  /** Whether a deep scan has ended: before, a reason that only it finds has no count. */
  readonly deepScanned: boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** From what was read to what is published: classify, check, and choose the sessions that get series. */
export function takeSnapshot(input: SnapshotInput): { snapshot: Snapshot; checks: readonly CheckOutcome[] } {
  const { discovery, readings, now } = input;
  const policy = applyPolicy(input.policy, (key) => sessionLabel(key, input.labels));
  const { config } = discovery;
  const classify = prepareClassify({
    config,
    version: discovery.registryVersion,
    now,
    thresholdsOf: policy.thresholdsOf,
  });
  const classified = readings.map((reading) => {
    if (!reading.readable) return reading;
    return { ...reading, sessions: reading.sessions.map((session) => classify(session, reading)) };
  });
  const all = classified.flatMap((store) => (store.readable ? store.sessions : []));
  const enabled = CHECKS.filter(({ name }) => !input.disabledChecks.includes(name));
  const version = config.version ?? discovery.registryVersion;
  const reserved = readings.map((store) =>
    isReservedAgent(store.agent, store.version ?? version) ? [store.agent] : [],
  );
  const listed = [...config.agents.map(({ id }) => id), ...config.acpAgents];
  const listedAgents = config.listsAgents ? [...listed, ...reserved.flat()] : [];
  const checked = { sessions: all, listedAgents, now };
  const { findings, ignored, outcomes } = runChecks(enabled, checked, policy.isIgnored);
  const labelOf = chooseWithSeries(all, findings, input.sessionLimit, input.labels);

  const agents = classified.map((store): SnapshotAgent => {
    const ownVersion = store.version ?? version;
    const named = { ...store, version: orNull(ownVersion, (text) => versionLabel(text, input.labels)) };
    if (!named.readable) return named;
    const { shared: _shared, transcriptPaths: _paths, sessions, ...figures } = named;
    return {
      ...figures,
      files: input.files.get(store.agent) ?? null,
      settings: agentSettings(config, ownVersion, eraOf(store.layout)),
      sessions: sessions.map((session) => published(session, findings.get(session) ?? [], labelOf, input.labels)),
      ignored: ignored.get(store.agent) ?? {},
    };
  });
  const snapshot: Snapshot = {
    unreadable: discovery.unreadable,
    configValid: discovery.configValid,
    configDropped: discovery.configError === null ? config.dropped : [],
    version: orNull(version, (text) => versionLabel(text, input.labels)),
    migrationRuns: discovery.migrationRuns,
    sample: discovery.sample,
    passedOver: discovery.passedOver,
    unusedDatabases: discovery.unusedDatabases,
    agents,
    lookedFor: lookedFor(outcomes, input.deepScanned),
  };
  return { snapshot, checks: outcomes };
}

/** The reasons that were looked for: their check ran to its end, and the scan that finds them has ended. */
function lookedFor(outcomes: readonly CheckOutcome[], deepScanned: boolean): LookedFor[] {
  const succeeded = new Set(outcomes.filter(({ success }) => success).map(({ check }) => check));
  return CHECKS.filter(({ name }) => succeeded.has(name)).flatMap(({ finding, reasons, eras }) =>
    (['file', 'sqlite'] as const)
      .filter((era) => eras[era] === 'quick' || (eras[era] === 'deep' && deepScanned))
      .flatMap((era) => reasons.map((reason) => ({ finding, reason, era }))),
  );
}

/**
 * The sessions with series of their own, by label: first those over a critical threshold or at their window, then
 * those with findings, then those over a warning threshold, then the last active ones. Of two sessions that would have equal labels the first in this order gets them.
 */
function chooseWithSeries(
  sessions: readonly Session[],
  findings: ReadonlyMap<Session, readonly Finding[]>,
  limit: number,
  labels: LabelContext,
): ReadonlyMap<Session, string> {
  const ranked = sessions
    .map((session) => ({ session, rank: listingRank(session, findings.has(session)) }))
    .sort((a, b) => a.rank - b.rank || activity(b.session) - activity(a.session));
  const labelOf = new Map<Session, string>();
  const taken = new Set<string>();
  for (const { session } of ranked) {
    if (labelOf.size >= limit) break;
    const label = sessionLabel(session.key, labels);
    const series = JSON.stringify([session.agent, label, session.kind]);
    if (taken.has(series)) continue;
    taken.add(series);
    labelOf.set(session, label);
  }
  return labelOf;
}

function published(
  session: Session,
  findings: readonly Finding[],
  labelOf: ReadonlyMap<Session, string>,
  labels: LabelContext,
): SnapshotSession {
  const named = findings.map((finding) => ({
    ...finding,
    expectedAgent: orNull(finding.expectedAgent, (agent) => agentLabel(agent, labels)),
  }));
  const label = labelOf.get(session);
  if (label === undefined) return { session, labels: null, findings: named };
  const { model, provider } = knownModel(session);
  return {
    session,
    labels: {
      session: label,
      account: orNull(session.account, (account) => privateLabel(account, labels.salt)),
      channel: channelLabel(session.channel, labels),
      model: orNull(model, (name) => modelLabel(name, labels)),
      provider: orNull(provider, (name) => modelLabel(name, labels)),
    },
    findings: named,
  };
}

function orNull(value: string | null, label: (value: string) => string): string | null {
  return value === null ? null : label(value);
}

function activity({ lastActivityMs }: Session): number {
  return lastActivityMs ?? 0;
}
