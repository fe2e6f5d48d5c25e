import type { Finding } from '../../model/finding.ts';
import { eraOf } from '../../model/layout.ts';
import type { Scan } from '../../model/scan.ts';
import type { Session } from '../../model/session.ts';
import {
  type ReadableAgent,
  readableAgents,
  type SeriesLabels,
  type Snapshot,
  type SnapshotAgent,
  type SnapshotSession,
} from '../../model/snapshot.ts';
import { type Family, gauge, type Sample, single } from './family.ts';

/** How old a figure is: every HELP of a snapshot's family ends with it. */
const FROM: Readonly<Record<Scan, string>> = {
  quick: 'From the last quick scan.',
  deep: 'In SQLite from the last quick scan. In files from the first deep scan on, and from quick scans as the file grows.',
};

/** Values of a label, each with its figure. */
type Figures = Iterable<readonly [string, number]>;

/** One series, of the state directory as a whole; null: none. */
export function ofState(name: string, help: string, value: (snapshot: Snapshot) => number | null): Family<Snapshot> {
  return fromScan('quick', name, help, [], (snapshot) => single(value(snapshot)));
}

/** Series of every agent, also of one whose store could not be read. `agent` is added to the labels of each sample. */
export function ofEveryAgent(
  name: string,
  help: string,
  labels: readonly string[],
  samplesOf: (agent: SnapshotAgent, snapshot: Snapshot) => Iterable<Sample>,
): Family<Snapshot> {
  return fromScan('quick', name, help, ['agent', ...labels], function* samples(snapshot) {
    for (const agent of snapshot.agents) {
      for (const { labels: others, value } of samplesOf(agent, snapshot)) {
        yield { labels: { agent: agent.agent, ...others }, value };
      }
    }
  });
}

/** One series for each agent whose store was read; null: none. */
export function perAgent(
  name: string,
  help: string,
  value: (agent: ReadableAgent, snapshot: Snapshot) => number | null,
): Family<Snapshot> {
  return ofEveryAgent(name, help, [], (agent, snapshot) => single(agent.readable ? value(agent, snapshot) : null));
}

/** One series for each agent whose store was read and each value of `label` that it has. */
export function perAgentAnd(
  name: string,
  help: string,
  label: string,
  figures: (agent: ReadableAgent, snapshot: Snapshot) => Figures,
): Family<Snapshot> {
  return ofEveryAgent(name, help, [label], function* samples(agent, snapshot) {
    if (!agent.readable) return;
    for (const [of, value] of figures(agent, snapshot)) yield { labels: { [label]: of }, value };
  });
}

/** Sessions with a finding that has no reasons, where it was looked for. */
export function perFinding(name: string, help: string, finding: Finding['finding']): Family<Snapshot> {
  return perAgent(name, help, ({ agent, sessions }, snapshot) =>
    isLookedFor(snapshot, finding, agent) ? withFinding(sessions, finding) : null,
  );
}

/** Sessions with a finding, for each reason that was looked for. */
export function perReason(name: string, help: string, finding: Finding['finding']): Family<Snapshot> {
  return perAgentAnd(name, help, 'reason', ({ agent, layout, sessions }, { lookedFor }) =>
    lookedFor
      .filter((each) => each.finding === finding && each.era === eraOf(layout) && !each.exceptIn.includes(agent))
      .map(({ reason }) => [reason ?? '', withFinding(sessions, finding, reason)]),
  );
}

/** Whether the check of the finding went through the agent's sessions, so that a count of zero means none. */
export function isLookedFor({ lookedFor }: Snapshot, finding: Finding['finding'], agent: string): boolean {
  return lookedFor.some((each) => each.finding === finding && !each.exceptIn.includes(agent));
}

/** Counted and not collected: most sessions of most hosts have none. */
function withFinding(
  sessions: readonly SnapshotSession[],
  finding: Finding['finding'],
  reason?: string | null,
): number {
  let count = 0;
  for (const { findings } of sessions) {
    if (findings.some((each) => each.finding === finding && (reason === undefined || each.reason === reason)))
      count += 1;
  }
  return count;
}

/** How many of the items have each value; null leaves an item out. `isCounted`: the others show their value, with 0. */
export function countBy<Item>(
  items: readonly Item[],
  toValue: (item: Item) => string | null,
  isCounted: (item: Item) => boolean = () => true,
): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) {
    const value = toValue(item);
    if (value !== null) counts.set(value, (counts.get(value) ?? 0) + Number(isCounted(item)));
  }
  return counts;
}

/** Exactly these labels, so that two families divide without `on()`. */
const SESSION_LABELS = ['agent', 'session', 'kind'] as const;

/** One series for each session that has series, where its figure is known. */
export function perSession(
  name: string,
  help: string,
  value: (session: Session) => number | null,
  scan: Scan = 'quick',
): Family<Snapshot> {
  return perSessionAnd(name, help, [], ({ session }) => single(value(session)), scan);
}

/** Series of each session that has series, with further labels. */
export function perSessionAnd(
  name: string,
  help: string,
  labels: readonly string[],
  samplesOf: (session: SnapshotSession, labels: SeriesLabels) => readonly Sample[],
  scan: Scan = 'quick',
): Family<Snapshot> {
  return fromScan(scan, name, help, [...SESSION_LABELS, ...labels], function* samples(snapshot) {
    for (const { agent, sessions } of readableAgents(snapshot)) {
      for (const session of sessions) {
        if (session.labels === null) continue;
        const own = { agent, session: session.labels.session, kind: session.session.kind };
        for (const { labels: others, value } of samplesOf(session, session.labels))
          yield { labels: { ...own, ...others }, value };
      }
    }
  });
}

function fromScan(
  scan: Scan,
  name: string,
  help: string,
  labels: readonly string[],
  samples: Family<Snapshot>['samples'],
): Family<Snapshot> {
  return gauge(name, `${help} ${FROM[scan]}`, { labels, scan }, samples);
}
