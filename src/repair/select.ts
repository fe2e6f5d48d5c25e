import type { AgentStore } from '../discover/agent-stores.ts';
import { ExporterError } from '../errors.ts';
import { eraOf } from '../model/layout.ts';
import type { StoredSession } from '../model/session.ts';
import { type ReadableAgent, readableAgents, type Snapshot, type SnapshotSession } from '../model/snapshot.ts';
import { printable } from '../printable.ts';
import type { IndexPlace } from './change-index.ts';

/** What the operator asked for. */
export interface Selection {
  /** Reasons of `corrupted`; empty: all. */
  readonly reasons: readonly string[];
  /** null: of all agents. */
  readonly agent: string | null;
  /** Keys or labels; when there are any, they and nothing else are taken out, whatever their findings are. */
  readonly sessions: readonly string[];
  /** Sessions that were used within this time stay; 0: none does by this. */
  readonly quietMs: number;
  /** More entries than this are taken out in no run; null: no limit. */
  readonly maxEntries: number | null;
}

/** A session whose entry is to be taken out of an index. */
export interface Target {
  readonly agent: string;
  readonly key: string;
  /** What stands for the key in labels and logs; null: it has no series. */
  readonly label: string | null;
  /** Its findings, as `corrupted header_invalid`. */
  readonly findings: readonly string[];
  readonly transcript: StoredSession['transcript'];
  readonly lastActivityMs: number | null;
}

/** What is to be taken out of one index. */
export interface IndexTargets {
  readonly place: IndexPlace;
  /** The agents whose sessions it holds. */
  readonly agents: readonly string[];
  readonly targets: readonly Target[];
}

export interface Selected {
  readonly indexes: readonly IndexTargets[];
  /** Of the sessions that were selected: not in an index that OpenClaw reads, so its own commands are the way. */
  readonly inDatabase: readonly { readonly agent: ReadableAgent; readonly session: SnapshotSession }[];
  /** Selected and left alone: used too lately, or beyond the limit. */
  readonly left: readonly { readonly target: Target; readonly why: 'used lately' | 'beyond --max-entries' }[];
}

/** Chooses entries by a scan that has just ended; changes nothing. Throws an ExporterError for what names nothing. */
export function select(snapshot: Snapshot, stores: readonly AgentStore[], selection: Selection, now: number): Selected {
  refuseUnknownAgent(snapshot, selection.agent);
  const all = sessionsOf(snapshot, selection.agent);
  const chosen =
    selection.sessions.length === 0
      ? all.filter(({ session }) => isCorrupted(session, selection.reasons))
      : // By key and by label it may be named twice.
        [...new Set(selection.sessions.map((name) => sessionNamed(all, name)))];
  const inFiles = chosen.filter(({ agent }) => agent.layout === 'file');
  const storeOf = new Map(stores.map((store) => [store.agent, store]));
  const left: Selected['left'][number][] = [];
  const byIndex = new Map<string, { place: IndexPlace; targets: Target[] }>();
  let entries = 0;
  for (const { agent, session } of inFiles) {
    const store = storeOf.get(agent.agent);
    if (store === undefined) continue;
    const target = targetOf(agent, session);
    const isLately = selection.quietMs > 0 && now - (target.lastActivityMs ?? 0) < selection.quietMs;
    if (isLately || entries === selection.maxEntries) {
      left.push({ target, why: isLately ? 'used lately' : 'beyond --max-entries' });
      continue;
    }
    entries += 1;
    const place = { path: store.indexPath, root: store.root, version: agent.version };
    const index = byIndex.get(place.path) ?? { place, targets: [] };
    index.targets.push(target);
    byIndex.set(place.path, index);
  }
  return {
    indexes: [...byIndex.values()].map(({ place, targets }) => ({
      place,
      targets,
      agents: stores.filter(({ indexPath }) => indexPath === place.path).map(({ agent }) => agent),
    })),
    inDatabase: chosen.filter(({ agent }) => eraOf(agent.layout) === 'sqlite'),
    left,
  };
}

function refuseUnknownAgent({ agents }: Snapshot, wanted: string | null): void {
  if (wanted === null || agents.some(({ agent }) => agent === wanted)) return;
  const names = agents.map(({ agent }) => agent).join(', ');
  throw new ExporterError('E_USAGE', `--agent ${wanted}: there is no such agent; there are ${names || 'none'}`);
}

function isCorrupted({ findings }: SnapshotSession, reasons: readonly string[]): boolean {
  return findings.some(
    ({ finding, reason }) =>
      finding === 'corrupted' && reason !== null && (reasons.length === 0 || reasons.includes(reason)),
  );
}

interface AgentSession {
  readonly agent: ReadableAgent;
  readonly session: SnapshotSession;
}

/** Every session of the agents that were read; `agent`: only of this one. */
export function sessionsOf(snapshot: Snapshot, agent: string | null): AgentSession[] {
  return readableAgents(snapshot)
    .filter((each) => agent === null || each.agent === agent)
    .flatMap((each) => each.sessions.map((session) => ({ agent: each, session })));
}

/** The session with this key or label. Throws an ExporterError where there is none, or more than one. */
export function sessionNamed(all: readonly AgentSession[], name: string): AgentSession {
  const found = sessionsNamed(all, name, () => null);
  const [one] = found;
  if (one === undefined)
    throw new ExporterError(
      'E_USAGE',
      `--session: no session has the key or label "${printable(name)}"; see scan --all`,
    );
  if (found.length === 1) return one;
  const agents = found.map(({ agent }) => agent.agent).join(', ');
  throw new ExporterError(
    'E_USAGE',
    `--session: "${printable(name)}" is in the stores of ${agents}: say which with --agent`,
  );
}

/**
 * The sessions that a person means by a key or label, typed or copied from the table: in several lines, with its control
 * characters made visible, with "in agent X" behind it. `labelOf`: the label of a key whose session has no series; null: none.
 */
export function sessionsNamed<Known extends AgentSession>(
  all: readonly Known[],
  given: string,
  labelOf: (key: string) => string | null,
): Known[] {
  for (const { name, agent } of readings(given)) {
    const found = all.filter(
      (each) => (agent === null || each.agent.agent === agent) && namesOf(each.session, labelOf).includes(name),
    );
    if (found.length > 0) return found;
  }
  return [];
}

/** Whether a person who says this knows the key, and not only its label. */
export function isKeyOf({ session }: SnapshotSession, given: string): boolean {
  return readings(given).some(({ name }) => name === session.key || name === shown(session.key));
}

function namesOf({ session: { key }, labels }: SnapshotSession, labelOf: (key: string) => string | null): string[] {
  const label = labels?.session ?? labelOf(key);
  return [key, shown(key), ...(label === null ? [] : [label, shown(label)])];
}

/** As the table shows it. */
function shown(name: string): string {
  return printable(name.toWellFormed());
}

/** What a text can mean, the most literal first. */
function readings(given: string): { readonly name: string; readonly agent: string | null }[] {
  const onOneLine = given
    .trim()
    .replace(/\s*\n\s*in agent /g, ' in agent ')
    .replace(/\r?\n\s*/g, '');
  return [...new Set([given, onOneLine])].flatMap((text) => {
    const [, name = '', agent = ''] = /^(.+) in agent (\S+)$/s.exec(text) ?? [];
    return [{ name: text, agent: null }, ...(agent === '' ? [] : [{ name, agent }])];
  });
}

function targetOf({ agent }: ReadableAgent, { session, labels, findings }: SnapshotSession): Target {
  return {
    agent,
    key: session.key,
    label: labels?.session ?? null,
    findings: findings.map(({ finding, reason }) => (reason === null ? finding : `${finding} ${reason}`)),
    transcript: session.transcript,
    lastActivityMs: session.lastActivityMs,
  };
}
