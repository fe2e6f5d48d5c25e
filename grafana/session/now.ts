import * as units from '@grafana/grafana-foundation-sdk/units';
import { promDuration } from '../../src/rules/expressions.ts';
import { AGE_SECONDS, ALERT_THRESHOLDS } from '../../src/thresholds.ts';
import { PLAIN, RED_FROM_ONE, SHARE_OF_WINDOW, steps, TIME_TO_LIMIT, YELLOW_FROM_ONE } from '../colours.ts';
import { GROWTH_HOURS, share, timeToLimit } from '../expressions.ts';
import type { Row, StatSpec } from '../panel.ts';
import { ONE_SESSION } from '../variables.ts';

const TOKENS = `openclaw_store_session_tokens{${ONE_SESSION}}`;
const COMPACTIONS = `openclaw_store_session_compactions{${ONE_SESSION}}`;
const MATCHERS = { matchers: ONE_SESSION };
const STORM = ALERT_THRESHOLDS.compactionStorm;
const NOT_KNOWN = 'not known';

const CONTEXT: readonly StatSpec[] = [
  one('Tokens', TOKENS, units.Short, {
    description: 'Tokens in the context after the last run. The shares beside it say when to worry.',
  }),
  one('Of the warning threshold', share('tokens', 'warning', MATCHERS), units.PercentUnit, {
    description: 'Tokens as a share of the warning threshold of this session. Worry above 100 %: compact it this week.',
    colours: YELLOW_FROM_ONE,
  }),
  one('Of the critical threshold', share('tokens', 'critical', MATCHERS), units.PercentUnit, {
    description: 'Tokens as a share of the critical threshold of this session. Worry above 100 %: compact it now.',
    colours: RED_FROM_ONE,
  }),
  one('Of the window', `${TOKENS} / openclaw_store_session_window_tokens{${ONE_SESSION}}`, units.PercentUnit, {
    description:
      'Tokens as a share of the window of the model. Worry at 100 %: the next message fails or loses context.',
    colours: SHARE_OF_WINDOW,
  }),
  one(
    'Of the window without reserve',
    `${TOKENS} / openclaw_store_session_effective_window_tokens{${ONE_SESSION}}`,
    units.PercentUnit,
    {
      description:
        'Tokens as a share of the window minus the compaction reserve. Worry above 100 %: a compaction is overdue.',
      colours: YELLOW_FROM_ONE,
    },
  ),
  one('Time to the limit', timeToLimit(ONE_SESSION), units.Seconds, {
    description: `Time until the critical threshold or the window, whichever is lower, at the growth of the last ${GROWTH_HOURS} hours. Worry when it is red: compact the session before it is full. After a compaction it says nothing for up to ${GROWTH_HOURS} hours.`,
    noValue: 'does not grow',
    colours: TIME_TO_LIMIT,
  }),
];

const REST: readonly StatSpec[] = [
  one('Transcript', `openclaw_store_session_transcript_bytes{${ONE_SESSION}}`, units.BytesSI, {
    description:
      'Size of the current transcript; in SQLite the bytes of its events. The share beside it says when to worry.',
    noValue: 'no transcript',
  }),
  one('Transcript, of its threshold', share('transcript_bytes', 'warning', MATCHERS), units.PercentUnit, {
    description: 'Bytes as a share of the threshold. Worry above 100 %: the transcript is slow to load and to compact.',
    noValue: 'no transcript',
    colours: YELLOW_FROM_ONE,
  }),
  one('Messages', `openclaw_store_session_messages{${ONE_SESSION}}`, units.Short, {
    description:
      'Messages of any role in the current transcript. Not known before the first deep scan of a file. Worry when there are none and the session is in use.',
  }),
  one(
    'Compactions of late',
    `${COMPACTIONS} - min_over_time(${COMPACTIONS}[${promDuration(STORM.seconds)}])`,
    units.Short,
    {
      description: `Compactions within ${STORM.seconds / 60} minutes. Worry at ${STORM.compactions}: something fills the context again and again, and each compaction loses detail.`,
      colours: steps('green', [STORM.compactions, 'yellow']),
    },
  ),
  one(
    'Last activity',
    `time() - openclaw_store_session_last_activity_timestamp_seconds{${ONE_SESSION}}`,
    units.Seconds,
    {
      description: `Time since the last interaction or run. A session is active for ${AGE_SECONDS.active / 3600} hours. Worry when somebody waits for an answer and it only climbs.`,
    },
  ),
  one('Findings', `count(openclaw_store_session_finding{${ONE_SESSION}})`, units.Short, {
    description: 'What checks found in this session. Worry at 1: the table of findings below says what it is.',
    noValue: 'none',
    colours: YELLOW_FROM_ONE,
  }),
];

export const SESSION_NOW: Row = {
  title: 'Now',
  lines: [
    { height: 4, panels: CONTEXT },
    { height: 4, panels: REST },
  ],
};

function one(
  title: string,
  expr: string,
  unit: string,
  more: Pick<StatSpec, 'description' | 'colours'> & Partial<Pick<StatSpec, 'noValue'>>,
): StatSpec {
  return { type: 'stat', title, unit, noValue: NOT_KNOWN, colours: PLAIN, queries: [{ expr, legend: title }], ...more };
}
