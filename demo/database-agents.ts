import { TOKEN_THRESHOLDS as LIMIT, TRANSCRIPT_BYTES_THRESHOLD } from '../src/thresholds.ts';
import { DESK_ACCOUNT, MOVING_ACCOUNT } from './config.ts';
import { cron, hook, httpUser, labelled, main, subagent, telegramDm, telegramGroup } from './conversations.ts';
import { DAY, HOUR, type SampleSession } from './sessions.ts';

const agent = 'demo-desk';
/** Whose conversation waits for an answer. */
export const WAITING_PEER = '5550000061';

/** Of the agent that lives in a database. */
export const DESK_SESSIONS: readonly SampleSession[] = [
  { agent, about: main(), tokens: LIMIT.main.warning + 23_000, idle: 3, compacted: true },
  { agent, about: telegramDm(WAITING_PEER, DESK_ACCOUNT), tokens: 14_200, idle: 14 },
  { agent, about: telegramDm('5550000062', DESK_ACCOUNT), tokens: LIMIT.dm.warning + 12_000, idle: HOUR },
  { agent, about: telegramDm('5550000063', DESK_ACCOUNT), tokens: 21_500, idle: 20 * HOUR },
  { agent, about: telegramGroup('-1005550000061', DESK_ACCOUNT), tokens: LIMIT.group.critical + 9_000, idle: 45 },
  { agent, about: telegramGroup('-1005550000062', DESK_ACCOUNT, 3), tokens: 12_400, idle: 2 * HOUR },
  {
    agent,
    about: telegramGroup('-1005550000063', DESK_ACCOUNT),
    tokens: 38_000,
    idle: 22,
    bytesOver: TRANSCRIPT_BYTES_THRESHOLD.warning,
  },
  { agent, about: cron('demo morning plan'), tokens: 9_100, idle: 5 * HOUR },
  { agent, about: subagent('demo shelf counter', `agent:${agent}:main`), tokens: 8_300, idle: 5 },
  { agent, about: httpUser('demo-counter'), tokens: 5_200, idle: 7 * HOUR },
  // A run that never ended.
  { agent, about: hook('demo-delivery'), tokens: 11_800, idle: 3 * HOUR, state: 'running' },
  { agent, about: labelled('demo-blank'), tokens: 0, idle: DAY, state: 'never_run' },
  { agent, about: labelled('demo-old-shelf'), tokens: 7_700, idle: 30 * DAY, state: 'archived' },
  ...(
    [
      ['5550000071', 'entry_invalid'],
      ['5550000072', 'window_missing'],
      ['5550000073', 'transcript_missing'],
      ['5550000074', 'invalid_json'],
    ] as const
  ).map(
    ([peer, damage], at): SampleSession => ({
      agent,
      about: telegramDm(peer, DESK_ACCOUNT),
      tokens: 16_000 + 1_000 * at,
      idle: 4 * HOUR + 15 * at,
      damage,
    }),
  ),
];

/** Of the agent whose files were imported and are still there; its main session went on in the database. */
export const MOVING_SESSIONS: readonly SampleSession[] = [
  { agent: 'demo-moving', about: main(), tokens: 33_000, idle: 3 * DAY },
  { agent: 'demo-moving', about: telegramDm('5550000081', MOVING_ACCOUNT), tokens: 18_900, idle: 4 * DAY },
  { agent: 'demo-moving', about: telegramGroup('-1005550000081', MOVING_ACCOUNT), tokens: 26_300, idle: 4 * DAY },
];

/** What the main session has come to since; `idle` in minutes, as in a session. */
export const MOVED_ON = { tokens: 92_000, idle: 25 } as const;
