/**
 * What changed between versions of OpenClaw, by name, and the one comparer of its versions. Code asks
 * `has(version, name)`; the number of a version stands in the tables below and nowhere else.
 */
interface Change {
  /** The first version that is known to have it. */
  readonly with: string;
  /** The last version that is known to lack it; left out: every version before `with` lacks it. */
  readonly without?: string;
  /** Nobody looked at the versions before this one. */
  readonly unseenBefore?: string;
}

const CHANGES = {
  /**
   * Sessions are rows of the agent's database; before, they are an index and JSONL files. The betas of 2026.7.2 have a
   * database too, but 2026.7.33 to 2026.7.35 were released after them and have none.
   */
  sqliteSessions: { with: '2026.8.1-beta.1' },
  /** Transcripts lie beside the index; before, in `agents/<id>/sessions/`, also where `session.store` names another place. */
  transcriptsBesideIndex: { without: '2026.2.12', with: '2026.2.17' },
  /** The index is read as JSON; before, as JSON5. */
  strictJsonIndex: { with: '2026.2.17' },
  /** No writer takes `sessions.json.lock`: nothing keeps the gateway from writing its own copy over an edit; before, each does. */
  indexUnlocked: { without: '2026.4.29', with: '2026.5.7' },
  /** The loader takes `session.maintenance`; before, it refuses the key, and nothing is ever removed. */
  maintenance: { without: '2026.2.9', with: '2026.2.12' },
  /** Maintenance removes sessions where no mode is set; before, it only warns. */
  maintenanceEnforced: { without: '2026.4.15', with: '2026.4.29' },
  /** 5,000 sessions are kept where nothing is set; before, 500. */
  maintenanceKeeps5000: { without: '2026.9.2', with: '2026.9.3' },
  /** 10 GiB are kept where nothing is set, and 0 means no limit; before, there is none, and 0 is one. */
  maintenanceKeeps10GiB: { with: '2026.8.1-beta.1' },
  /** `agents.defaults.contextTokens` is dropped when the config is loaded; before, it limits a session. */
  defaultContextTokensDropped: { with: '2026.8.1-beta.1' },
  /** The ids of the system agent are reserved: the config need not list them, and nobody can make an agent of them. */
  reservedAgents: { without: '2026.7.35', with: '2026.8.1' },
  /** The stored limit counts only where the runtime itself reported it; before, wherever its model is still in use. */
  storedLimitDoubted: { with: '2026.8.1-beta.1' },
  /** The limits of a provider are those of its models that have none; before, a run does not heed them. */
  providerLimitsInherited: { with: '2026.8.1-beta.1' },
  /** Of a model's `contextTokens` and `contextWindow` the smaller one counts; before, `contextTokens`. */
  smallerModelLimit: { without: '2026.9.4', with: '2026.9.5' },
  /** `compaction.reserveTokens` is a key; before, only the floor is. */
  reserveTokensKey: { without: '2026.2.17', with: '2026.4.15' },
  /** The whole reserve leaves room for a prompt; before, only its floor does. */
  reserveCapped: { without: '2026.4.15', with: '2026.7.1' },
  /** Both keys of the reserve are taken out of the config: nobody can set it. */
  reserveKeysDropped: { with: '2026.8.1-beta.1' },
  /** The reserve is a quarter of the window at most; before, it leaves room for a prompt. */
  reserveQuarter: { without: '2026.9.2', with: '2026.9.3' },
  /** `compaction.enabled` is a key; before, compaction cannot be switched off. */
  compactionSwitch: { with: '2026.8.1-beta.1' },
  /** Profiles of `claude-cli` count as credentials for Anthropic. */
  claudeCliProfiles: { with: '2026.7.35' },
  /** An include must lie in the folder of the config; before, anywhere. */
  includesConfined: { without: '2026.2.12', with: '2026.2.17' },
  /** `OPENCLAW_INCLUDE_ROOTS` names further folders for includes. */
  includeRoots: { without: '2026.4.29', with: '2026.5.7' },
  /** `openclaw sessions` takes `--agent` and `--all-agents`. */
  sessionsByAgent: { without: '2026.2.17', with: '2026.2.23' },
  /** `openclaw sessions` lists 100 sessions where no `--limit` is given. */
  sessionsLimited: { without: '2026.4.29', with: '2026.5.7' },
  /** The entry of a Discord thread has a `threadId`; before, nothing tells a thread from a channel. */
  discordThreadIdStored: { with: '2026.4.15' },
} as const satisfies Record<string, Change>;

/** What changed in how the bindings choose an agent. Every rule here is a field of a `RuleSet`. */
export const BINDING_CHANGES = {
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
  /** Several agents need a default mark or an explicit owner; before, the first marked one is the default, else the first. */
  explicitDefault: { without: '2026.7.35', with: '2026.8.1' },
  /** Each configured channel gets a last binding to the default agent: the agent is the same, the tier is another. */
  channelBindingAdded: { without: '2026.7.35', with: '2026.9.6' },
  /** The peer id `*` is a tier of its own: every peer of a kind. */
  wildcardTier: { without: '2026.3.13', with: '2026.4.15' },
  /** A guild with roles is a tier of its own. */
  guildRolesTier: { without: '2026.2.6-3', with: '2026.2.17' },
} as const satisfies Record<string, Change>;

const ROUTING_CHANGES = {
  ...BINDING_CHANGES,
  /** `broadcast` takes `<channel>:<peer>`, for every channel; before, a bare id only, of WhatsApp or a Feishu group. */
  broadcastAnyChannel: { without: '2026.9.4', with: '2026.9.5' },
  /** Feishu looks for its groups in `broadcast`. */
  feishuBroadcast: { without: '2026.2.23', with: '2026.3.13' },
  /** The room of a direct chat of Matrix is its parent. */
  matrixRoomIsParent: { without: '2026.2.6-3', with: '2026.4.15' },
  /** The group of a Feishu topic is its parent. */
  feishuGroupIsParent: { with: '2026.4.15', unseenBefore: '2026.4.15' },
  /** A forum topic can name an agent. */
  topicAgents: { without: '2026.2.6-3', with: '2026.3.13' },
  /** With several Telegram accounts the topics of the channel hold for all. */
  topicsInherited: { without: '2026.7.35', with: '2026.9.6', unseenBefore: '2026.7.35' },
} as const satisfies Record<string, Change>;

/** Versions whose routing was read or called, the oldest first. Of the versions outside of them no rule is known. */
const ROUTING_VERSIONS = [
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
 * The schema of an agent's database that a version needs, the oldest first: each refuses an older one until `openclaw
 * doctor --fix` has migrated it (2026.9.5 starts all the same, with an empty session list; 2026.9.6 migrates at its start).
 * Earlier betas, and what comes after the last version here, were not looked at.
 */
const AGENT_SCHEMAS = [
  { since: '2026.8.1', schema: 19 },
  // Released later, from an older branch.
  { since: '2026.9.1-beta.1', schema: 17 },
  { since: '2026.9.1', schema: 19 },
  { since: '2026.9.5', schema: 21 },
  { since: '2026.9.6', schema: 23 },
] as const;

export type ChangeName = keyof typeof CHANGES | keyof typeof ROUTING_CHANGES;

/** Every change, for the documents. */
export const ALL_CHANGES: Readonly<Record<ChangeName, Change>> = { ...CHANGES, ...ROUTING_CHANGES };

/** Whether a version of OpenClaw has a change (true), or lacks it (false); null: it may have it, or is no version. */
export function has(version: string | null, name: ChangeName): boolean | null {
  const at = parseVersion(version);
  if (at === null || (name in ROUTING_CHANGES && !isBetween(at, ROUTING_VERSIONS))) return null;
  const change = ALL_CHANGES[name];
  if (change.unseenBefore !== undefined && compare(at, change.unseenBefore) < 0) return null;
  if (compare(at, change.with) >= 0) return true;
  return change.without === undefined || compare(at, change.without) <= 0 ? false : null;
}

/**
 * A regular expression of the versions that lack a change, and of a version that is not known; those of the month of the
 * change are left out.
 */
export function patternOfVersionsWithout(name: keyof typeof CHANGES): string {
  const [year = 0, month = 0] = parseVersion(CHANGES[name].with)?.numbers ?? [];
  const months = Array.from({ length: month - 1 }, (_, index) => index + 1);
  return `|${year}[.](?:${months.join('|')})[.].+`;
}

/** The version itself, or the newest known one of the era of its store where it is not known. */
export function versionOrNewest(version: string | null, era: 'file' | 'sqlite'): string {
  if (version !== null && parseVersion(version) !== null) return version;
  const isOfEra = (each: string) => has(each, 'sqliteSessions') === (era === 'sqlite');
  return ROUTING_VERSIONS.findLast(isOfEra) ?? ROUTING_VERSIONS[0];
}

/**
 * The versions that a version may route as: all that are known for null or what is no version, none where it lies outside
 * of them, else itself.
 */
export function routingVersions(version: string | null): readonly string[] {
  const at = parseVersion(version);
  if (version === null || at === null) return ROUTING_VERSIONS;
  return isBetween(at, ROUTING_VERSIONS) ? [version] : [];
}

/** Whether a version refuses an agent's database of this schema; false also where nobody knows what the version needs. */
export function isSchemaOutdated(schema: number, version: string | null): boolean {
  const at = parseVersion(version);
  const versions = AGENT_SCHEMAS.map(({ since }) => since);
  if (at === null || !isBetween(at, versions)) return false;
  const needed = AGENT_SCHEMAS.findLast(({ since }) => compare(at, since) >= 0)?.schema ?? 0;
  return schema < needed;
}

function isBetween(at: Version, versions: readonly string[]): boolean {
  return compare(at, versions[0] ?? '') >= 0 && compare(at, versions.at(-1) ?? '') <= 0;
}

/** Whether it is written as a version of OpenClaw is. */
export function isVersion(text: string): boolean {
  return parseVersion(text) !== null;
}

interface Version {
  /** Year, month, patch, and the build: 3 of `2026.2.6-3`, 0 without one, -1 before the release. */
  readonly numbers: readonly number[];
  /** `beta.1` */
  readonly prerelease: string;
}

/**
 * `2026.2.6-3` is a later build of `2026.2.6`, while `2026.7.2-beta.1` comes before `2026.7.2` (semver would put both
 * before). A leading `v` and what follows `+` do not count.
 */
function parseVersion(version: string | null): Version | null {
  if (version === null) return null;
  const known = PARSED.get(version);
  if (known !== undefined) return known;
  if (PARSED.size >= MOST_PARSED) PARSED.clear();
  const parsed = parse(version);
  PARSED.set(version, parsed);
  return parsed;
}

/** Each session asks for the same few: parsed anew, they were 7 % of the first scan of 5,000 (measured). */
const PARSED = new Map<string, Version | null>();
/** Databases and configs may say anything. */
const MOST_PARSED = 200;

function parse(version: string): Version | null {
  const found = /^v?(\d{4})\.(\d{1,2})\.(\d{1,3})(?:-([0-9a-z.-]+))?(?:\+.*)?$/i.exec(version.trim());
  if (found === null) return null;
  const suffix = found[4] ?? '0';
  const isBuild = /^\d+$/.test(suffix);
  return {
    numbers: [...found.slice(1, 4).map(Number), isBuild ? Number(suffix) : -1],
    prerelease: isBuild ? '' : suffix,
  };
}

/** Below 0 where `one` is the older version. */
function compare(one: Version, text: string): number {
  const other = parseVersion(text);
  if (other === null) throw new Error(`${text} is no version of OpenClaw`);
  for (const [place, number] of one.numbers.entries()) {
    const difference = number - (other.numbers[place] ?? 0);
    if (difference !== 0) return difference;
  }
  return PRERELEASES.compare(one.prerelease, other.prerelease);
}

/** `beta.2` comes before `beta.10`. */
const PRERELEASES = new Intl.Collator('en', { numeric: true });
