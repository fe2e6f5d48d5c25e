import type { AlertRule } from '../../src/rules/rule.ts';

/** Series of an expression, with the times at which it has a value, in seconds. */
export interface ConditionSeries {
  readonly labels: Readonly<Record<string, string>>;
  readonly times: readonly number[];
}

interface Interval {
  readonly from: number;
  /** The first moment at which it no longer fires; Infinity: it fired to the end. */
  readonly to: number;
}

/** An alert as Alertmanager knows it, with all its times. */
export interface FiredAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly firing: readonly Interval[];
  /** When its condition held: what goes on by `keep_firing_for` alone is no news. */
  readonly holds: ReadonlySet<number>;
}

/** What Prometheus makes of an expression: `for` and `keep_firing_for`, evaluated at each step. */
export function firedAlerts(
  rule: AlertRule,
  conditions: readonly ConditionSeries[],
  steps: readonly number[],
): FiredAlert[] {
  return conditions.flatMap(({ labels, times }) => {
    const holds = new Set(times);
    const firing = intervals(rule, holds, steps);
    if (firing.length === 0) return [];
    return [{ labels: { alertname: rule.alert, ...labels, ...rule.labels }, firing, holds }];
  });
}

function intervals(rule: AlertRule, holds: ReadonlySet<number>, steps: readonly number[]): Interval[] {
  const wait = seconds(rule.for);
  const keep = seconds(rule.keep_firing_for);
  const found: Interval[] = [];
  let pendingSince: number | null = null;
  let firingSince: number | null = null;
  let endedAt: number | null = null;
  for (const time of steps) {
    if (holds.has(time)) {
      endedAt = null;
      pendingSince ??= time;
      if (firingSince === null && time - pendingSince >= wait) firingSince = time;
      continue;
    }
    if (firingSince === null) pendingSince = null;
    else {
      endedAt ??= time;
      if (time - endedAt >= keep) {
        found.push({ from: firingSince, to: time });
        [pendingSince, firingSince, endedAt] = [null, null, null];
      }
    }
  }
  return firingSince === null ? found : [...found, { from: firingSince, to: Number.POSITIVE_INFINITY }];
}

/** Of a duration as Prometheus and Alertmanager write it, in one unit. */
export function seconds(duration: string): number {
  const [, number = '0', unit = 's'] = /^(\d+)([smhd])$/.exec(duration) ?? [];
  return Number(number) * ({ s: 1, m: 60, h: 3600, d: 86_400 }[unit] ?? 1);
}
