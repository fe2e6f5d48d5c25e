import { TOKEN_THRESHOLDS as LIMIT, TRANSCRIPT_BYTES_THRESHOLD } from '../src/thresholds.ts';
import { type Agent, BOUND, type Model, SUPPORT_ACCOUNT, WINDOWS } from './config.ts';
import {
  acp,
  type Conversation,
  cron,
  discordChannel,
  hook,
  httpUser,
  labelled,
  main,
  subagent,
  telegramDm,
  telegramGroup,
} from './conversations.ts';

/** What is broken; each but the last two is named as the reason that the exporter gives for it. Two are of databases. */
export type Damage =
  | 'transcript_missing'
  | 'transcript_empty'
  | 'invalid_json'
  | 'header_invalid'
  | 'id_mismatch'
  | 'truncated'
  | 'transcript_path_null'
  | 'entry_invalid'
  | 'window_missing'
  | 'entry_not_object'
  | 'entry_leads_out';

/** One row of the sample. */
export interface SampleSession {
  readonly agent: Agent;
  readonly about: Conversation;
  /** Tokens in the context after the last run. */
  readonly tokens: number;
  /** Minutes between its last activity and now. */
  readonly idle: number;
  /** When not the agent's own. */
  readonly model?: Model;
  /** Another key than its agent's: old versions wrote `main` for `agent:<id>:main`, and a copied entry keeps the key of its agent. */
  readonly otherKey?: string;
  /** The key whose session id, and so whose transcript, it has. */
  readonly sameIdAs?: string;
  /** The transcript has a compaction in its middle. */
  readonly compacted?: true;
  /** Bytes that the transcript must be larger than. */
  readonly bytesOver?: number;
  readonly state?: 'running' | 'reset' | 'never_run' | 'archived';
  readonly damage?: Damage;
}

export const HOUR = 60;
export const DAY = 24 * HOUR;
const MAIN_KEY = 'agent:demo-main:main';

const MAIN_SESSIONS: readonly SampleSession[] = [
  { agent: 'demo-main', about: main(), tokens: LIMIT.main.critical + 12_000, idle: 4, compacted: true },
  // The same conversation under its old name.
  { agent: 'demo-main', about: main(), tokens: 18_400, idle: 3 * DAY, otherKey: 'main' },
  { agent: 'demo-main', about: telegramDm('5550000001'), tokens: 22_300, idle: 12 },
  { agent: 'demo-main', about: telegramDm('5550000002'), tokens: LIMIT.dm.warning + 9_000, idle: 35 },
  { agent: 'demo-main', about: telegramDm('5550000003'), tokens: LIMIT.dm.critical + 6_500, idle: 2 * HOUR },
  // Strictly above counts: this one is not over.
  { agent: 'demo-main', about: telegramDm('5550000004'), tokens: LIMIT.dm.warning, idle: 3 * HOUR },
  { agent: 'demo-main', about: telegramGroup('-1005550000001'), tokens: 31_000, idle: 9 },
  { agent: 'demo-main', about: telegramGroup('-1005550000002'), tokens: LIMIT.group.warning + 14_000, idle: 50 },
  { agent: 'demo-main', about: telegramGroup('-1005550000003'), tokens: LIMIT.group.critical + 21_000, idle: 25 },
  { agent: 'demo-main', about: telegramGroup('-1005550000004', undefined, 7), tokens: 11_200, idle: 90 },
  // The bindings send both of these elsewhere; the first has a twin where it belongs.
  { agent: 'demo-main', about: telegramDm(BOUND.supportPeer), tokens: 27_500, idle: 6 * HOUR },
  { agent: 'demo-main', about: telegramGroup(BOUND.opsGroup), tokens: 19_800, idle: 20 * HOUR },
  { agent: 'demo-main', about: subagent('demo list fetcher', MAIN_KEY), tokens: 14_600, idle: 4 },
  {
    agent: 'demo-main',
    about: subagent('demo long reader', MAIN_KEY),
    tokens: LIMIT.subagent.warning + 17_000,
    idle: 70,
  },
  { agent: 'demo-main', about: httpUser('demo-kitchen'), tokens: 6_100, idle: 5 * HOUR },
  // Over no number of its kind, and a compaction is overdue.
  {
    agent: 'demo-main',
    about: labelled('demo-notebook'),
    tokens: WINDOWS['demo-compact'] - 9_000,
    idle: 8 * HOUR,
    model: 'demo-compact',
  },
  { agent: 'demo-main', about: labelled('demo-draft'), tokens: 0, idle: 2 * DAY, state: 'never_run' },
  { agent: 'demo-main', about: labelled('demo-old-plan'), tokens: 8_800, idle: 20 * DAY, state: 'archived' },
];

const SUPPORT_SESSIONS: readonly SampleSession[] = [
  { agent: 'demo-support', about: main(), tokens: LIMIT.main.warning + 11_000, idle: 40 },
  { agent: 'demo-support', about: telegramDm(BOUND.supportPeer), tokens: 16_700, idle: 15 },
  { agent: 'demo-support', about: telegramDm('5550000021', SUPPORT_ACCOUNT), tokens: 9_400, idle: 7 },
  { agent: 'demo-support', about: telegramDm('5550000022', SUPPORT_ACCOUNT), tokens: 0, idle: HOUR, state: 'reset' },
  {
    agent: 'demo-support',
    about: telegramGroup('-1005550000020', SUPPORT_ACCOUNT),
    tokens: 42_000,
    idle: 18,
    compacted: true,
    bytesOver: TRANSCRIPT_BYTES_THRESHOLD.warning,
  },
  ...(
    [
      ['5550000031', 'transcript_missing'],
      ['5550000032', 'transcript_empty'],
      ['5550000033', 'invalid_json'],
      ['5550000034', 'header_invalid'],
      ['5550000035', 'id_mismatch'],
      ['5550000036', 'truncated'],
      ['5550000037', 'transcript_path_null'],
    ] as const
  ).map(
    ([peer, damage], at): SampleSession => ({
      agent: 'demo-support',
      about: telegramDm(peer, SUPPORT_ACCOUNT),
      tokens: 20_000 + 1_000 * at,
      idle: 3 * HOUR + 20 * at,
      damage,
    }),
  ),
];

const OPS_SESSIONS: readonly SampleSession[] = [
  { agent: 'demo-ops', about: main(), tokens: 35_600, idle: 55 },
  { agent: 'demo-ops', about: discordChannel('5550000000000101', 'demo-alerts'), tokens: 24_900, idle: 6 },
  { agent: 'demo-ops', about: cron('demo nightly report'), tokens: 7_300, idle: 11 * HOUR },
  // At its window: the next message does not fit.
  {
    agent: 'demo-ops',
    about: cron('demo log digest'),
    tokens: WINDOWS['demo-compact'],
    idle: 10,
    model: 'demo-compact',
  },
  { agent: 'demo-ops', about: hook('demo-deploy'), tokens: 4_700, idle: 26 * HOUR },
  // A run that never ended.
  { agent: 'demo-ops', about: hook('demo-stalled'), tokens: 12_900, idle: 2 * HOUR, state: 'running' },
  { agent: 'demo-ops', about: acp('demo-refactoring'), tokens: LIMIT.acp.warning + 8_000, idle: 30 },
  { agent: 'demo-ops', about: labelled('demo-note'), tokens: 0, idle: DAY, damage: 'entry_not_object' },
  { agent: 'demo-ops', about: labelled('demo-import'), tokens: 13_100, idle: 2 * DAY, damage: 'entry_leads_out' },
  // Two keys, one transcript.
  { agent: 'demo-ops', about: labelled('demo-twin-one'), tokens: 9_900, idle: 5 * HOUR },
  {
    agent: 'demo-ops',
    about: labelled('demo-twin-two'),
    tokens: 9_900,
    idle: 5 * HOUR,
    sameIdAs: 'agent:demo-ops:demo-twin-one',
  },
  // In the index of another agent than its key names.
  {
    agent: 'demo-ops',
    about: labelled('demo-lost-note'),
    tokens: 5_400,
    idle: 30 * HOUR,
    otherKey: 'agent:demo-main:demo-lost-note',
  },
  { agent: 'demo-retired', about: labelled('demo-old-diary'), tokens: 7_700, idle: 9 * DAY },
];

/** In the order in which they stand in the indexes. */
export const SESSIONS: readonly SampleSession[] = [...MAIN_SESSIONS, ...SUPPORT_SESSIONS, ...OPS_SESSIONS];

/** Of the agent whose index is cut off. */
export const BROKEN_AGENT_SESSIONS: readonly SampleSession[] = [
  { agent: 'demo-broken', about: telegramDm('5550000051'), tokens: 17_000, idle: 4 * HOUR },
  { agent: 'demo-broken', about: telegramDm('5550000052'), tokens: 21_000, idle: 5 * HOUR },
];
