import type { Check, CheckInput } from '../../src/checks/check.ts';
import { prepareClassify } from '../../src/classify.ts';
import type { Session, StoredRoute, StoredSession } from '../../src/model/session.ts';
import { configView } from '../../src/openclaw/config/view.ts';
import { SHIPPED_THRESHOLDS } from '../../src/thresholds.ts';
import { aStoredSession, NO_ROUTE } from './snapshot.ts';

export const NOW = Date.UTC(2026, 10, 24);

/** A session of a test: an agent, a key, and what differs from a session that never ran. */
export interface Routed extends Partial<Omit<StoredSession, 'route' | 'parsedKey'>> {
  readonly agent: string;
  readonly key: string;
  readonly route?: Partial<StoredRoute>;
  /** It lies in a store that agents share. */
  readonly shared?: boolean;
}

/** The sessions as a scan would classify them under this config, each by the account `default` where it says none. */
export function classified(config: object, version: string | null, sessions: readonly Routed[]): Session[] {
  const classify = prepareClassify({
    config: configView(config),
    version: null,
    now: NOW,
    thresholdsOf: ({ kind }) => SHIPPED_THRESHOLDS[kind],
  });
  return sessions.map(({ route, shared = false, ...changes }) => {
    const stored = aStoredSession({ account: 'default', ...changes, route: { ...NO_ROUTE, ...route } });
    return classify(stored, { version, shared });
  });
}

/** What a check finds, as `<agent> <key>: <reason> <expected agent>`. */
export function found(check: Check, sessions: readonly Session[], input: Partial<CheckInput> = {}): string[] {
  return [...check.run({ sessions, listedAgents: [], now: NOW, ...input })].map(({ session, finding }) =>
    [`${session.agent} ${session.key}:`, finding.reason, finding.expectedAgent].join(' ').trim(),
  );
}
