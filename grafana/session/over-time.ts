import * as units from '@grafana/grafana-foundation-sdk/units';
import { RED_FROM_ONE } from '../colours.ts';
import { share, thresholdOf } from '../expressions.ts';
import type { Row } from '../panel.ts';
import { ONE_SESSION } from '../variables.ts';

const TOKENS = `openclaw_store_session_tokens{${ONE_SESSION}}`;
const WINDOW = `openclaw_store_session_window_tokens{${ONE_SESSION}}`;
const NO_TOKENS = 'its tokens are not known';

export const SESSION_OVER_TIME: Row = {
  title: 'Over time',
  lines: [
    {
      height: 11,
      panels: [
        {
          type: 'lines',
          title: 'Tokens, thresholds and window',
          description:
            'Tokens in the context, with both thresholds of this session and with the window of its model. Worry when the tokens climb to a line and no compaction brings them down.',
          noValue: NO_TOKENS,
          unit: units.Short,
          width: 16,
          queries: [
            { expr: TOKENS, legend: 'tokens' },
            { expr: thresholdOf('tokens', 'warning', ONE_SESSION), legend: 'warning threshold', limit: 'yellow' },
            { expr: thresholdOf('tokens', 'critical', ONE_SESSION), legend: 'critical threshold', limit: 'red' },
            {
              expr: `openclaw_store_session_effective_window_tokens{${ONE_SESSION}}`,
              legend: 'window without reserve',
              limit: 'light-purple',
            },
            { expr: WINDOW, legend: 'window', limit: 'purple' },
          ],
        },
        {
          type: 'lines',
          title: 'Share of its limits',
          description: 'Tokens as a share of each limit. Worry when a line passes 100 %.',
          noValue: NO_TOKENS,
          unit: units.PercentUnit,
          colours: RED_FROM_ONE,
          queries: [
            { expr: share('tokens', 'warning', { matchers: ONE_SESSION }), legend: 'of the warning threshold' },
            { expr: share('tokens', 'critical', { matchers: ONE_SESSION }), legend: 'of the critical threshold' },
            { expr: `${TOKENS} / ${WINDOW}`, legend: 'of the window' },
          ],
        },
      ],
    },
    {
      height: 8,
      panels: [
        {
          type: 'lines',
          title: 'Bytes of the transcript',
          description:
            'Size of the transcript and its threshold. Worry when it grows in jumps: often a tool writes large results.',
          noValue: 'no transcript',
          unit: units.BytesSI,
          queries: [
            { expr: `openclaw_store_session_transcript_bytes{${ONE_SESSION}}`, legend: 'transcript' },
            { expr: thresholdOf('transcript_bytes', 'warning', ONE_SESSION), legend: 'threshold', limit: 'yellow' },
          ],
        },
        {
          type: 'lines',
          title: 'Messages and compactions',
          description:
            'Records of the current transcript. Worry when compactions follow each other closely. A fall to zero is a reset.',
          noValue: 'not known before the first deep scan',
          unit: units.Short,
          queries: [
            { expr: `openclaw_store_session_messages{${ONE_SESSION}}`, legend: 'messages' },
            { expr: `openclaw_store_session_compactions{${ONE_SESSION}}`, legend: 'compactions' },
          ],
        },
        {
          type: 'lines',
          title: 'Time since the last activity',
          description: 'It falls to zero with each interaction. Worry when it only climbs while somebody waits.',
          noValue: 'not known',
          unit: units.Seconds,
          queries: [
            {
              expr: `time() - openclaw_store_session_last_activity_timestamp_seconds{${ONE_SESSION}}`,
              legend: 'since the last activity',
            },
          ],
        },
      ],
    },
  ],
};
