import type { Check, CheckInput } from '../../src/checks/check.ts';
import { prepareClassify } from '../../src/classify.ts';
import type { Session, StoredRoute, StoredSession } from '../../src/model/session.ts';
import { configView } from '../../src/openclaw/config/view.ts';
import type { ScanResult } from '../../src/scan/scanner.ts';
import { SHIPPED_THRESHOLDS } from '../../src/thresholds.ts';
import { testScanner } from './scan.ts';
import { NOW } from './sessions.ts';
import { allSessions, aStoredSession, NO_ROUTE } from './snapshot.ts';
import { createState } from './state.ts';

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
    thresholdsOf: ({ kind }) => SHIPPED_THRESHOLDS[kind],
  });
  return sessions.map(({ route, shared = false, ...changes }) => {
    const stored = aStoredSession({ account: 'default', ...changes, route: { ...NO_ROUTE, ...route } });
    return classify(stored, { version, shared }, NOW);
  });
}

/** What a check finds, as `<agent> <key>: <reason> <expected agent>`. */
export function found(check: Check, sessions: readonly Session[], input: Partial<CheckInput> = {}): string[] {
  return [...check.run({ sessions, listedAgents: [], now: NOW, ...input })].map(({ session, finding }) =>
    [`${session.agent} ${session.key}:`, finding.reason, finding.expectedAgent].join(' ').trim(),
  );
}

/** A state directory with this config and agents in files: their sessions by key, and what differs in their entries. */
export function stateOf(
  config: object | string,
  indexes: Readonly<Record<string, Readonly<Record<string, object>>>>,
): string {
  const agents = Object.fromEntries(Object.entries(indexes).map(([agent, index]) => [agent, { index }]));
  return createState({ config, agents }).dir;
}

/** A first scan at the time NOW, whose labels are the keys. */
export function scanned(dir: string, options: Parameters<typeof testScanner>[1] = {}): Promise<ScanResult> {
  return testScanner(dir, { now: () => NOW, ...options, settings: { salt: null, ...options.settings } }).deep();
}

/** What was found of routing, as `<agent> <key>: <finding> <reason> <expected agent>`, and what is undecided. */
export function routingFindings({ snapshot }: ScanResult): string[] {
  return allSessions(snapshot)
    .flatMap(({ session: { agent, key, placement }, findings }) => [
      ...findings.map((found) =>
        [`${agent} ${key}:`, found.finding, found.reason, found.expectedAgent].filter(Boolean).join(' '),
      ),
      ...(placement.undecided ? [`${agent} ${key}: undecided`] : []),
    ])
    .toSorted();
}
