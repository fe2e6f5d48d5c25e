import * as units from '@grafana/grafana-foundation-sdk/units';
import { RED_BELOW_ONE, RED_FROM_ONE, YELLOW_FROM_ONE } from '../colours.ts';
import { goodOrBad } from '../mappings.ts';
import type { Row, StatSpec } from '../panel.ts';
import { BY_AGENT, TARGET } from '../variables.ts';

const STATS: readonly StatSpec[] = [
  answer(['State directory', 'readable', 'unreadable'], `min(openclaw_store_state_readable{${TARGET}})`, {
    description:
      'Whether the last scan of every gateway could read its state directory. Worry at unreadable: no other panel shows anything of that gateway.',
  }),
  count('Agents', `sum(openclaw_store_agents{${TARGET}})`, {
    description: 'Agents in the config and on disk. Worry at 0: nothing is watched.',
    colours: RED_BELOW_ONE,
  }),
  count('Unreadable stores', `sum(1 - openclaw_store_readable{${BY_AGENT}})`, {
    description: 'Agents whose store could not be read. Worry at 1: they are missing in every panel about sessions.',
    colours: RED_FROM_ONE,
  }),
  answer(['OpenClaw’s config', 'valid', 'invalid'], `min(openclaw_store_config_valid{${TARGET}})`, {
    description:
      'Whether every openclaw.json could be used. Worry at invalid: windows, agents and bindings may be wrong, and a restart of the gateway may fail.',
  }),
  answer(['Scans', 'good', 'failed'], `min by (scan) (openclaw_store_scan_success{${TARGET}})`, {
    legend: '{{scan}}',
    description:
      'Whether the last quick scan and the last deep scan succeeded. Worry at failed: the figures are those of the last good scan.',
  }),
  count('Blocked scanners', `sum(openclaw_store_scan_stuck{${TARGET}})`, {
    description:
      'Scanning processes that hang in a read and cannot be ended. Worry at 1: nearly always a network mount is dead.',
    colours: RED_FROM_ONE,
  }),
  answer(['Checks', 'run', 'one fails'], `min(openclaw_store_check_success{${TARGET}})`, {
    description:
      'Whether every check ran to its end. Worry when one fails: its findings are missing, and no series says so.',
  }),
  count('Without series', `sum(openclaw_store_sessions_without_series{${BY_AGENT}})`, {
    description:
      'Sessions beyond --session.limit. They are counted, and in no table. Worry when one that you look for is missing: raise the limit.',
    colours: YELLOW_FROM_ONE,
  }),
];

export const HEALTH_TRUST: Row = {
  title: 'Can the figures be trusted',
  lines: [{ height: 4, panels: STATS }],
};

function answer(
  [title, good, bad]: readonly [title: string, good: string, bad: string],
  expr: string,
  { legend = title, description }: { legend?: string; description: string },
): StatSpec {
  return {
    type: 'stat',
    title,
    description,
    unit: units.NoUnit,
    noValue: 'not known',
    mappings: goodOrBad(good, bad),
    queries: [{ expr, legend }],
  };
}

function count(title: string, expr: string, more: Pick<StatSpec, 'description' | 'colours'>): StatSpec {
  return { type: 'stat', title, unit: units.Short, noValue: 'not known', queries: [{ expr, legend: title }], ...more };
}
