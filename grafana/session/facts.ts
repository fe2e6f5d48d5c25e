import * as units from '@grafana/grafana-foundation-sdk/units';
import { rows, SESSION } from '../expressions.ts';
import { LINKS_OF_AGENT } from '../links.ts';
import type { Row } from '../panel.ts';
import { ONE_SESSION } from '../variables.ts';

const FOUND = `${SESSION}, finding, reason, expected_agent`;
const LABELS = { cluster: 'Cluster', instance: 'Instance', agent: 'Agent', kind: 'Kind' };

export const SESSION_FACTS: Row = {
  title: 'What is known of it',
  lines: [
    {
      height: 7,
      panels: [
        {
          type: 'table',
          title: 'Findings of this session',
          description:
            'What checks found. Worry at the first: scan --explain with the label of the session says why, and what to do. Expected agent is where the bindings send this chat today.',
          noValue: 'no finding',
          labels: {
            finding: 'Finding',
            reason: 'Reason',
            expected_agent: 'Expected agent',
            instance: 'Instance',
            agent: 'Agent',
          },
          columns: [
            {
              title: 'Found',
              hidden: true,
              expr: rows(FOUND, `openclaw_store_session_finding{${ONE_SESSION}}`),
              unit: units.Short,
            },
          ],
          links: { Agent: LINKS_OF_AGENT },
        },
        {
          type: 'table',
          title: 'Channel and model',
          description:
            'Channel, account and model of the session, and when it started. Worry when the model is not the one that you chose: its window may be smaller.',
          noValue: 'this session is not there any more',
          labels: {
            ...LABELS,
            channel: 'Channel',
            account: 'Account',
            provider: 'Provider',
            model: 'Model',
          },
          columns: [
            {
              title: 'In the store',
              hidden: true,
              expr: rows(
                `${SESSION}, channel, account, provider, model`,
                `openclaw_store_session_info{${ONE_SESSION}}`,
              ),
              unit: units.Short,
            },
            {
              title: 'Started',
              expr: `1000 * ${rows(SESSION, `openclaw_store_session_started_timestamp_seconds{${ONE_SESSION}}`)}`,
              unit: units.DateTimeFromNow,
            },
          ],
          links: { Agent: LINKS_OF_AGENT },
        },
      ],
    },
  ],
};
