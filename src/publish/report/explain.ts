import { WIDTH, wrapped } from '../../lines.ts';
import { type Fact, type Peer, type Placement, type SessionConversation, UNKNOWN } from '../../model/conversation.ts';
import type { Session } from '../../model/session.ts';
import { type ReadableAgent, readableAgents, type Snapshot, type SnapshotSession } from '../../model/snapshot.ts';
import type { RoutingBinding, RoutingConfig } from '../../openclaw/config/routing.ts';
import { printable } from '../../printable.ts';
import { possibleConversations } from '../../routing/placement.ts';
import { prepareRouting, type Route } from '../../routing/resolve-route.ts';
import { isTranscriptLarge, tokensSeverity } from '../../thresholds.ts';
import { agoOf, amount, shareOf } from '../words.ts';
import { whatToDo } from './what-to-do.ts';

export interface ExplainOptions {
  /** null: of every agent. */
  readonly agent: string | null;
  /** Whoever asks by a key knows it. Whoever asks by a label is shown what it hides only where this is true. */
  readonly 'show-keys': boolean;
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
}

/**
 * What is known of a session and why it is where it is, for a person at a terminal: its figures beside their limits, its findings,
 * the facts of its conversation, every binding in OpenClaw's order with its outcome, and what to do. `wanted` is a key, or the
 * label of an alert. null: there is no such session.
 */
export function explain(
  snapshot: Snapshot,
  routing: RoutingConfig | null,
  wanted: string,
  options: ExplainOptions,
): string | null {
  const found = readableAgents(snapshot)
    .filter(({ agent }) => options.agent === null || agent === options.agent)
    .flatMap((agent) =>
      agent.sessions
        .filter(({ session, labels }) => session.key === wanted || labels?.session === wanted)
        .map((session) => ({ agent, session })),
    );
  if (found.length === 0) return null;
  return found
    .map(({ agent, session }) => {
      const isOpen = options['show-keys'] || session.session.key === wanted;
      return explainOne(agent, session, { ...options, routing, isOpen });
    })
    .join('\n');
}

/** Agents of which nothing is known, in a sentence; null: there are none. */
export function unreadAgents({ agents }: Snapshot, only: string | null): string | null {
  const names = agents
    .filter(({ agent, readable }) => !readable && (only === null || agent === only))
    .map(({ agent, problems }) => (problems.length === 0 ? agent : `${agent} (${problems.join(', ')})`));
  if (names.length === 0) return null;
  return `Not read: ${names.length === 1 ? 'agent' : 'agents'} ${names.join(', ')}. Nothing is known of sessions there.`;
}

interface One extends ExplainOptions {
  readonly routing: RoutingConfig | null;
  /** What the label hides may be shown. */
  readonly isOpen: boolean;
}

/** In the place of an id of a person, a group or an account. */
const HIDDEN = '(hidden)';

function explainOne(agent: ReadableAgent, published: SnapshotSession, one: One): string {
  const { session, labels, findings } = published;
  const { key, keyAgent, kind, placement } = session;
  const why = findings.map(({ finding, reason, expectedAgent }) => {
    // The finding has a label, and an agent is nobody.
    const expected = reason === 'wrong_store' ? keyAgent : placement.agent;
    const where = expectedAgent === null || expected === null ? '' : `, expected in ${expected}`;
    return `${finding}${reason === null ? '' : ` (${reason})`}${where}`;
  });
  const lines = [
    `${printable(one.isOpen ? key : (labels?.session ?? HIDDEN))}, in the store of agent ${agent.agent}`,
    ...(one.isOpen ? [row('label', labels === null ? '(no series)' : printable(labels.session))] : []),
    row('kind', kind),
    ...figures(session, one.nowMs),
    row('findings', why.length === 0 ? 'none' : why.join('; ')),
    '',
  ];
  const { conversation } = placement;
  if (one.routing === null)
    lines.push('The config or its bindings cannot be used, so it is not known where this session belongs.');
  else if (conversation === null) lines.push(...withoutConversation(placement.undecided));
  else lines.push(...withConversation(conversation, agent, placement, one.routing, one.isOpen));
  const advice = whatToDo(agent, published, one.isOpen ? key : 'KEY');
  return [
    ...lines,
    '',
    'What to do:',
    ...advice.flatMap(adviceLines),
    ...(one.isOpen ? [] : ['', '--show-keys prints its key, which stands here as KEY, and all that is hidden.']),
    '',
  ].join('\n');
}

function figures(session: Session, nowMs: number): string[] {
  const { tokens, tokensSource, window, effectiveWindow, thresholds, lastActivityMs } = session;
  const severity = tokensSeverity(session);
  const isDue = effectiveWindow !== null && effectiveWindow !== window;
  return [
    row(
      'tokens',
      tokens === null
        ? 'not known'
        : `${amount(tokens)}${window === null ? '' : `, ${shareOf(tokens, window)} of the window`}${severity === null ? '' : ` (${severity})`}, from the ${tokensSource}`,
    ),
    row(
      'window',
      window === null
        ? 'not known'
        : `${amount(window)}${isDue ? `; above ${amount(effectiveWindow)} a compaction is due` : ''}`,
    ),
    row(
      'thresholds',
      `${amount(thresholds.tokens.warning)} tokens warning, ${amount(thresholds.tokens.critical)} critical; ${amount(thresholds.transcriptBytes.warning)} bytes of transcript`,
    ),
    row(
      'last active',
      lastActivityMs === null ? 'not known' : `${timeOf(lastActivityMs)} (${agoOf(lastActivityMs, nowMs)})`,
    ),
    row('transcript', transcriptText(session)),
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
    path === null ? 'in the database' : printable(path),
    ...(bytes === null ? [] : [`${amount(bytes)} bytes${isTranscriptLarge(session) ? ' (large)' : ''}`]),
    ...(messages === null ? [] : [`${amount(messages)} messages`]),
    ...(compactions === null ? [] : [`${amount(compactions)} compactions`]),
    badRecords === null ? 'not validated: --deep does' : 'validated',
  ].join(', ');
}

function withoutConversation(isPeerUnknown: boolean): string[] {
  if (isPeerUnknown) {
    return [
      'Its key names an identity link. Nothing stored says which of its peers this is, so the agent is undecided.',
    ];
  }
  return [
    'Its key has no route (main, cron, hook, subagent, acp, HTTP, a label): bindings do not decide where it belongs.',
  ];
}

function withConversation(
  conversation: SessionConversation,
  agent: ReadableAgent,
  { alsoTo, topicOwn, ofChannel }: Placement,
  routing: RoutingConfig,
  isOpen: boolean,
): string[] {
  const { version } = agent;
  const resolve = prepareRouting(routing, version);
  const routes = possibleConversations(conversation, routing).map((each) => ({
    id: each.peer.id,
    route: resolve(each),
  }));
  return [
    'The conversation:',
    ...facts(conversation, isOpen).map(([name, value]) => row(name, value)),
    ...(alsoTo.length === 0 ? [] : [row(topicOwn === 'yes' ? 'own agent' : 'also sent to', alsoTo.join(', '))]),
    ...TOPIC[topicOwn],
    ...(ofChannel ? OF_CHANNEL : []),
    '',
    `The bindings, in the order in which OpenClaw ${printable(version ?? '(version unknown)')} tries them:`,
    ...routes.flatMap(({ id, route }) => [
      ...(routes.length > 1 ? [`  if the peer's id is spelt ${isOpen ? printable(id) : HIDDEN}:`] : []),
      ...outcomes(route, routing.bindings),
      `  => ${outcome(route)}`,
    ]),
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
): [string, string][] {
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

/** What is long goes on below its beginning. */
function row(name: string, value: string): string {
  return wrapped(value, WIDTH - NAME_COLUMNS)
    .map((line, at) => (at === 0 ? `  ${name}` : '').padEnd(NAME_COLUMNS) + line)
    .join('\n');
}

const NAME_COLUMNS = 16;

/** A command stays on one line, so that it can be copied. */
function adviceLines(line: string): string[] {
  if (/\bopenclaw(?:-store-exporter)? /.test(line)) return [`  ${line}`];
  return wrapped(line, WIDTH - 4).map((part, at) => (at === 0 ? `  ${part}` : `    ${part}`));
}
