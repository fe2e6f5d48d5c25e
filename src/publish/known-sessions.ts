import { asOf, prepareClassify } from '../classify.ts';
import type { Finding } from '../model/finding.ts';
import type { ReadableStore } from '../model/reading.ts';
import { knownModel, type Session, type StoredSession } from '../model/session.ts';
import type { SnapshotSession } from '../model/snapshot.ts';
import type { OpenClawConfig } from '../openclaw/config/view.ts';
import {
  agentLabel,
  channelLabel,
  type LabelContext,
  modelLabel,
  privateLabel,
  type SessionLabels,
} from '../openclaw/labels.ts';
import type { AppliedPolicy } from '../settings/policy.ts';
import { unchanged } from '../unchanged.ts';

/** What sessions are judged and named by. While it is the same object, an unchanged session stays what it was. */
export interface Terms {
  readonly config: OpenClawConfig;
  /** OpenClaw's version by its shared database; null: it does not say. */
  readonly registryVersion: string | null;
  readonly labels: LabelContext;
  readonly sessionLabels: SessionLabels;
  readonly policy: AppliedPolicy;
}

interface Classified extends Pick<ReadableStore, 'version' | 'shared'> {
  readonly session: Session;
}

/**
 * Sessions as they were classified and published under the same terms. An unchanged one stays the same object, so that whoever
 * uses it sees that nothing changed.
 */
export class KnownSessions {
  readonly terms: Terms;
  /** How many were classified so far. */
  classified = 0;

  private readonly classify: ReturnType<typeof prepareClassify>;
  private readonly byStored = new WeakMap<StoredSession, Classified>();
  private readonly bySession = new WeakMap<Session, SnapshotSession>();

  constructor(terms: Terms) {
    const { config, registryVersion: version, policy } = terms;
    this.terms = terms;
    this.classify = prepareClassify({ config, version, thresholdsOf: policy.thresholdsOf });
  }

  /** A stored session as it is at this time, in milliseconds since the epoch. */
  session(stored: StoredSession, { version, shared }: Pick<ReadableStore, 'version' | 'shared'>, now: number): Session {
    const known = this.byStored.get(stored);
    const isSame = known !== undefined && known.version === version && known.shared === shared;
    if (!isSame) this.classified += 1;
    const session = isSame ? asOf(known.session, now) : this.classify(stored, { version, shared }, now);
    if (session !== known?.session) this.byStored.set(stored, { version, shared, session });
    return session;
  }

  /** `label`: of its series; null: it has none. */
  published(session: Session, findings: readonly Finding[], label: string | null): SnapshotSession {
    const known = this.bySession.get(session);
    const isHealthy = findings.length === 0 && known?.findings.length === 0;
    // Most are, and their labels follow from what they are.
    if (isHealthy && (known.labels?.session ?? null) === label) return known;
    const published = unchanged(known, publish(session, findings, label, this.terms.labels));
    this.bySession.set(session, published);
    return published;
  }
}

function publish(
  session: Session,
  findings: readonly Finding[],
  label: string | null,
  labels: LabelContext,
): SnapshotSession {
  const named = findings.map((finding) => ({
    ...finding,
    expectedAgent: orNull(finding.expectedAgent, (agent) => agentLabel(agent, labels)),
  }));
  if (label === null) return { session, labels: null, findings: named };
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
