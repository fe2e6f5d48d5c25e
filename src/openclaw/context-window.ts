/** How many tokens the context of a session can hold, by the config and by what OpenClaw stored with the session. */
import type { OpenClawConfig } from './config/view.ts';

/** What the window of a session depends on. */
export interface WindowInput {
  readonly agent: string;
  readonly provider: string | null;
  readonly model: string | null;
  /** The limit that OpenClaw stored with the session at its last run. */
  readonly contextTokens: number | null;
  /** `agents.defaults.contextTokens` counts in the file era only. */
  readonly era: 'file' | 'sqlite';
}

/** The smallest known limit of the session's context, in tokens; null when none is known. */
export function sessionWindow(config: OpenClawConfig, session: WindowInput): number | null {
  const agent = config.agents.find(({ id }) => id === session.agent);
  const limits = [
    modelWindow(config, session.provider, session.model ?? agent?.model ?? config.defaultModel),
    session.contextTokens,
    agent?.contextTokens ?? null,
    session.era === 'file' ? config.defaultContextTokens : null,
  ].filter((limit) => limit !== null);
  return limits.length === 0 ? null : Math.min(...limits);
}

/** Tokens that fit before OpenClaw compacts; null when the reserve leaves nothing. */
export function effectiveWindow(config: OpenClawConfig, window: number | null): number | null {
  if (window === null || window <= config.compactionReserve) return null;
  return window - config.compactionReserve;
}

/** `model` is a bare model id, or `provider/model`. A model id can itself hold a slash. */
function modelWindow({ models }: OpenClawConfig, provider: string | null, model: string | null): number | null {
  if (model === null) return null;
  const slash = model.indexOf('/');
  const named =
    provider === null && slash > 0
      ? { provider: model.slice(0, slash), id: model.slice(slash + 1) }
      : { provider, id: model };
  const exact = models.find((each) => each.provider === named.provider && each.id === named.id);
  if (exact !== undefined) return exact.window;
  // Old versions look a model up by its bare id. Where two providers have it, the smaller window is the safe answer.
  const alike = models.filter(({ provider, id }) => id === named.id || id === model || `${provider}/${id}` === model);
  return alike.length === 0 ? null : Math.min(...alike.map(({ window }) => window));
}
