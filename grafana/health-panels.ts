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

/** Can the numbers below be trusted? One line at the top. */
export function healthStats(): Stat[] {
  return [
    stat('State directory')
      .description(
        'Whether every state directory could be read at its last scan. At No the exporter sees nothing there, and no other panel says anything about that gateway.',
      )
      .unit(units.NoUnit)
      .mappings(yesNo('Readable', 'Unreadable'))
      .withTarget(over('A', `min(openclaw_store_state_readable{${FLEET}})`, 'readable')),
    stat('Unreadable agents')
      .description(
        'Agents whose store could not be read: they are missing in every panel about sessions. Worry at one.',
      )
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
        'Sessions whose tokens are above the warning threshold in force for them, idle ones too (the alerts leave those out). Compact them this week, or start them anew.',
      )
      .unit(units.Short)
      .thresholds(YELLOW_FROM_ONE)
      .withTarget(over('A', `sum(${againstThreshold('> bool', 'warning')})`, 'sessions')),
    stat('Above critical threshold')
      .description(
        'Sessions whose tokens are above the critical threshold in force for them, idle ones too (the alerts leave those out). Compact them now.',
      )
      .unit(units.Short)
      .thresholds(RED_FROM_ONE)
      .withTarget(over('A', `sum(${againstThreshold('> bool', 'critical')})`, 'sessions')),
    stat('Scans')
      .description(
        'Whether the last scan of each kind succeeded. While it fails, the figures of its last success are shown for a while, then none.',
      )
      .unit(units.NoUnit)
      .textMode(BigValueTextMode.ValueAndName)
      .mappings(yesNo('Good', 'Failed'))
      .withTarget(over('A', `min by (scan) (openclaw_store_scan_success{${FLEET}})`, '{{scan}}')),
    stat('Stuck scanner')
      .description(
        'Scanners that hang in a read and cannot be ended, nearly always on a dead network mount. Worry at one.',
      )
      .unit(units.Short)
      .thresholds(RED_FROM_ONE)
      .withTarget(over('A', `sum(openclaw_store_scan_stuck{${FLEET}})`, 'stuck')),
  ];
}

export function corruptedByReason(): BarGauge {
  return bars('Corrupted sessions by reason')
    .description(
      'Corrupted sessions, counted once for every reason that holds, so do not add them up. Reasons that need a deep scan appear after the first one. Worry at one: OpenClaw drops or deletes what it cannot read.',
    )
    .thresholds(YELLOW_FROM_ONE)
    .withTarget(now('A', `sort_desc(sum by (reason) (openclaw_store_corrupted_sessions{${BY_AGENT}}))`, '{{reason}}'));
}

export function problemsByReason(): BarGauge {
  return bars('Stores with a problem, by reason')
    .description(
      'Agents whose store has a problem as a whole. Worry at one: the sessions of an unreadable store are in no other panel.',
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
