import { type Threshold, ThresholdsConfigBuilder, ThresholdsMode } from '@grafana/grafana-foundation-sdk/dashboard';
import { DASHBOARD_TIME_TO_LIMIT, DASHBOARD_WINDOW_PERCENT } from '../src/thresholds.ts';

/** Each colour holds from its value on. Grafana wants null as the value of the first. */
export function steps(
  base: string,
  ...more: readonly (readonly [from: number, color: string])[]
): ThresholdsConfigBuilder {
  const all: Threshold[] = [{ value: null, color: base }, ...more.map(([value, color]) => ({ value, color }))];
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(all);
}

export const PLAIN = steps('text');
export const RED_FROM_ONE = steps('green', [1, 'red']);
/** Of counts, and of a share of a warning threshold. */
export const YELLOW_FROM_ONE = steps('green', [1, 'yellow']);
export const RED_BELOW_ONE = steps('red', [1, 'green']);
export const SHARE_OF_WINDOW = steps('green', [DASHBOARD_WINDOW_PERCENT / 100, 'yellow'], [1, 'red']);
export const TIME_TO_LIMIT = steps(
  'red',
  [DASHBOARD_TIME_TO_LIMIT.critical, 'yellow'],
  [DASHBOARD_TIME_TO_LIMIT.warning, 'green'],
);
