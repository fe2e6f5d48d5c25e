import { stripVTControlCharacters, styleText } from 'node:util';
import { readableAgents, type Snapshot, type SnapshotSession } from '../../model/snapshot.ts';
import { foundTranscript } from '../../model/transcript.ts';
import type { Kind } from '../../openclaw/keys.ts';
import { printable } from '../../printable.ts';
import { tokensSeverity } from '../../thresholds.ts';
import { configRemark, remarks } from '../remarks.ts';
import { UNREADABLE } from '../unreadable.ts';

export interface TableOptions {
  readonly agent: string | null;
  readonly kind: Kind | null;
  readonly 'findings-only': boolean;
  readonly stateDir: string;
  /** As it goes on after "because". */
  readonly whyStateDir: string;
  /** On a terminal there are colours, and each label stands beside its key: it is the operator's own screen. */
  readonly isTerminal: boolean;
}

/** The snapshot for people: agents, then sessions with the largest context first. */
export function reportTable(snapshot: Snapshot, options: TableOptions): string {
  if (snapshot.unreadable !== null) {
    const { what, remedy } = UNREADABLE[snapshot.unreadable];
    const where = `${printable(options.stateDir)} ${what}. It was looked at because ${printable(options.whyStateDir)}.`;
    return `No session is known: ${where}\n${remedy}\n`;
  }
  const config = configRemark(snapshot);
  const sections = [
    ...(snapshot.sample ? ['This is a generated SAMPLE, no real OpenClaw state.\n'] : []),
    ...(config === null ? [] : [`${printable(config)}\n`]),
    agentRows(snapshot, options),
    sessionRows(snapshot, options),
  ];
  return sections.join('\n');
}

function agentRows({ agents }: Snapshot, { agent: only }: TableOptions): string {
  const rows = agents
    .filter(({ agent }) => only === null || agent === only)
    .map((store) => [
      store.agent,
      store.layout,
      ...(store.readable ? [String(store.sessions.length), String(store.archived)] : ['', '']),
      store.problems.join(', '),
    ]);
  return columns([['AGENT', 'LAYOUT', 'SESSIONS', 'ARCHIVED', 'PROBLEMS'], ...rows]);
}

function sessionRows(snapshot: Snapshot, options: TableOptions): string {
  const rows = readableAgents(snapshot)
    .filter(({ agent }) => options.agent === null || agent === options.agent)
    .flatMap(({ agent, sessions }) => sessions.map((session) => ({ agent, session })))
    .filter(({ session }) => options.kind === null || session.session.kind === options.kind)
    .filter(({ session }) => !options['findings-only'] || remarks(session).length > 0)
    .sort((a, b) => (b.session.session.tokens ?? -1) - (a.session.session.tokens ?? -1))
    .map(({ agent, session }) => sessionRow(agent, session, options));
  if (rows.length === 0) return 'No session to show.\n';
  const head = ['AGENT', 'SESSION', 'KIND', 'TOKENS', 'WINDOW', 'BYTES', 'WHY', ...(options.isTerminal ? ['KEY'] : [])];
  return columns([head, ...rows]);
}

function sessionRow(agent: string, published: SnapshotSession, { isTerminal }: TableOptions): string[] {
  const { session, labels } = published;
  const why = remarks(published).join(', ');
  return [
    agent,
    labels === null ? '(no series)' : printable(labels.session),
    session.kind,
    String(session.tokens ?? ''),
    String(session.window ?? ''),
    String(foundTranscript(session)?.bytes ?? ''),
    isTerminal && why !== ''
      ? styleText(tokensSeverity(session) === 'critical' ? 'red' : 'yellow', why, { validateStream: false })
      : why,
    ...(isTerminal ? [printable(session.key)] : []),
  ];
}

function columns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => width(row[at] ?? ''))));
  return rows
    .map((row) => row.map((cell, at) => cell + ' '.repeat((widths[at] ?? 0) - width(cell))).join('  '))
    .map((line) => `${line.trimEnd()}\n`)
    .join('');
}

function width(cell: string): number {
  return stripVTControlCharacters(cell).length;
}
