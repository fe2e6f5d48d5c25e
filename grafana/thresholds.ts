import { type Threshold, ThresholdsConfigBuilder, ThresholdsMode } from '@grafana/grafana-foundation-sdk/dashboard';
import { type Severity, TOKEN_THRESHOLDS, TRANSCRIPT_BYTES_THRESHOLD } from '../src/thresholds.ts';
import { BY_KIND, FLEET } from './variables.ts';

/** Each colour holds from its value on. Grafana wants null as the value of the first. */
export function steps(
  base: string,
  ...more: readonly (readonly [from: number, color: string])[]
): ThresholdsConfigBuilder {
  const all: Threshold[] = [{ value: null, color: base }, ...more.map(([value, color]) => ({ value, color }))];
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(all);
}

/** A panel has one scale for all kinds: the lowest warning threshold and the lowest critical threshold of all kinds. */
export function tokenSteps(): ThresholdsConfigBuilder {
  const all = Object.values(TOKEN_THRESHOLDS);
  const warning = Math.min(...all.map((threshold) => threshold.warning));
  const critical = Math.min(...all.map((threshold) => threshold.critical));
  return steps('green', [warning, 'yellow'], [critical, 'red']);
}

/** Without red, since a large transcript never pages. */
export function transcriptSteps(): ThresholdsConfigBuilder {
  return steps('green', [TRANSCRIPT_BYTES_THRESHOLD.warning, 'yellow']);
}

/**
 * Tokens of each session, compared with (`> bool`) or divided by (`/`) its threshold. That is its own where it has one, else
 * that of its kind.
 */
export function againstThreshold(operator: '> bool' | '/', severity: Severity): string {
  const tokens = `openclaw_store_session_tokens{${BY_KIND}}`;
  const own = `openclaw_store_session_threshold_tokens{${BY_KIND}, severity="${severity}"}`;
  const ofKind = `openclaw_store_threshold_tokens{${FLEET}, severity="${severity}"}`;
  return [
    `(${tokens} ${operator} ignoring (agent, session, severity) group_left () ${ofKind}`,
    `unless ignoring (severity) ${own})`,
    `or ${tokens} ${operator} ignoring (severity) ${own}`,
  ].join(' ');
}
