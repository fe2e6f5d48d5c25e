import * as units from '@grafana/grafana-foundation-sdk/units';
import { RED_FROM_ONE, SHARE_OF_WINDOW, YELLOW_FROM_ONE } from '../colours.ts';
import { AGENT, GATEWAY, ofExporters, rows, share } from '../expressions.ts';
import { LINKS_OF_AGENT, LINKS_OF_INSTANCE } from '../links.ts';
import { goodOrBad } from '../mappings.ts';
import type { Column, Row } from '../panel.ts';
import { BY_AGENT, BY_KIND, TARGET } from '../variables.ts';

const SUCCESS = 'openclaw_store_last_scan_timestamp_seconds';

const GATEWAY_COLUMNS: readonly Column[] = [
  {
    title: 'Exporter',
    expr: rows(GATEWAY, ofExporters(`up{${TARGET}}`)),
    unit: units.NoUnit,
    mappings: goodOrBad('up', 'down'),
  },
  {
    title: 'State directory',
    expr: rows(GATEWAY, `openclaw_store_state_readable{${TARGET}}`),
    unit: units.NoUnit,
    mappings: goodOrBad('readable', 'unreadable'),
  },
  {
    title: 'Config',
    expr: rows(GATEWAY, `openclaw_store_config_valid{${TARGET}}`),
    unit: units.NoUnit,
    mappings: goodOrBad('valid', 'invalid'),
  },
  { title: 'Agents', expr: rows(GATEWAY, `openclaw_store_agents{${TARGET}}`), unit: units.Short },
  { title: 'Sessions', expr: `sum by (${GATEWAY}) (openclaw_store_sessions{${BY_KIND}})`, unit: units.Short },
  {
    title: 'Above warning',
    expr: `sum by (${GATEWAY}) (${share('tokens', 'warning')} > bool 1)`,
    unit: units.Short,
    colours: YELLOW_FROM_ONE,
  },
  {
    title: 'Above critical',
    expr: `sum by (${GATEWAY}) (${share('tokens', 'critical')} > bool 1)`,
    unit: units.Short,
    colours: RED_FROM_ONE,
  },
  {
    title: 'Figures are of',
    expr: `1000 * ${rows(GATEWAY, `${SUCCESS}{${TARGET}, scan="quick"}`)}`,
    unit: units.DateTimeFromNow,
  },
];

const AGENT_COLUMNS: readonly Column[] = [
  {
    title: 'Store',
    expr: rows(AGENT, `openclaw_store_readable{${BY_AGENT}}`),
    unit: units.NoUnit,
    mappings: goodOrBad('readable', 'unreadable'),
  },
  { title: 'Sessions', expr: `sum by (${AGENT}) (openclaw_store_sessions{${BY_KIND}})`, unit: units.Short },
  { title: 'Active', expr: `sum by (${AGENT}) (openclaw_store_active_sessions{${BY_KIND}})`, unit: units.Short },
  {
    title: 'Of warning',
    expr: rows(AGENT, share('tokens', 'warning')),
    unit: units.PercentUnit,
    colours: YELLOW_FROM_ONE,
  },
  {
    title: 'Of critical',
    expr: rows(AGENT, share('tokens', 'critical')),
    unit: units.PercentUnit,
    colours: RED_FROM_ONE,
  },
  {
    title: 'Of window',
    expr: rows(AGENT, `openclaw_store_session_tokens{${BY_KIND}} / openclaw_store_session_window_tokens{${BY_KIND}}`),
    unit: units.PercentUnit,
    colours: SHARE_OF_WINDOW,
  },
  { title: 'On disk', expr: `sum by (${AGENT}) (openclaw_store_bytes{${BY_AGENT}})`, unit: units.BytesSI },
  {
    title: 'Problems',
    expr: `sum by (${AGENT}) (openclaw_store_problem{${BY_AGENT}})`,
    unit: units.Short,
    colours: RED_FROM_ONE,
  },
  {
    title: 'Last write',
    expr: `1000 * ${rows(AGENT, `openclaw_store_last_write_timestamp_seconds{${BY_AGENT}}`)}`,
    unit: units.DateTimeFromNow,
  },
];

export const FLEET_GATEWAYS: Row = {
  title: 'Gateways and agents',
  lines: [
    {
      height: 7,
      panels: [
        {
          type: 'table',
          title: 'Gateways',
          description:
            'Every gateway whose exporter was there in the time shown. Worry when an exporter is down, a state directory is unreadable, or the figures are older than some minutes. An empty cell: not known.',
          noValue: 'no exporter is scraped',
          labels: { cluster: 'Cluster', instance: 'Instance', job: 'Job' },
          columns: GATEWAY_COLUMNS,
          links: { Instance: LINKS_OF_INSTANCE },
        },
      ],
    },
    {
      height: 9,
      panels: [
        {
          type: 'table',
          title: 'Agents',
          description:
            'Every agent, with the share that its worst session has of its threshold and of its window. Worry about red cells now and about yellow ones this week. An empty cell: not known, as for an unreadable store. A click on an agent opens its sessions or its store.',
          noValue: 'no agent was found',
          labels: { cluster: 'Cluster', instance: 'Instance', agent: 'Agent', job: 'Job' },
          columns: AGENT_COLUMNS,
          links: { Instance: LINKS_OF_INSTANCE, Agent: LINKS_OF_AGENT },
          sortBy: 'Of critical',
        },
      ],
    },
  ],
};
