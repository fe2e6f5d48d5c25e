import type { OpenClawConfig } from './config/view.ts';

/** What a window is decided from. */
export interface WindowInput {
  readonly agent: string;
  readonly provider: string | null;
  readonly model: string | null;
  /** The limit that OpenClaw stored with the session at its last run. */
  readonly contextTokens: number | null;
  /** `agents.defaults.contextTokens` counts in the file era only. */
  readonly era: 'file' | 'sqlite';
}

/** The smallest known limit of the session's context, in tokens; null when nothing is known of it. */
export function sessionWindow(config: OpenClawConfig, session: WindowInput): number | null {
  const agent = config.agents.find(({ id }) => id === session.agent);
  const known = [
    modelWindow(config, session.provider, session.model ?? agent?.model ?? config.defaultModel),
    session.contextTokens,
    agent?.contextTokens ?? null,
    session.era === 'file' ? config.defaultContextTokens : null,
  ].filter((limit) => limit !== null);
  return known.length === 0 ? null : Math.min(...known);
}

/** Tokens that fit before OpenClaw compacts; null when the reserve leaves nothing. */
export function effectiveWindow(config: OpenClawConfig, window: number | null): number | null {
  if (window === null || window <= config.compactionReserve) return null;
  return window - config.compactionReserve;
}

function modelWindow(config: OpenClawConfig, provider: string | null, model: string | null): number | null {
  if (model === null) return null;
  const slash = model.indexOf('/');
  const wanted =
    provider === null && slash > 0
      ? { provider: model.slice(0, slash), id: model.slice(slash + 1) }
      : { provider, id: model };
  const exact = config.models.find((known) => known.provider === wanted.provider && known.id === wanted.id);
  if (exact !== undefined) return exact.window;
  // Old versions look a model up by its bare id; with two providers the smaller window is the safe answer.
  const named = config.models.filter(
    (known) => [wanted.id, model].includes(known.id) || `${known.provider}/${known.id}` === model,
  );
  return named.length === 0 ? null : Math.min(...named.map((known) => known.window));
}
