import { type Conversation, type Peer, UNKNOWN } from '../../src/model/conversation.ts';

/**
 * OpenClaw's bindings once more, as plainly as they can be told: every tier looks at every binding, and an unknown fact
 * is tried with every value. For configs whose agents are all listed, the default marked, ids clean.
 */
export interface NaiveBinding {
  readonly agentId: string;
  readonly match: {
    readonly channel: string;
    readonly accountId?: string;
    readonly peer?: Peer;
    readonly guildId?: string;
    readonly teamId?: string;
    readonly roles?: readonly string[];
  };
}

interface NaiveRoute {
  readonly agent: string;
  readonly binding: number | null;
  /** What the binding asks about in the tier in which it matched. */
  readonly asks: readonly string[];
}

/** A conversation without unknown facts. */
export interface KnownConversation {
  readonly channel: string;
  readonly account: string;
  readonly peer: Peer;
  readonly parent: Peer | null;
  readonly guild: string | null;
  readonly team: string | null;
  readonly roles: readonly string[];
}

const DEFAULT_AGENT = 'main';

export function naiveRoute(bindings: readonly NaiveBinding[], version: string, c: KnownConversation): NaiveRoute {
  const isOldest = version === '2026.2.6-3';
  const samePeer = (bound: Peer | undefined, peer: Peer | null) => {
    if (bound === undefined || peer === null) return false;
    const sameKind = bound.kind === peer.kind || (!isOldest && bound.kind !== 'direct' && peer.kind !== 'direct');
    return sameKind && bound.id === peer.id && (isOldest || bound.id !== '*');
  };
  const sameAccount = ({ accountId = 'default' }: NaiveBinding['match']) =>
    accountId === '*' || (isOldest ? accountId === c.account : accountId.toLowerCase() === c.account.toLowerCase());
  const holdsRole = ({ roles = [] }: NaiveBinding['match']) => roles.some((role) => c.roles.includes(role));
  const isWildcard = (m: NaiveBinding['match']) =>
    !isOldest && m.peer?.id === '*' && (m.peer.kind === 'direct') === (c.peer.kind === 'direct');
  const rest = (m: NaiveBinding['match']) =>
    isOldest ||
    ((m.guildId === undefined || m.guildId === c.guild) &&
      (m.teamId === undefined || m.teamId === c.team) &&
      ((m.roles ?? []).length === 0 || holdsRole(m)));
  const itsPeer = (m: NaiveBinding['match']) =>
    isOldest || m.peer === undefined || samePeer(m.peer, c.peer) || isWildcard(m);
  const isBare = (m: NaiveBinding['match']) =>
    m.peer === undefined && m.guildId === undefined && m.teamId === undefined;
  const all = ['guild', 'team', 'roles'];
  const tiers: [matches: (m: NaiveBinding['match']) => boolean, asks: string[]][] = [
    [(m) => samePeer(m.peer, c.peer) && rest(m), isOldest ? [] : all],
    [(m) => samePeer(m.peer, c.parent) && rest(m), isOldest ? ['parent'] : ['parent', ...all]],
    [(m) => isWildcard(m) && rest(m), all],
    [(m) => !isOldest && m.guildId !== undefined && holdsRole(m) && itsPeer(m) && rest(m), all],
    [(m) => m.guildId !== undefined && m.guildId === c.guild && itsPeer(m) && rest(m), isOldest ? ['guild'] : all],
    [(m) => m.teamId !== undefined && m.teamId === c.team && itsPeer(m) && rest(m), isOldest ? ['team'] : all],
    [(m) => isBare(m) && m.accountId !== '*' && rest(m), all],
    [(m) => isBare(m) && rest(m), all],
  ];
  for (const [matches, asks] of tiers) {
    const binding = bindings.findIndex(({ match: m }) => m.channel === c.channel && sameAccount(m) && matches(m));
    const found = bindings[binding];
    if (found === undefined) continue;
    const { accountId, guildId, teamId, roles = [] } = found.match;
    const asked = { parent: true, guild: guildId !== undefined, team: teamId !== undefined, roles: roles.length > 0 };
    const names = Object.entries(asked).flatMap(([name, isAsked]) => (isAsked && asks.includes(name) ? [name] : []));
    return { agent: found.agentId, binding, asks: accountId === '*' ? names : ['account', ...names] };
  }
  return { agent: DEFAULT_AGENT, binding: null, asks: [] };
}

/** The conversation with every value of its unknown facts that the bindings name; the last has none of them. */
export function everyValue(bindings: readonly NaiveBinding[], conversation: Conversation): KnownConversation[] {
  const asked = bindings.filter(({ match }) => match.channel === conversation.channel).map(({ match }) => match);
  const accounts = asked.flatMap(({ accountId = 'default' }) => (accountId === '*' ? [] : [accountId]));
  const parents = asked.flatMap(({ peer }) => (peer === undefined || peer.kind === 'direct' ? [] : [peer]));
  const guilds = asked.flatMap(({ guildId }) => guildId ?? []);
  const teams = asked.flatMap(({ teamId }) => teamId ?? []);
  const roles = new Set(asked.flatMap((match) => match.roles ?? []));
  const { channel, peer } = conversation;
  let all: KnownConversation[] = [{ channel, peer, account: '', parent: null, guild: null, team: null, roles: [] }];
  const spread = <K extends keyof KnownConversation>(name: K, values: readonly KnownConversation[K][]) => {
    all = all.flatMap((one) => values.map((value) => ({ ...one, [name]: value })));
  };
  const { account, parent, guild, team, roles: held } = conversation;
  spread('account', account === UNKNOWN ? [...new Set(accounts), 'another-one'] : [account ?? 'default']);
  spread('parent', parent === UNKNOWN ? [...parents, null] : [parent]);
  spread('guild', guild === UNKNOWN ? [...new Set(guilds), null] : [guild]);
  spread('team', team === UNKNOWN ? [...new Set(teams), null] : [team]);
  spread('roles', held === UNKNOWN ? subsets([...roles]).toReversed() : [held ?? []]);
  return all;
}

function subsets(values: readonly string[]): string[][] {
  return values.reduce<string[][]>((found, value) => found.flatMap((set) => [set, [...set, value]]), [[]]);
}
