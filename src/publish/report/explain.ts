import { hanging, hangingWords, wrapped } from '../../lines.ts';
import { type Fact, type Peer, type Placement, type SessionConversation, UNKNOWN } from '../../model/conversation.ts';
import type { Finding } from '../../model/finding.ts';
import type { Session } from '../../model/session.ts';
import type { ReadableAgent, Snapshot, SnapshotSession } from '../../model/snapshot.ts';
import { type CommandPlace, inPlace } from '../../openclaw/commands.ts';
import type { RoutingBinding, RoutingConfig } from '../../openclaw/config/routing.ts';
import { printable } from '../../printable.ts';
import { isCommand } from '../../repair/advice.ts';
import { isKeyOf, sessionsNamed, sessionsOf } from '../../repair/select.ts';
import { possibleConversations } from '../../routing/placement.ts';
import { prepareRouting, type Route } from '../../routing/resolve-route.ts';
import { isTranscriptLarge, tokensSeverity } from '../../thresholds.ts';
import { type JudgedSession, judged } from '../judged-sessions.ts';
import { notLookedInto } from '../left-out.ts';
import { findingInWords, isCompactionOverdue } from '../remarks.ts';
import { agoOf, amount, shareOf } from '../words.ts';
import { shellLines } from './shell-lines.ts';
import { whatToDo } from './what-to-do.ts';

export interface ExplainOptions {
  /** null: of every agent. */
  readonly agent: string | null;
  /** Whoever asks by a key knows it. Whoever asks by a label is shown what it hides only where this is true. */
  readonly 'show-keys': boolean;
  /** The label of a key, also where its session has no series. */
  readonly labelOf: (key: string) => string;
  /** Of the agent's `sessions.json`; null: not known. */
  readonly indexPathOf: (agent: string) => string | null;
  readonly place: CommandPlace;
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
  /** Columns. */
  readonly width: number;
}

/**
 * What is known of a session and why it is where it is, for a person at a terminal: its figures beside their limits, its findings
 * and alerts, the facts of its conversation, every binding in OpenClaw's order with its outcome, and what to do. `wanted` is a
 * key, the label of an alert, or what the table prints of a session. null: there is no such session.
 */
export function explain(
  snapshot: Snapshot,
  routing: RoutingConfig | null,
  wanted: string,
  options: ExplainOptions,
): string | null {
  const found = sessionsNamed(sessionsOf(snapshot, options.agent), wanted, options.labelOf);
  if (found.length === 0) return null;
  return found
    .map(({ agent, session }) => {
      const isOpen = options['show-keys'] || isKeyOf(session, wanted);
      return explainOne(agent, session, { ...options, routing, isOpen });
    })
    .join('\n');
}

/** Agents of which nothing is known, and folders in which one may be, in sentences; null: there are none. */
export function unreadAgents(snapshot: Snapshot, only: string | null): string | null {
  const names = snapshot.agents
    .filter(({ agent, readable }) => !readable && (only === null || agent === only))
    .map(({ agent, problems }) => (problems.length === 0 ? agent : `${agent} (${problems.join(', ')})`));
  const closed = only === null ? notLookedInto(snapshot) : null;
  const unread =
    names.length === 0
      ? []
      : [
          `Not read: ${names.length === 1 ? 'agent' : 'agents'} ${names.join(', ')}. Nothing is known of sessions there.`,
        ];
  const sentences = [...unread, ...(closed === null ? [] : [printable(closed)])];
  return sentences.length === 0 ? null : sentences.join(' ');
}

interface One extends ExplainOptions {
  readonly routing: RoutingConfig | null;
  /** What the label hides may be shown. */
  readonly isOpen: boolean;
}

/** In the place of an id of a person, a group or an account, and of a key in a command. */
const HIDDEN = '(hidden)';
const KEY = 'KEY';

function explainOne(agent: ReadableAgent, published: SnapshotSession, one: One): string {
  const { session, labels } = published;
  const { key, placement } = session;
  const label = labels?.session ?? one.labelOf(key);
  const { conversation } = placement;
  const place =
    one.routing === null
      ? [['The config or its bindings cannot be used, so it is not known where this session belongs.']]
      : conversation === null
        ? [[withoutConversation(placement.undecided)]]
        : withConversation(conversation, agent, placement, one.routing, one.isOpen);
  const lines = [
    ...hanging(printable(one.isOpen ? key : label), one.width, `, in the store of agent ${agent.agent}`),
    ...about(judged(agent, published, one.nowMs), label, one).flatMap(([name, value, path]) => [
      ...row(name, value, one.width),
      ...(path === undefined || path === null ? [] : [`    ${path}`]),
    ]),
    ...place.flatMap((paragraph) => ['', ...paragraph.flatMap((line) => placeLines(line, one.width))]),
  ];
  const advice = whatToDo(agent, published, one.isOpen ? key : KEY, one.indexPathOf(agent.agent));
  return [
    ...lines,
    '',
    'What to do:',
    ...advice.flatMap((line) => adviceLines(line, one)),
    ...(one.isOpen ? [] : ['', ...wrapped(aboutHidden(lines, advice), one.width)]),
    '',
  ].join('\n');
}

function aboutHidden(lines: readonly string[], advice: readonly string[]): string {
  const stands = advice.some((line) => /\bKEY\b/.test(line)) ? `, which stands here as ${KEY}` : '';
  const isHiding = lines.some((line) => line.includes(HIDDEN));
  return `--show-keys prints its key${stands}${isHiding ? `${stands === '' ? '' : ','} and all that is hidden` : ''}.`;
}

/** `path`: has a line of its own below, so that it can be copied, however long it is. */
type Row = readonly [name: string, value: string, path?: string | null];

function about({ published, alerts, rests }: JudgedSession, label: string, { isOpen, nowMs }: One): Row[] {
  const { session, labels, findings, ignored } = published;
  const named = (all: readonly Finding[]) => all.map((finding) => findingText(finding, session)).join('; ') || 'none';
  const raised = alerts.map(({ alert, severity }) => `${alert} (${severity})`).join(', ') || 'none';
  return [
    ...(isOpen
      ? [
          [
            'label',
            labels === null ? `${printable(label)} (another session has its series)` : printable(label),
          ] as const,
        ]
      : []),
    ['kind', session.kind],
    ...figures(session, nowMs),
    ['findings', named(findings)],
    ...(ignored.length === 0 ? [] : [['ignored', `${named(ignored)}, as the config file says`] as const]),
    ['alerts', rests === null ? raised : `${raised}; ${rests}`],
  ];
}

function findingText(found: Finding, { keyAgent, placement }: Session): string {
  // The finding has a label, and an agent is nobody.
  const expected = found.reason === 'wrong_store' ? keyAgent : placement.agent;
  const where = found.expectedAgent === null || expected === null ? '' : `, expected in ${printable(expected)}`;
  return `${findingInWords(found)}${where}`;
}

function figures(session: Session, nowMs: number): Row[] {
  const { tokens, tokensSource, window, effectiveWindow, thresholds, lastActivityMs } = session;
  const severity = tokensSeverity(session);
  const isDue = effectiveWindow !== null && effectiveWindow !== window;
  const share = window === null ? '' : `, ${shareOf(tokens, window)} of the window`;
  const judgement = severity === null ? '' : ` (${isCompactionOverdue(session) ? 'compaction overdue' : severity})`;
  const due = isDue ? `; above ${amount(effectiveWindow)} a compaction is due` : '';
  return [
    ['tokens', tokens === null ? 'not known' : `${amount(tokens)}${share}${judgement}, from the ${tokensSource}`],
    ['window', window === null ? 'not known' : `${amount(window)}${due}`],
    [
      'thresholds',
      `${amount(thresholds.tokens.warning)} tokens warning, ${amount(thresholds.tokens.critical)} critical; ${amount(thresholds.transcriptBytes.warning)} bytes of transcript`,
    ],
    [
      'last active',
      lastActivityMs === null ? 'not known' : `${timeOf(lastActivityMs)} (${agoOf(lastActivityMs, nowMs)})`,
    ],
    ['transcript', transcriptText(session), pathOf(session)],
  ];
}

function timeOf(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? 'a time that no calendar has' : date.toISOString();
}

const NO_TRANSCRIPT = {
  missing: 'there is none',
  unnamed: 'nothing says where it would be',
  denied: 'this user may not read it',
  unreadable: 'it cannot be read: see the disk, and whether it is a regular file',
} as const satisfies Record<Exclude<Session['transcript']['state'], 'there'>, string>;

function transcriptText(session: Session): string {
  const { transcript } = session;
  if (transcript.state !== 'there') return NO_TRANSCRIPT[transcript.state];
  const { path, bytes, messages, compactions, badRecords } = transcript;
  return [
    ...(path === null ? ['in the database'] : []),
    ...(bytes === null ? [] : [`${amount(bytes)} bytes${isTranscriptLarge(session) ? ' (large)' : ''}`]),
    ...(messages === null ? [] : [`${amount(messages)} messages`]),
    ...(compactions === null ? [] : [`${amount(compactions)} compactions`]),
    badRecords === null ? 'not validated: --deep does' : 'validated',
  ].join(', ');
}

function pathOf({ transcript }: Session): string | null {
  return transcript.state === 'there' && transcript.path !== null ? printable(transcript.path) : null;
}

function withoutConversation(isPeerUnknown: boolean): string {
  return isPeerUnknown
    ? 'Its key names an identity link. Nothing stored says which of its peers this is, so the agent is undecided.'
    : 'Its key has no route (main, cron, hook, subagent, acp, HTTP, a label): bindings do not decide where it belongs.';
}

/** Paragraphs of sentences and rows. */
function withConversation(
  conversation: SessionConversation,
  agent: ReadableAgent,
  { alsoTo, topicOwn, ofChannel }: Placement,
  routing: RoutingConfig,
  isOpen: boolean,
): (string | Row)[][] {
  const { version } = agent;
  const resolve = prepareRouting(routing, version);
  const routes = possibleConversations(conversation, routing).map((each) => ({
    id: each.peer.id,
    route: resolve(each),
  }));
  return [
    [
      'The conversation:',
      ...facts(conversation, isOpen),
      ...(alsoTo.length === 0 ? [] : [[topicOwn === 'yes' ? 'own agent' : 'also sent to', alsoTo.join(', ')] as const]),
      ...TOPIC[topicOwn],
      ...(ofChannel ? OF_CHANNEL : []),
    ],
    [
      `The bindings, in the order in which OpenClaw ${printable(version ?? '(version unknown)')} tries them:`,
      ...routes.flatMap(({ id, route }) => [
        ...(routes.length > 1 ? [`  if the peer's id is spelt ${isOpen ? printable(id) : HIDDEN}:`] : []),
        ...outcomes(route, routing.bindings),
        `  => ${outcome(route)}`,
      ]),
    ],
  ];
}

const TOPIC: Readonly<Record<Placement['topicOwn'], readonly string[]>> = {
  yes: ['  The topic names its own agent, which takes precedence over the bindings below.'],
  maybe: ['  The topic may have an agent of its own, which would take precedence over the bindings below: undecided.'],
  no: [],
};

const OF_CHANNEL = [
  "  The channel is none of OpenClaw's own: it can choose an agent by itself, and no binding names this peer: undecided.",
];

function facts(
  { channel, account, peer, thread, parent, guild, team, roles }: SessionConversation,
  isOpen: boolean,
): Row[] {
  const shown = (id: string) => (isOpen || id === '' ? printable(id) : HIDDEN);
  const known = (fact: Fact<string>) => {
    if (fact === UNKNOWN) return 'NOT KNOWN (not stored)';
    return fact === null || fact === '' ? 'none' : shown(fact);
  };
  const peerText = ({ kind, id }: Peer) => `${kind} ${shown(id)}`;
  return [
    ['channel', printable(channel)],
    ['account', known(account)],
    ['peer', peerText(peer)],
    ['thread', known(thread)],
    ['parent', parent === UNKNOWN || parent === null ? known(parent) : peerText(parent)],
    ['guild', known(guild)],
    ['team', known(team)],
    ['roles', known(roles === UNKNOWN || roles === null ? roles : roles.join(', '))],
  ];
}

function outcomes(route: Route, bindings: readonly RoutingBinding[]): string[] {
  const rows = route.explain().map(({ index, tier, outcome: what, unknown }) => {
    const agent = bindings[index]?.agentId || '(the default agent)';
    const why = unknown.length === 0 ? what : `${what}: ${unknown.join(', ')}`;
    return `  bindings[${index}] -> ${printable(agent)}  ${tier ?? '-'}  ${why}`;
  });
  return rows.length === 0 ? ['  (the config has none)'] : rows;
}

function outcome(route: Route): string {
  if (!route.decided) return `undecided, since this is not known: ${route.unknown.join(', ')}`;
  const by = route.binding === null ? route.tier : `bindings[${route.binding}], ${route.tier}`;
  const rest = route.unknown.length === 0 ? '' : ` (not known, and without effect: ${route.unknown.join(', ')})`;
  return route.agent === null ? `OpenClaw refuses to choose an agent (${by})` : `${route.agent}, by ${by}${rest}`;
}

/** A row of a name and its value, or a sentence; two columns at its beginning are for all of its lines. */
function placeLines(line: string | Row, width: number): string[] {
  if (typeof line !== 'string') return row(line[0], line[1], width);
  const indent = line.startsWith('  ') ? '  ' : '';
  return hangingWords(line.trimStart(), width - indent.length).map((part) => indent + part);
}

/** What is long goes on below its beginning. */
function row(name: string, value: string, width: number): string[] {
  return wrapped(value, width - NAME_COLUMNS).map(
    (line, at) => (at === 0 ? `  ${name}` : '').padEnd(NAME_COLUMNS) + line,
  );
}

const NAME_COLUMNS = 16;

/** A command can be copied, also where it takes several lines. */
function adviceLines(line: string, { width, place }: One): string[] {
  if (isCommand(line)) return shellLines(inPlace(line, place), width, '    ');
  return hangingWords(line, width - 2).map((part) => `  ${part}`);
}
