import * as units from '@grafana/grafana-foundation-sdk/units';
import { ALERT_THRESHOLDS } from '../../src/thresholds.ts';
import { steps, YELLOW_FROM_ONE } from '../colours.ts';
import { AGENT, GATEWAY, rows } from '../expressions.ts';
import { LINKS_OF_AGENT } from '../links.ts';
import { onOrOff } from '../mappings.ts';
import type { Column, Row } from '../panel.ts';
import { BY_AGENT, TARGET } from '../variables.ts';

const STORE = `${AGENT}, layout, schema, version`;
const LABELS = { cluster: 'Cluster', instance: 'Instance', agent: 'Agent' };

function setting(title: string, family: string, more: Omit<Column, 'title' | 'expr'>): Column {
  return { title, expr: rows(AGENT, `openclaw_store_config_${family}{${BY_AGENT}}`), ...more };
}

export const HEALTH_SETTINGS: Row = {
  title: 'Stores and settings',
  lines: [
    {
      height: 9,
      panels: [
        {
          type: 'table',
          title: 'Stores',
          description:
            'Layout, schema and version of each store, archived sessions and the last write. Worry when a layout is migrating or sessions are not imported for a day: OpenClaw 2026.8.1 and later does not see them.',
          noValue: 'no agent was found',
          labels: { ...LABELS, layout: 'Layout', schema: 'Schema', version: 'Version' },
          columns: [
            {
              title: 'Store',
              hidden: true,
              expr: rows(STORE, `openclaw_store_info{${BY_AGENT}}`),
              unit: units.Short,
            },
            {
              title: 'Not imported',
              expr: rows(AGENT, `openclaw_store_unimported_sessions{${BY_AGENT}}`),
              unit: units.Short,
              colours: YELLOW_FROM_ONE,
            },
            {
              title: 'Archived',
              expr: rows(AGENT, `openclaw_store_archived_sessions{${BY_AGENT}}`),
              unit: units.Short,
            },
            {
              title: 'Last write',
              expr: `1000 * ${rows(AGENT, `openclaw_store_last_write_timestamp_seconds{${BY_AGENT}}`)}`,
              unit: units.DateTimeFromNow,
            },
          ],
          links: { Agent: LINKS_OF_AGENT },
        },
        {
          type: 'bars',
          title: 'Runs of the migration',
          description:
            'Reports that OpenClaw’s migration to SQLite left, one for each run. Worry when it climbs while the table beside says migrating: it fails again and again.',
          noValue: 'no migration to SQLite was run',
          unit: units.Short,
          width: 6,
          queries: [{ expr: `max by (${GATEWAY}) (openclaw_store_migration_runs{${TARGET}})`, legend: '{{instance}}' }],
        },
      ],
    },
    {
      height: 9,
      panels: [
        {
          type: 'table',
          title: 'Settings that keep sessions small',
          description: `From openclaw.json, else OpenClaw’s default for its version. Worry when compaction is off, or a reserve is below ${ALERT_THRESHOLDS.compactionReserveTokens} tokens in a version before 2026.8.1. An empty cell: not set, or without effect in this version.`,
          noValue: 'no config could be read',
          labels: { ...LABELS, mode: 'Compaction' },
          columns: [
            {
              title: 'Compaction mode',
              hidden: true,
              expr: rows(`${AGENT}, mode`, `openclaw_store_config_compaction_info{${BY_AGENT}}`),
              unit: units.Short,
            },
            setting('Reserve', 'compaction_reserve_tokens', {
              unit: units.Short,
              colours: steps('yellow', [ALERT_THRESHOLDS.compactionReserveTokens, 'green']),
            }),
            setting('Context limit', 'context_limit_tokens', { unit: units.Short }),
            setting('Pruning', 'context_pruning', { unit: units.NoUnit, mappings: onOrOff() }),
            setting('Limit of sessions', 'maintenance_limit_entries', { unit: units.Short }),
            setting('Limit of bytes', 'maintenance_limit_bytes', { unit: units.BytesSI }),
          ],
          links: { Agent: LINKS_OF_AGENT },
        },
      ],
    },
  ],
};
