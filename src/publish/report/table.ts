import { CHECKS } from '../../checks/all.ts';
import { columnsOf, cutKey, WIDTH, wrapped } from '../../lines.ts';
import { eraOf } from '../../model/layout.ts';
import { readableAgents, type Snapshot, type SnapshotSession } from '../../model/snapshot.ts';
import { foundTranscript } from '../../model/transcript.ts';
import type { Kind } from '../../openclaw/keys.ts';
import { printable } from '../../printable.ts';
import { listingRank, type Severity, tokensSeverity } from '../../thresholds.ts';
import { configRemark, notCompared, remarks } from '../remarks.ts';
import { UNREADABLE } from '../unreadable.ts';
import { agoOf, amount, shareOf } from '../words.ts';
import { aligned, type Column } from './columns.ts';
import type { Paint } from './paint.ts';

export interface TableOptions {
  readonly agent: string | null;
  readonly kind: Kind | null;
  readonly 'findings-only': boolean;
  /** Each key stands below its label. */
  readonly 'show-keys': boolean;
  readonly stateDir: string;
  /** As it goes on after "because". */
  readonly whyStateDir: string;
  /** Every byte of the transcripts was validated. */
  readonly deep: boolean;
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
  readonly paint: Paint;
}

/** The snapshot for people, in lines of 80 columns: agents, then sessions with the worst last, where a reader begins. */
export function reportTable(snapshot: Snapshot, options: TableOptions): string {
  if (snapshot.unreadable !== null) return unreadableState(snapshot.unreadable, options);
  const config = configRemark(snapshot);
  const uncompared = notCompared(snapshot);
  const sections = [
    ...(snapshot.sample ? ['This is a generated SAMPLE, no real OpenClaw state.'] : []),
    ...(config === null ? [] : wrapped(printable(config), WIDTH)),
    ...(snapshot.sample || config !== null ? [''] : []),
    ...agentRows(snapshot, options),
    ...(uncompared === null ? [] : ['', ...wrapped(uncompared, WIDTH)]),
    '',
    ...sessionLines(snapshot, options),
    ...unvalidated(snapshot, options),
  ];
  return sections.map((line) => `${line}\n`).join('');
}

function unreadableState(why: keyof typeof UNREADABLE, { stateDir, whyStateDir, paint }: TableOptions): string {
  const { what, remedy } = UNREADABLE[why];
  return [
    ...wrapped(`No session is known: ${printable(stateDir)} ${what}.`, WIDTH).map((line) => paint('critical', line)),
    ...wrapped(`It was looked at because ${printable(whyStateDir)}.`, WIDTH),
    ...wrapped(remedy, WIDTH),
    '',
  ].join('\n');
}

const AGENT_COLUMNS: readonly Column[] = [
  { head: 'LAYOUT', side: 'left' },
  { head: 'SESSIONS', side: 'right' },
  { head: 'ARCHIVED', side: 'right' },
];
/** Of an agent's name beside its figures; a longer one has a line of its own. */
const LONGEST_AGENT = 26;
const GAP = '  ';

function agentRows({ agents }: Snapshot, { agent: only, paint }: TableOptions): string[] {
  const shown = agents.filter(({ agent }) => only === null || agent === only);
  const [head = '', ...rows] = aligned(
    AGENT_COLUMNS,
    shown.map((store) => [
      store.layout,
      ...(store.readable ? [amount(store.sessions.length), amount(store.archived)] : ['-', '-']),
    ]),
  );
  const width = Math.max(
    'AGENT'.length,
    ...shown.map(({ agent }) => agent.length).filter((each) => each <= LONGEST_AGENT),
  );
  const lines = shown.flatMap(({ agent, problems }, at) => {
    const figures = `${GAP}${rows[at] ?? ''}`;
    const left = agent.length > width ? `${''.padEnd(width)}${figures}` : `${agent.padEnd(width)}${figures}`;
    const [first = '', ...more] = wrapped(problems.join(', '), WIDTH - left.length - GAP.length);
    return [
      ...(agent.length > width ? [agent] : []),
      `${left}${GAP}${first === '' ? '' : paint('critical', first)}`.trimEnd(),
      ...more.map((line) => `${''.padEnd(left.length)}${GAP}${paint('critical', line)}`),
    ];
  });
  return [`${'AGENT'.padEnd(width)}${GAP}${head}${GAP}PROBLEMS`, ...lines];
}

const SESSION_COLUMNS: readonly Column[] = [
  { head: 'TOKENS', side: 'right' },
  { head: 'WINDOW', side: 'right' },
  { head: 'SHARE', side: 'right' },
  { head: 'BYTES', side: 'right' },
  { head: 'LAST ACTIVE', side: 'right' },
  { head: 'KIND', side: 'left' },
];
const INDENT = '    ';

interface Listed {
  readonly agent: string;
  readonly published: SnapshotSession;
  readonly why: readonly string[];
}

function sessionLines(snapshot: Snapshot, options: TableOptions): string[] {
  const listed = readableAgents(snapshot)
    .filter(({ agent }) => options.agent === null || agent === options.agent)
    .flatMap(({ agent, sessions }) =>
      sessions.map((published): Listed => ({ agent, published, why: remarks(published) })),
    )
    .filter(({ published }) => options.kind === null || published.session.kind === options.kind)
    .filter(({ why }) => !options['findings-only'] || why.length > 0)
    .toSorted((one, other) => rankOf(other) - rankOf(one) || fullness(one) - fullness(other));
  if (listed.length === 0) return ['No session to show.'];
  const [head = '', ...figures] = aligned(
    SESSION_COLUMNS,
    listed.map(({ published: { session } }) => [
      amount(session.tokens),
      amount(session.window),
      shareOf(session.tokens, session.window),
      amount(foundTranscript(session)?.bytes ?? null),
      agoOf(session.lastActivityMs, options.nowMs),
      session.kind,
    ]),
  );
  return [
    `SESSION${listed.length > 1 ? ', the worst last' : ''}`,
    `${INDENT}${head}`,
    ...listed.flatMap((each, at) => linesOf(each, figures[at] ?? '', options)),
  ];
}

function linesOf({ agent, published, why }: Listed, figures: string, { paint, ...options }: TableOptions): string[] {
  const { session, labels } = published;
  const label = printable(labels?.session ?? '(no series)');
  // A key that names another agent, or none, does not tell where it lies.
  const isTold = label.startsWith(`agent:${agent}:`);
  const severity = severityOf(published, why);
  return [
    ...hanging(label, { end: isTold ? '' : `in agent ${agent}` }),
    ...(options['show-keys'] && labels?.session !== session.key
      ? hanging(`key ${printable(session.key)}`, { indent: INDENT })
      : []),
    `${INDENT}${figures}`,
    ...(why.length === 0 ? [] : wrapped(why.join(', '), WIDTH - INDENT.length)).map(
      (line) => INDENT + paint(severity, line),
    ),
  ];
}

/** A key of many parts takes several lines; `end` stands behind it, or on a line of its own. */
function hanging(text: string, { indent = '', end = '' }: { indent?: string; end?: string }): string[] {
  const width = WIDTH - INDENT.length - indent.length;
  const pieces = cutKey(text, width);
  const whole = end === '' ? pieces : withEnd(pieces, end, width);
  return whole.map((line, at) => indent + (at === 0 ? '' : INDENT) + line);
}

function withEnd(pieces: readonly string[], end: string, width: number): string[] {
  const last = `${pieces.at(-1) ?? ''} ${end}`;
  return columnsOf(last) <= width ? [...pieces.slice(0, -1), last] : [...pieces, end];
}

function severityOf({ session }: SnapshotSession, why: readonly string[]): Severity | null {
  return tokensSeverity(session) ?? (why.length > 0 ? 'warning' : null);
}

function rankOf({ published: { session, findings } }: Listed): number {
  return listingRank(session, findings.length > 0);
}

/** Of two sessions that are as bad the one that uses more of its window is worse. */
function fullness({ published: { session } }: Listed): number {
  return (session.tokens ?? -1) / (session.window ?? session.thresholds.tokens.critical);
}

/** What a quick scan cannot know. */
function unvalidated(snapshot: Snapshot, { deep }: TableOptions): string[] {
  const agents = readableAgents(snapshot).filter(({ sessions }) =>
    sessions.some(({ session }) => foundTranscript(session) !== null),
  );
  if (deep || agents.length === 0) return [];
  const eras = new Set(agents.map(({ layout }) => eraOf(layout)));
  const reasons = CHECKS.filter((check) => [...eras].some((era) => check.eras[era] === 'deep')).map(({ name }) => name);
  const text = `The transcripts were not validated, so nothing is known of ${reasons.join(', ')}: scan --deep reads every byte of them.`;
  return ['', ...wrapped(text, WIDTH)];
}
