import { type Fact, type Peer, type Placement, type SessionConversation, UNKNOWN } from '../../model/conversation.ts';
import { type ReadableAgent, readableAgents, type Snapshot, type SnapshotSession } from '../../model/snapshot.ts';
import type { RoutingBinding, RoutingConfig } from '../../openclaw/config/routing.ts';
import { printable } from '../../printable.ts';
import { possibleConversations } from '../../routing/placement.ts';
import { prepareRouting, type Route } from '../../routing/resolve-route.ts';
import { whatToDo } from './what-to-do.ts';

/**
 * Why a session is where it is, for a person at a terminal: the facts of its conversation, every binding in OpenClaw's
 * order with its outcome, and what to do. `wanted` is a key, or the label of an alert. null: there is no such session.
 */
export function explain(snapshot: Snapshot, routing: RoutingConfig | null, wanted: string): string | null {
  const found = readableAgents(snapshot).flatMap((agent) =>
    agent.sessions
      .filter(({ session, labels }) => session.key === wanted || labels?.session === wanted)
      .map((session) => ({ agent, session })),
  );
  if (found.length === 0) return null;
  return found.map(({ agent, session }) => explainOne(agent, session, routing)).join('\n');
}

function explainOne(
  agent: ReadableAgent,
  { session, labels, findings }: SnapshotSession,
  routing: RoutingConfig | null,
): string {
  const { key, keyAgent, kind, placement } = session;
  const why = findings.map(({ finding, reason, expectedAgent }) => {
    // The finding has a label, and this is the operator's own screen.
    const expected = reason === 'wrong_store' ? keyAgent : placement.agent;
    const where = expectedAgent === null || expected === null ? '' : `, expected in ${expected}`;
    return `${finding}${reason === null ? '' : ` (${reason})`}${where}`;
  });
  const lines = [
    `${printable(key)}, in the store of agent ${agent.agent}`,
    row('label', labels === null ? '(no series)' : printable(labels.session)),
    row('kind', kind),
    row('findings', why.length === 0 ? 'none' : why.join('; ')),
    '',
  ];
  const { conversation } = placement;
  if (routing === null)
    lines.push('The config or its bindings cannot be used, so it is not known where this session belongs.');
  else if (conversation === null) lines.push(...withoutConversation(placement.undecided));
  else lines.push(...withConversation(conversation, agent, placement, routing));
  return [...lines, '', 'What to do:', ...whatToDo(agent, session, findings).map((line) => `  ${line}`), ''].join('\n');
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
): string[] {
  const { version } = agent;
  const resolve = prepareRouting(routing, version);
  const routes = possibleConversations(conversation, routing).map((each) => ({
    id: each.peer.id,
    route: resolve(each),
  }));
  return [
    'The conversation:',
    ...facts(conversation).map(([name, value]) => row(name, value)),
    ...(alsoTo.length === 0 ? [] : [row(topicOwn === 'yes' ? 'own agent' : 'also sent to', alsoTo.join(', '))]),
    ...TOPIC[topicOwn],
    ...(ofChannel ? OF_CHANNEL : []),
    '',
    `The bindings, in the order in which OpenClaw ${printable(version ?? '(version unknown)')} tries them:`,
    ...routes.flatMap(({ id, route }) => [
      ...(routes.length > 1 ? [`  if the peer's id is spelt ${printable(id)}:`] : []),
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

function facts({
  channel,
  account,
  peer,
  thread,
  parent,
  guild,
  team,
  roles,
}: SessionConversation): [string, string][] {
  return [
    ['channel', printable(channel)],
    ['account', known(account)],
    ['peer', peerText(peer)],
    ['thread', thread === null ? 'none' : printable(thread)],
    ['parent', parent === UNKNOWN || parent === null ? known(parent) : peerText(parent)],
    ['guild', known(guild)],
    ['team', known(team)],
    ['roles', roles === UNKNOWN || roles === null ? known(roles) : printable(roles.join(', '))],
  ];
}

function known(fact: Fact<string>): string {
  if (fact === UNKNOWN) return 'NOT KNOWN (not stored)';
  return fact === null || fact === '' ? 'none' : printable(fact);
}

function peerText({ kind, id }: Peer): string {
  return `${kind} ${printable(id)}`;
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

function row(name: string, value: string): string {
  return `  ${name.padEnd(14)}${value}`;
}
