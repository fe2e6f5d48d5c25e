import type { Severity } from '../src/thresholds.ts';
import { BY_AGENT, BY_KIND, TARGET } from './variables.ts';

/** Labels by which gateways are told apart. One that the series lack is an empty one. */
export const GATEWAY = 'cluster, job, instance';
export const AGENT = `${GATEWAY}, agent`;
export const SESSION = `${AGENT}, session, kind`;

/** Hours over which the growth of a context is measured. */
export const GROWTH_HOURS = 3;

type Figure = 'tokens' | 'transcript_bytes';

/** What is asked of a selector, as its highest value in the time shown. */
type Over = (selector: string) => string;

const AS_IT_IS: Over = (selector) => selector;

/** Chooses once for the whole time shown. A plain topk chooses anew at each step, which gives many broken lines. */
export const HIGHEST: Over = (selector) => `max_over_time(${selector}[$__range] @ end())`;

function own(figure: Figure, severity: Severity, matchers: string): string {
  return `openclaw_store_session_threshold_${figure}{${matchers}, severity="${severity}"}`;
}

function ofKind(figure: Figure, severity: Severity): string {
  return `openclaw_store_threshold_${figure}{${TARGET}, severity="${severity}"}`;
}

/** A figure of each session as a share of its threshold: its own where it has one, else that of its kind. */
export function share(figure: Figure, severity: Severity, { matchers = BY_KIND, over = AS_IT_IS } = {}): string {
  const value = over(`openclaw_store_session_${figure}{${matchers}}`);
  const exception = over(own(figure, severity, matchers));
  return [
    `((${value} / ignoring (agent, session, severity) group_left () ${over(ofKind(figure, severity))}`,
    `unless ignoring (severity) ${exception})`,
    `or ${value} / ignoring (severity) ${exception})`,
  ].join(' ');
}

/** The threshold of each session: its own, else that of its kind. */
export function thresholdOf(figure: Figure, severity: Severity, matchers: string): string {
  const one = `max without (channel, account, model, provider) (openclaw_store_session_info{${matchers}})`;
  const exception = own(figure, severity, matchers);
  return [
    `((${one} * ignoring (agent, session, severity) group_left () ${ofKind(figure, severity)}`,
    `unless ignoring (severity) ${exception})`,
    `or max without (severity) (${exception}))`,
  ].join(' ');
}

/** Seconds until a growing context reaches its critical threshold or its window, whichever is lower. Zero when it is there. */
export function timeToLimit(matchers: string): string {
  const tokens = `openclaw_store_session_tokens{${matchers}}`;
  const critical = thresholdOf('tokens', 'critical', matchers);
  const window = `openclaw_store_session_window_tokens{${matchers}}`;
  const limit = `((${critical} < ${window}) or ${window} or ${critical})`;
  return `(clamp_min(${limit} - ${tokens}, 0) / (deriv(${tokens}[${GROWTH_HOURS}h]) > 0))`;
}

/** Only series of exporters that were there in the time shown: other targets have the same metrics. */
export function ofExporters(expr: string): string {
  return `(${expr}) and on (${GATEWAY}) last_over_time(openclaw_store_exporter_build_info{${TARGET}}[$__range])`;
}

/** One series for each row of a table. It has no name: with the names Grafana would not put the columns together. */
export function rows(labels: string, expr: string): string {
  return `max by (${labels}) (${expr})`;
}

/** Zero where stores were read and hold none, since a kind without sessions has no series. No result where none could be read. */
export function orNone(sum: string): string {
  return `${sum} or sum(0 * (openclaw_store_readable{${BY_AGENT}} == 1))`;
}
