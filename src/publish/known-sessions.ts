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

interface ClassifiedSession extends Pick<ReadableStore, 'version' | 'shared'> {
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
  private readonly byStored = new WeakMap<StoredSession, ClassifiedSession>();
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

  published(session: Session, judgement: Judgement): SnapshotSession {
    const { findings, ignored, label } = judgement;
    const known = this.bySession.get(session);
    // Most are healthy, and their labels follow from what they are.
    const isHealthy = findings.length === 0 && ignored.length === 0;
    const wasHealthy = known?.findings.length === 0 && known.ignored.length === 0;
    if (isHealthy && wasHealthy && (known.labels?.session ?? null) === label) return known;
    const published = unchanged(known, publish(session, judgement, this.terms.labels));
    this.bySession.set(session, published);
    return published;
  }
}

/** What the checks found of a session, and how it is called. */
interface Judgement {
  readonly findings: readonly Finding[];
  readonly ignored: readonly Finding[];
  /** Of its series; null: it has none. */
  readonly label: string | null;
}

function publish(session: Session, { findings, ignored, label }: Judgement, labels: LabelContext): SnapshotSession {
  const named = (all: readonly Finding[]) =>
    all.map((finding) => ({
      ...finding,
      expectedAgent: orNull(finding.expectedAgent, (agent) => agentLabel(agent, labels)),
    }));
  const found = { session, findings: named(findings), ignored: named(ignored) };
  if (label === null) return { ...found, labels: null };
  const { model, provider } = knownModel(session);
  return {
    ...found,
    labels: {
      session: label,
      account: orNull(session.account, (account) => privateLabel(account, labels.salt)),
      channel: channelLabel(session.channel, labels),
      model: orNull(model, (name) => modelLabel(name, labels)),
      provider: orNull(provider, (name) => modelLabel(name, labels)),
    },
  };
}

function orNull(value: string | null, label: (value: string) => string): string | null {
  return value === null ? null : label(value);
}
