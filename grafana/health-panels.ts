import { PanelBuilder as BarGauge } from '@grafana/grafana-foundation-sdk/bargauge';
import {
  BigValueColorMode,
  BigValueGraphMode,
  BigValueTextMode,
  ReduceDataOptionsBuilder,
  VizOrientation,
} from '@grafana/grafana-foundation-sdk/common';
import { PanelBuilder as Stat } from '@grafana/grafana-foundation-sdk/stat';
import * as units from '@grafana/grafana-foundation-sdk/units';
import { now, over, yesNo } from './targets.ts';
import { againstThreshold, steps } from './thresholds.ts';
import { BY_AGENT, DATASOURCE, FLEET } from './variables.ts';

const NOT_KNOWN = 'not known';
/** Green at zero. */
const RED_FROM_ONE = steps('green', [1, 'red']);
const YELLOW_FROM_ONE = steps('green', [1, 'yellow']);

/** One line at the top: whether the figures below can be trusted. */
export function healthStats(): Stat[] {
  return [
    stat('State directory')
      .description(
        'Whether the last scan of every instance could read its state directory. If one is unreadable, no other panel shows anything of that gateway.',
      )
      .unit(units.NoUnit)
      .mappings(yesNo('Readable', 'Unreadable'))
      .withTarget(over('A', `min(openclaw_store_state_readable{${FLEET}})`, 'readable')),
    stat('Unreadable agents')
      .description('Agents whose store could not be read. They are missing in every panel about sessions. Act at 1.')
      .unit(units.Short)
      .thresholds(RED_FROM_ONE)
      .withTarget(
        over(
          'A',
          `count(openclaw_store_readable{${BY_AGENT}}) - sum(openclaw_store_readable{${BY_AGENT}})`,
          'unreadable',
        ),
      ),
    stat('Above warning threshold')
      .description(
        'Sessions whose tokens are above their warning threshold. Idle sessions are counted, too; alerts leave them out. Compact these sessions this week, or reset them.',
      )
      .unit(units.Short)
      .thresholds(YELLOW_FROM_ONE)
      .withTarget(over('A', `sum(${againstThreshold('> bool', 'warning')})`, 'sessions')),
    stat('Above critical threshold')
      .description(
        'Sessions whose tokens are above their critical threshold. Idle sessions are counted, too; alerts leave them out. Compact these sessions now.',
      )
      .unit(units.Short)
      .thresholds(RED_FROM_ONE)
      .withTarget(over('A', `sum(${againstThreshold('> bool', 'critical')})`, 'sessions')),
    stat('Scans')
      .description(
        'Whether the last quick scan and the last deep scan succeeded. While scans fail, the figures of the last good scan are shown for a while, then none.',
      )
      .unit(units.NoUnit)
      .textMode(BigValueTextMode.ValueAndName)
      .mappings(yesNo('Good', 'Failed'))
      .withTarget(over('A', `min by (scan) (openclaw_store_scan_success{${FLEET}})`, '{{scan}}')),
    stat('Stuck scanner')
      .description(
        'Scanners that hang in a read and cannot be ended. The cause is nearly always a dead network mount. Act at 1.',
      )
      .unit(units.Short)
      .thresholds(RED_FROM_ONE)
      .withTarget(over('A', `sum(openclaw_store_scan_stuck{${FLEET}})`, 'stuck')),
  ];
}

export function corruptedByReason(): BarGauge {
  return bars('Corrupted sessions by reason')
    .description(
      'Corrupted sessions. A session is counted under each of its reasons, so do not add the bars up. Some reasons appear after the first deep scan. Act at 1: OpenClaw drops or deletes what it cannot read.',
    )
    .thresholds(YELLOW_FROM_ONE)
    .withTarget(now('A', `sort_desc(sum by (reason) (openclaw_store_corrupted_sessions{${BY_AGENT}}))`, '{{reason}}'));
}

export function problemsByReason(): BarGauge {
  return bars('Stores with a problem, by reason')
    .description(
      'Agents whose whole store has a problem. Act at 1: the sessions of an unreadable store are in no other panel.',
    )
    .thresholds(RED_FROM_ONE)
    .withTarget(now('A', `sort_desc(sum by (reason) (openclaw_store_problem{${BY_AGENT}}))`, '{{reason}}'));
}

function stat(title: string): Stat {
  return new Stat()
    .title(title)
    .datasource(DATASOURCE)
    .height(4)
    .span(4)
    .decimals(0)
    .noValue(NOT_KNOWN)
    .colorMode(BigValueColorMode.Value)
    .graphMode(BigValueGraphMode.None)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']));
}

function bars(title: string): BarGauge {
  return new BarGauge()
    .title(title)
    .datasource(DATASOURCE)
    .height(8)
    .span(6)
    .unit(units.Short)
    .decimals(0)
    .min(0)
    .noValue(NOT_KNOWN)
    .orientation(VizOrientation.Horizontal)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']));
}
