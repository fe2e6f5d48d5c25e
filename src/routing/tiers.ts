/** The last version that is known to lack a rule, and the first that is known to have it. */
interface Since {
  readonly without: string;
  readonly with: string;
  /** Nobody looked at the versions before this one. */
  readonly unseenBefore?: string;
}

/** OpenClaw's tiers by the name that it gives a match, the strongest first; `since` null: in every version known. */
export const TIERS = [
  { name: 'binding.peer', since: null },
  { name: 'binding.peer.parent', since: null },
  { name: 'binding.peer.wildcard', since: { without: '2026.3.13', with: '2026.4.15' } },
  { name: 'binding.guild+roles', since: { without: '2026.2.6-3', with: '2026.2.17' } },
  { name: 'binding.guild', since: null },
  { name: 'binding.team', since: null },
  { name: 'binding.account', since: null },
  { name: 'binding.channel', since: null },
  { name: 'default', since: null },
] as const satisfies readonly { name: string; since: Since | null }[];

export type Tier = (typeof TIERS)[number]['name'];

/** What else changed in the bindings. */
const RULES = {
  /** A binding must meet all its constraints; before, only the one of the tier that looks at it. */
  allConstraints: { without: '2026.2.6-3', with: '2026.2.17' },
  /** Account ids are compared as agent ids are; before, with their letter case. */
  foldedAccounts: { without: '2026.2.6-3', with: '2026.3.13' },
  /** The peer kinds `group` and `channel` are the same. */
  groupIsChannel: { without: '2026.2.23', with: '2026.3.13' },
  /** A guild or team id of blanks counts as absent; before, its binding never matches by it. */
  blankIsAbsent: { without: '2026.2.6-3', with: '2026.4.15' },
  /** A binding to an agent that is not in the list of agents is refused; before, it gives the default agent. */
  unlistedRefused: { without: '2026.4.15', with: '2026.7.35' },
  /** `main` always exists, and without a list nothing else does; before, any name was taken then. */
  onlyMainUnlisted: { without: '2026.7.35', with: '2026.9.6' },
  /** Several agents need a default mark or an explicit owner; before, the first marked one, else the first. */
  explicitDefault: { without: '2026.7.35', with: '2026.8.1' },
  /** Each configured channel gets a last binding to the default agent: same agent, another tier. */
  channelBindingAdded: { without: '2026.7.35', with: '2026.9.6' },
  wildcardTier: TIERS[2].since,
  guildRolesTier: TIERS[3].since,
} as const satisfies Record<string, Since>;

/** What changed in the settings that choose an agent besides the bindings. */
const OVERRIDES = {
  /** `broadcast` takes `<channel>:<peer>`, for every channel; before, peers of WhatsApp only. */
  broadcastAnyChannel: { without: '2026.7.35', with: '2026.9.6' },
  /** A forum topic can name an agent. */
  topicAgents: { without: '2026.2.6-3', with: '2026.3.13' },
  /** With several Telegram accounts the topics of the channel hold for all. */
  topicsInherited: { without: '2026.7.35', with: '2026.9.6', unseenBefore: '2026.7.35' },
} as const satisfies Record<string, Since>;

/** One way in which a version may behave. */
export type RuleSet = Readonly<Record<keyof typeof RULES, boolean>>;

/** Versions whose code was read or called. */
const KNOWN = [
  '2026.2.6-3',
  '2026.2.17',
  '2026.2.23',
  '2026.3.13',
  '2026.4.15',
  '2026.7.35',
  '2026.8.1',
  '2026.9.6',
] as const;

/**
 * Every rule set that a version may have: several between two versions that are known, all for an unknown version
 * (null, or no version at all), none outside of what is known. The oldest comes first.
 */
export function possibleRules(version: string | null): RuleSet[] {
  return pointsOf(version).flatMap((at) => {
    let sets: Partial<Record<keyof typeof RULES, boolean>>[] = [{}];
    for (const name of NAMES)
      sets = statesAt(RULES[name], at).flatMap((on) => sets.map((set) => ({ ...set, [name]: on })));
    return sets.filter(isComplete);
  });
}

/** Whether a version has it (true), or lacks it (false); null where both may be. */
export function holds(version: string | null, rule: keyof typeof OVERRIDES): boolean | null {
  const [first, ...others] = pointsOf(version).flatMap((at) => statesAt(OVERRIDES[rule], at));
  return first === undefined || others.includes(!first) ? null : first;
}

function pointsOf(version: string | null): Version[] {
  const known = KNOWN.map(parsed);
  const at = version === null ? null : parseVersion(version);
  if (at === null) return known;
  const [oldest, newest] = [known[0] ?? at, known.at(-1) ?? at];
  return compare(at, oldest) < 0 || compare(at, newest) > 0 ? [] : [at];
}

const NAMES = Object.keys(RULES).filter((name): name is keyof typeof RULES => name in RULES);

function isComplete(set: Partial<RuleSet>): set is RuleSet {
  return NAMES.every((name) => set[name] !== undefined);
}

function statesAt(since: Since, at: Version): boolean[] {
  if (since.unseenBefore !== undefined && compare(at, parsed(since.unseenBefore)) < 0) return [false, true];
  if (compare(at, parsed(since.with)) >= 0) return [true];
  return compare(at, parsed(since.without)) <= 0 ? [false] : [false, true];
}

type Version = readonly number[];

/**
 * `2026.2.6-3` is a later build of `2026.2.6`, while `2026.7.2-beta.1` comes before `2026.7.2` (semver would put both
 * before).
 */
function parseVersion(version: string): Version | null {
  const found = /^v?(\d{4})\.(\d{1,2})\.(\d{1,3})(?:-([0-9a-z.-]+))?(?:\+.*)?$/i.exec(version.trim());
  if (found === null) return null;
  const [year, month, patch] = found.slice(1, 4).map(Number);
  const suffix = found[4];
  const build = suffix === undefined ? 0 : /^\d+$/.test(suffix) ? Number(suffix) : -1;
  return [year ?? 0, month ?? 0, patch ?? 0, build];
}

function parsed(version: string): Version {
  return parseVersion(version) ?? [];
}

function compare(one: Version, other: Version): number {
  for (const [at, part] of one.entries()) {
    const difference = part - (other[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
