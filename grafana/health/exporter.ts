import * as units from '@grafana/grafana-foundation-sdk/units';
import { ALERT_THRESHOLDS } from '../../src/thresholds.ts';
import { RED_FROM_ONE } from '../colours.ts';
import { GATEWAY, ofExporters, rows } from '../expressions.ts';
import { goodOrBad } from '../mappings.ts';
import type { LinesSpec, Row } from '../panel.ts';
import { TARGET } from '../variables.ts';

const BUILD = 'version, revision, node_version';

function lines(
  title: string,
  queries: LinesSpec['queries'],
  more: Pick<LinesSpec, 'description' | 'unit' | 'noValue'>,
): LinesSpec {
  return { type: 'lines', title, queries, ...more };
}

export const HEALTH_EXPORTER: Row = {
  title: 'The exporter',
  lines: [
    {
      height: 8,
      panels: [
        lines(
          'Age of the figures',
          [
            {
              expr: `max by (instance, scan) (time() - openclaw_store_last_scan_timestamp_seconds{${TARGET}})`,
              legend: '{{instance}} {{scan}}',
            },
            {
              expr: `max by (scan) (openclaw_store_scan_interval_seconds{${TARGET}})`,
              legend: 'schedule, {{scan}}',
            },
          ],
          {
            description: `Time since the last good scan, beside the longest gap of the schedule. Worry above ${ALERT_THRESHOLDS.scanAge.gaps} gaps: read the log of the exporter.`,
            unit: units.Seconds,
            noValue: 'no good scan yet',
          },
        ),
        lines(
          'Duration of scans',
          [
            {
              expr: `max by (instance, scan) (openclaw_store_scan_duration_seconds{${TARGET}})`,
              legend: '{{instance}} {{scan}}',
            },
          ],
          {
            description: 'How long the last good scans took. Worry when a quick scan takes as long as its gap.',
            unit: units.Seconds,
            noValue: 'no good scan yet',
          },
        ),
        {
          type: 'bars',
          title: 'Duration of checks',
          description: 'How long each check took, of the slowest gateway. Worry when one takes most of a quick scan.',
          noValue: 'no scan has run the checks yet',
          unit: units.Seconds,
          queries: [
            {
              expr: `sort_desc(max by (check) (openclaw_store_check_duration_seconds{${TARGET}}))`,
              legend: '{{check}}',
            },
          ],
        },
        {
          type: 'bars',
          title: 'Gateways where a check fails',
          description:
            'Each check, with the gateways where it did not run to its end. Worry at 1: what it would find there is unknown.',
          noValue: 'no scan has run the checks yet',
          unit: units.Short,
          colours: RED_FROM_ONE,
          queries: [
            {
              expr: `sort_desc(sum by (check) (1 - openclaw_store_check_success{${TARGET}}))`,
              legend: '{{check}}',
            },
          ],
        },
      ],
    },
    {
      height: 8,
      panels: [
        lines(
          'Memory of both processes',
          [
            {
              expr: ofExporters(`process_resident_memory_bytes{${TARGET}}`),
              legend: '{{instance}} server',
            },
            {
              expr: `openclaw_store_scanner_resident_memory_bytes{${TARGET}}`,
              legend: '{{instance}} scanner',
            },
          ],
          {
            description:
              'Resident memory of the process that serves and of the one that reads. Worry when it climbs for days, or nears the limit of the container.',
            unit: units.BytesSI,
            noValue: 'no exporter is scraped',
          },
        ),
        lines(
          'CPU of both processes',
          [
            {
              expr: ofExporters(`rate(process_cpu_seconds_total{${TARGET}}[$__rate_interval])`),
              legend: '{{instance}} server',
            },
            {
              expr: `rate(openclaw_store_scanner_cpu_seconds_total{${TARGET}}[$__rate_interval])`,
              legend: '{{instance}} scanner',
            },
          ],
          {
            description: 'Share of one core. Worry when the scanner uses a whole core for longer than a deep scan.',
            unit: units.PercentUnit,
            noValue: 'no exporter is scraped',
          },
        ),
        lines(
          'Lag of the event loop',
          [
            {
              expr: ofExporters(`nodejs_eventloop_lag_p99_seconds{${TARGET}}`),
              legend: '{{instance}}',
            },
          ],
          {
            description:
              'The 99th percentile of the time that a request waits in the serving process. Worry when it nears the timeout of the scrape.',
            unit: units.Seconds,
            noValue: 'no exporter is scraped',
          },
        ),
        lines(
          'Scrapes and restarts',
          [
            { expr: ofExporters(`up{${TARGET}}`), legend: '{{instance}} up' },
            {
              expr: ofExporters(`changes(process_start_time_seconds{${TARGET}}[$__rate_interval])`),
              legend: '{{instance}} restarts',
            },
          ],
          {
            description:
              'Whether the scrape succeeded, and starts of the exporter. Worry when up is 0, or restarts repeat: read its log, and compare its memory with its limit.',
            unit: units.Short,
            noValue: 'no exporter is scraped',
          },
        ),
      ],
    },
    {
      height: 7,
      panels: [
        {
          type: 'table',
          title: 'Exporters',
          description:
            'Version of each exporter, and whether its last reload was taken. Worry at refused: the old settings stay in force until it ends, and then it may not start.',
          noValue: 'no exporter is scraped',
          labels: {
            cluster: 'Cluster',
            instance: 'Instance',
            job: 'Job',
            version: 'Version',
            revision: 'Revision',
            node_version: 'Node',
          },
          columns: [
            {
              title: 'Build',
              hidden: true,
              expr: rows(`${GATEWAY}, ${BUILD}`, `openclaw_store_exporter_build_info{${TARGET}}`),
              unit: units.Short,
            },
            {
              title: 'Last reload',
              expr: rows(GATEWAY, `openclaw_store_exporter_config_last_reload_successful{${TARGET}}`),
              unit: units.NoUnit,
              mappings: goodOrBad('taken', 'refused'),
            },
            {
              title: 'Settings are of',
              expr: `1000 * ${rows(GATEWAY, `openclaw_store_exporter_config_last_reload_success_timestamp_seconds{${TARGET}}`)}`,
              unit: units.DateTimeFromNow,
            },
            {
              title: 'Started',
              expr: `1000 * ${rows(GATEWAY, ofExporters(`process_start_time_seconds{${TARGET}}`))}`,
              unit: units.DateTimeFromNow,
            },
          ],
        },
      ],
    },
  ],
};
