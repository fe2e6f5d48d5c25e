import { CHECKS } from '../../checks/all.ts';
import { columnsOf, cutKey, hanging, hangingWords, wrapped } from '../../lines.ts';
import { eraOf } from '../../model/layout.ts';
import { PROBLEMS } from '../../model/problem.ts';
import { readableAgents, type Snapshot, type SnapshotAgent, type Unreadable } from '../../model/snapshot.ts';
import { foundTranscript } from '../../model/transcript.ts';
import type { Kind } from '../../openclaw/keys.ts';
import { printable } from '../../printable.ts';
import type { Severity } from '../../thresholds.ts';
import { type RankedSession, rankedSessions, whyShown } from '../judged-sessions.ts';
import { leftOut } from '../left-out.ts';
import { configRemark } from '../remarks.ts';
import { remedyOf, UNREADABLE } from '../unreadable.ts';
import { agoOf, amount, shareOf } from '../words.ts';
import { aligned, type Column } from './columns.ts';
import { type Paint, WITHOUT_COLOURS } from './paint.ts';

export interface TableOptions {
  readonly agent: string | null;
  readonly kind: Kind | null;
  readonly 'findings-only': boolean;
  /** Every session and agent, however many there are. */
  readonly all: boolean;
  /** Each key stands below its label. */
  readonly 'show-keys': boolean;
  /** The label of a key, also where it has no series. */
  readonly labelOf: (key: string) => string;
  readonly stateDir: string;
  /** As it goes on after "because". */
  readonly whyStateDir: string;
  /** Every byte of the transcripts was validated. */
  readonly deep: boolean;
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
  /** Columns. */
  readonly width: number;
  readonly paint: Paint;
}

/** Unless all are asked for: agents, sessions that need a look, others, and notes of what is in no figure. */
const SHOWN = { agents: 40, needLook: 50, others: 10, notes: 10 } as const;

/** The snapshot for people: agents, then sessions with the worst last, where a reader begins, then what is in no figure. */
export function reportTable(snapshot: Snapshot, options: TableOptions): string {
  if (snapshot.unreadable !== null) return unreadableState(snapshot.unreadable, snapshot, options);
  const config = configRemark(snapshot);
  const sections = [
    ...(snapshot.sample ? ['This is a generated SAMPLE, no real OpenClaw state.'] : []),
    ...(config === null ? [] : wrapped(printable(config), options.width)),
    ...(snapshot.sample || config !== null ? [''] : []),
    ...agentRows(snapshot, options),
    '',
    ...sessionLines(snapshot, options),
    ...unvalidated(snapshot, options),
    ...notes(snapshot, options),
  ];
  return sections.map((line) => `${line}\n`).join('');
}

function unreadableState(why: Unreadable, snapshot: Snapshot, options: TableOptions): string {
  const { stateDir, whyStateDir, width, paint } = options;
  const { what } = UNREADABLE[why];
  const remedy = printable(remedyOf(why, snapshot));
  return [
    ...wrapped(`No session is known: ${printable(stateDir)} ${what}.`, width).map((line) => paint('critical', line)),
    ...wrapped(`It was looked at because ${printable(whyStateDir)}.`, width),
    ...wrapped(remedy, width),
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

function agentRows({ agents }: Snapshot, { agent: only, all, width, paint }: TableOptions): string[] {
  const meant = agents.filter(({ agent }) => only === null || agent === only);
  const isIll = ({ problems, readable }: SnapshotAgent) => problems.length > 0 || !readable;
  const shown =
    all || meant.length <= SHOWN.agents
      ? meant
      : meant.toSorted((one, other) => Number(isIll(other)) - Number(isIll(one))).slice(0, SHOWN.agents);
  const [head = '', ...rows] = aligned(
    AGENT_COLUMNS,
    shown.map((store) => [
      store.layout,
      ...(store.readable ? [amount(store.sessions.length), amount(store.archived)] : ['-', '-']),
    ]),
  );
  const longest = Math.min(LONGEST_AGENT, width - head.length - GAP.length);
  const column = Math.max('AGENT'.length, ...shown.map(({ agent }) => agent.length).filter((each) => each <= longest));
  // Beside the figures where there is room for the longest problem.
  const left = column + GAP.length + head.length;
  const isBeside = width - left - GAP.length >= LONGEST_PROBLEM;
  const lines = shown.flatMap(({ agent, problems }, at) => {
    const figures = `${GAP}${rows[at] ?? ''}`;
    const line = agent.length > column ? `${''.padEnd(column)}${figures}` : `${agent.padEnd(column)}${figures}`;
    const indent = isBeside ? left + GAP.length : INDENT.length;
    const words = problems.length === 0 ? [] : wrapped(problems.join(', '), width - indent);
    const beside = isBeside ? words[0] : undefined;
    const below = isBeside ? words.slice(1) : words;
    return [
      ...(agent.length > column ? cutKey(agent, width) : []),
      beside === undefined ? line : `${line.padEnd(left)}${GAP}${paint('critical', beside)}`,
      ...below.map((each) => `${''.padEnd(indent)}${paint('critical', each)}`),
    ];
  });
  const rest = meant.length - shown.length;
  return [
    `${'AGENT'.padEnd(column)}${GAP}${head}${isBeside ? `${GAP}PROBLEMS` : ''}`,
    ...lines,
    ...(rest === 0 ? [] : [`... and ${amount(rest)} more agents: --all`]),
  ];
}

const LONGEST_PROBLEM = Math.max(...PROBLEMS.map((problem) => problem.length));

const SESSION_COLUMNS: readonly Column[] = [
  { head: 'TOKENS', side: 'right' },
  { head: 'WINDOW', side: 'right' },
  { head: 'SHARE', side: 'right' },
  { head: 'BYTES', side: 'right' },
  { head: 'LAST ACTIVE', side: 'right' },
  { head: 'KIND', side: 'left' },
];
const INDENT = '    ';

function sessionLines(snapshot: Snapshot, options: TableOptions): string[] {
  const { agent: only, kind, nowMs, width } = options;
  const agents = readableAgents(snapshot).filter(({ agent }) => only === null || agent === only);
  const meant = rankedSessions(agents, nowMs)
    .filter(({ published }) => kind === null || published.session.kind === kind)
    .filter(({ needsLook }) => !options['findings-only'] || needsLook);
  if (meant.length === 0) return ['No session to show.'];
  const bad = meant.filter(({ needsLook }) => needsLook);
  const well = meant.slice(bad.length);
  const shown = options.all ? meant : [...bad.slice(0, SHOWN.needLook), ...well.slice(0, SHOWN.others)];
  const listed = shown.toReversed();
  const [head = '', ...rows] = aligned(
    SESSION_COLUMNS,
    listed.map((one) => figuresOf(one, nowMs)),
  );
  const isTable = columnsOf(INDENT + head) <= width && rows.every((row) => columnsOf(INDENT + row) <= width);
  return [
    `SESSION${listed.length > 1 ? ', the worst last' : ''}`,
    ...(isTable ? [`${INDENT}${head}`] : []),
    ...listed.flatMap((each, at) => [
      ...nameLines(each, options),
      ...(isTable ? [`${INDENT}${rows[at] ?? ''}`] : indented(figuresInWords(each, nowMs), width)),
      ...(each.needsLook ? indented(whyShown(each).join(', '), width, options.paint, each.severity) : []),
    ]),
    ...(options.all
      ? []
      : [
          ...moreLine(bad.length - SHOWN.needLook, 'that need a look, none of them worse', width),
          ...moreLine(well.length - SHOWN.others, 'healthy sessions', width),
        ]),
  ];
}

function moreLine(count: number, what: string, width: number): string[] {
  return count <= 0 ? [] : wrapped(`... and ${amount(count)} more ${what}: --all`, width);
}

function figuresOf({ published: { session } }: RankedSession, nowMs: number): string[] {
  return [
    amount(session.tokens),
    amount(session.window),
    shareOf(session.tokens, session.window),
    amount(foundTranscript(session)?.bytes ?? null),
    agoOf(session.lastActivityMs, nowMs),
    session.kind,
  ];
}

/** For a terminal that is too narrow for the columns. */
function figuresInWords({ published: { session } }: RankedSession, nowMs: number): string {
  const bytes = foundTranscript(session)?.bytes ?? null;
  const of = session.window === null ? '' : ` of ${amount(session.window)}`;
  const share = session.window === null ? '' : ` (${shareOf(session.tokens, session.window)})`;
  return [
    session.kind,
    ...(session.tokens === null ? [] : [`${amount(session.tokens)}${of} tokens${share}`]),
    ...(bytes === null ? [] : [`${amount(bytes)} bytes`]),
    ...(session.lastActivityMs === null ? [] : [agoOf(session.lastActivityMs, nowMs)]),
  ].join(', ');
}

function nameLines(
  { agent: { agent }, published: { session, labels } }: RankedSession,
  options: TableOptions,
): string[] {
  const { width, labelOf } = options;
  const label = labels?.session ?? labelOf(session.key);
  // A key that names another agent, or none, does not tell where it lies. `--explain` takes it with these words, too.
  const isTold = label.startsWith(`agent:${agent}:`);
  return [
    ...hanging(printable(label), width, isTold ? '' : ` in agent ${agent}`),
    ...(options['show-keys'] && label !== session.key
      ? hanging(`key ${printable(session.key)}`, width - INDENT.length).map((line) => INDENT + line)
      : []),
  ];
}

function indented(text: string, width: number, paint: Paint = WITHOUT_COLOURS, severity: Severity | null = null) {
  return wrapped(text, width - INDENT.length).map((line) => INDENT + paint(severity, line));
}

/** What lies there and is in no figure. What may not be entered stands above the last line. */
function notes(snapshot: Snapshot, { width, all }: TableOptions): string[] {
  const passedOver = snapshot.passedOver.filter(({ why }) => why !== 'closed');
  const found = leftOut({ ...snapshot, passedOver });
  const shown = all ? found : found.slice(0, SHOWN.notes);
  const rest = found.length - shown.length;
  if (found.length === 0) return [];
  return [
    '',
    ...shown.flatMap((line) => hangingWords(printable(line), width)),
    ...(rest === 0 ? [] : [`... and ${amount(rest)} more of this kind: --all`]),
  ];
}

/** What a quick scan cannot know. */
function unvalidated(snapshot: Snapshot, { deep, width }: TableOptions): string[] {
  const agents = readableAgents(snapshot).filter(({ sessions }) =>
    sessions.some(({ session }) => foundTranscript(session) !== null),
  );
  if (deep || agents.length === 0) return [];
  const eras = new Set(agents.map(({ layout }) => eraOf(layout)));
  const reasons = CHECKS.filter((check) => [...eras].some((era) => check.eras[era] === 'deep')).map(({ name }) => name);
  const text = `The transcripts were not validated, so nothing is known of ${reasons.join(', ')}: scan --deep reads every byte of them.`;
  return ['', ...wrapped(text, width)];
}
