import * as units from '@grafana/grafana-foundation-sdk/units';
import { promSteps } from '../../src/rules/expressions.ts';
import { AGE_SECONDS, ALERT_THRESHOLDS, inWords } from '../../src/thresholds.ts';
import { steps, YELLOW_FROM_ONE } from '../colours.ts';
import { AGENT } from '../expressions.ts';
import type { LinesSpec, Row } from '../panel.ts';
import { BY_AGENT } from '../variables.ts';

const BYTES = 'openclaw_store_bytes';
const LEFTOVERS = `sum without (class) (${BYTES}{${BY_AGENT}, class=~"checkpoint|trajectory|temporary"})`;
/** As the alert: where other files were seen there were no leftovers. */
const LEFTOVERS_OR_NONE = `(${LEFTOVERS} or 0 * sum without (class) (${BYTES}{${BY_AGENT}}))`;
const { leftovers, maintenancePercent, indexBytes, walBytes, programSessions } = ALERT_THRESHOLDS;
const OVER_LIMIT = steps('green', [maintenancePercent / 100, 'yellow']);
const OF_AGENT = '{{instance}} {{agent}}';

/** A figure of each agent over time. */
function perAgent(title: string, expr: string, more: Omit<LinesSpec, 'type' | 'title' | 'queries'>): LinesSpec {
  return { type: 'lines', title, queries: [{ expr, legend: OF_AGENT }], ...more };
}

export const HEALTH_DISK: Row = {
  title: 'Disk',
  lines: [
    {
      height: 9,
      panels: [
        {
          type: 'lines',
          title: 'Bytes by class',
          description:
            'Bytes of all files of the agents. docs/metrics.md explains each class. Worry when a class only grows, as trajectory or checkpoint: nothing removes these.',
          noValue: 'no store could be read',
          unit: units.BytesSI,
          stacked: true,
          queries: [{ expr: `sum by (class) (${BYTES}{${BY_AGENT}})`, legend: '{{class}}' }],
        },
        {
          type: 'lines',
          title: 'Files by class',
          description:
            'Files of the agents. Worry when orphan jumps while sessions fall: an index was lost. Then stop the gateway and copy its state directory.',
          noValue: 'no store could be read',
          unit: units.Short,
          stacked: true,
          queries: [{ expr: `sum by (class) (openclaw_store_files{${BY_AGENT}})`, legend: '{{class}}' }],
        },
        perAgent('Sessions of each agent', `sum by (${AGENT}) (openclaw_store_sessions{${BY_AGENT}})`, {
          description:
            'Worry when it falls to half at once while people use the gateway: an index or a database was lost or replaced.',
          noValue: 'no store could be read',
          unit: units.Short,
        }),
        {
          type: 'bars',
          title: 'Sessions that programs started',
          description: `Sessions of cron jobs, subagents and hooks. Worry above ${programSessions} of one kind in an agent: OpenClaw does not clean up.`,
          noValue: 'none',
          unit: units.Short,
          width: 5,
          colours: steps('green', [programSessions, 'yellow']),
          queries: [
            {
              expr: `sum by (agent, kind) (openclaw_store_sessions{${BY_AGENT}, kind=~"cron|subagent|hook"})`,
              legend: '{{agent}} {{kind}}',
            },
          ],
        },
      ],
    },
    {
      height: 8,
      panels: [
        perAgent(
          'Bytes, of the limit of maintenance',
          // Not by a list of labels: two gateways whose figures one node_exporter brings differ by a label of somebody's own.
          `sum without (class) (${BYTES}{${BY_AGENT}, class!="import_archive"}) / openclaw_store_config_maintenance_limit_bytes{${BY_AGENT}}`,
          {
            description: `Bytes as a share of the limit above which OpenClaw removes the oldest sessions. Worry above ${maintenancePercent} %: its maintenance does not work. At 100 % it removes sessions, which is normal.`,
            noValue: 'no agent has a limit of bytes',
            unit: units.PercentUnit,
            colours: OVER_LIMIT,
          },
        ),
        perAgent(
          'Sessions, of the limit of maintenance',
          `sum without (kind) (openclaw_store_sessions{${BY_AGENT}}) / openclaw_store_config_maintenance_limit_entries{${BY_AGENT}}`,
          {
            description: `Sessions as a share of the limit above which OpenClaw puts the oldest ones away. Worry above ${maintenancePercent} %: its maintenance does not work.`,
            noValue: 'no agent has a limit of sessions',
            unit: units.PercentUnit,
            colours: OVER_LIMIT,
          },
        ),
        perAgent(
          'Growth of leftovers',
          // Before the first step they did not grow.
          `${LEFTOVERS} - (min_over_time(${LEFTOVERS_OR_NONE}${promSteps(leftovers.seconds, leftovers.stepSeconds)}) or ${LEFTOVERS})`,
          {
            description: `Growth of checkpoints, trajectories and temporary files within ${inWords(leftovers.seconds)}. Worry at the line: nothing removes them before the disk is full.`,
            noValue: 'no leftovers',
            unit: units.BytesSI,
            colours: steps('green', [leftovers.bytes, 'yellow']),
          },
        ),
      ],
    },
    {
      height: 8,
      panels: [
        perAgent('Index', `sum by (${AGENT}) (${BYTES}{${BY_AGENT}, class="index"})`, {
          description:
            'Size of sessions.json. Worry at the line: OpenClaw parses and writes all of it with every message.',
          noValue: 'no index: no agent uses files',
          unit: units.BytesIEC,
          colours: steps('green', [indexBytes, 'yellow']),
        }),
        perAgent('Write-ahead log', `sum by (${AGENT}) (${BYTES}{${BY_AGENT}, class="wal"})`, {
          description:
            'Size of the log of the database. Worry at the line: a process holds the database open and keeps OpenClaw from recycling the log.',
          noValue: 'no write-ahead log: no gateway runs on SQLite',
          unit: units.BytesIEC,
          colours: steps('green', [walBytes, 'yellow']),
        }),
        perAgent('Free pages of the database', `openclaw_store_database_free_bytes{${BY_AGENT}}`, {
          description:
            'Bytes in free pages, which OpenClaw uses again. Worry only when the disk is full: compacting the database would give them back.',
          noValue: 'no database: no agent uses SQLite',
          unit: units.BytesIEC,
        }),
        {
          type: 'lines',
          title: 'Locks',
          description: `Lock files by state. Worry at a stale one that stays: its process crashed or hangs, and others may wait for it. The lock of a transcript is stale after ${inWords(AGE_SECONDS.transcriptLock)}.`,
          noValue: 'no lock',
          unit: units.Short,
          colours: YELLOW_FROM_ONE,
          queries: [
            {
              expr: `sum by (instance, agent, state) (openclaw_store_locks{${BY_AGENT}})`,
              legend: '{{agent}} {{state}}',
            },
          ],
        },
      ],
    },
  ],
};
