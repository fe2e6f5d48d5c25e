/** How large the context of a session may grow, by its model, its config and the version of OpenClaw. */
import { compactionReserve } from './agent-settings.ts';
import type { ModelConfig } from './config/models.ts';
import type { OpenClawConfig } from './config/view.ts';
import type { ModelOverride } from './model-override.ts';
import { has } from './versions.ts';

/** What the window of a session depends on. */
export interface WindowInput {
  readonly agent: string;
  /** Of the last run. */
  readonly provider: string | null;
  readonly model: string | null;
  readonly override: ModelOverride | null;
  /** The limit that OpenClaw stored with the session at its last run. */
  readonly contextTokens: number | null;
  readonly contextTokensSource: string | null;
}

/** Tokens that a run takes for the window of a model that is configured without one. */
const UNSET_WINDOW = 200_000;

/**
 * The limit of the context that the next call of the session meets, in tokens; null when none is known. `version` is
 * OpenClaw's, or the newest of its era. The stored model is that of the last run: OpenClaw's `status` shows it until the next
 * one, and an override before it.
 */
export function sessionWindow(config: OpenClawConfig, session: WindowInput, version: string): number | null {
  const configured = parseModel(config.agents.find(({ id }) => id === session.agent)?.model ?? config.defaultModel);
  const ran = parseModel(session.model, session.provider);
  const chosen = parseModel(session.override?.model ?? null, session.override?.provider);
  const shown = chosen ?? ran ?? configured;
  const models = shown === null ? [] : configuredModels(config.models, shown, configured?.provider ?? null);
  const limit = smallest(models.map((model) => limitOf(model, version)));
  const unsetLimit = models.length > 0 && limit === null ? UNSET_WINDOW : null;
  const isOther = chosen !== null && (ran === null || !isSameModel(chosen, ran));
  if (has(version, 'storedLimitDoubted') === false) {
    const stored = isOther && session.override?.isFallback !== true ? null : session.contextTokens;
    return smallest([limit ?? unsetLimit, stored, config.defaultContextTokens]);
  }
  const stored = isOther ? null : session.contextTokens;
  // OpenClaw asks its catalogue before it takes the default, and stores what it found.
  if (limit === null) return stored ?? unsetLimit;
  return session.contextTokensSource === 'runtime' && ran !== null ? smallest([limit, stored]) : limit;
}

/** Tokens that fit before OpenClaw compacts; null when the reserve leaves nothing. */
export function effectiveWindow(config: OpenClawConfig, window: number | null, version: string): number | null {
  if (window === null) return null;
  const left = window - compactionReserve(config, window, version);
  return left > 0 ? left : null;
}

interface ModelName {
  /** Lower case; null: the name has none. */
  readonly provider: string | null;
  readonly id: string;
  /** As it is written. */
  readonly text: string;
}

/** `model` is a bare model id, or `provider/model`. A model id can itself hold a slash. */
function parseModel(model: string | null, given: string | null = null): ModelName | null {
  const text = model?.trim();
  if (!text) return null;
  const provider = given?.trim().toLowerCase() || null;
  const slash = text.indexOf('/');
  const prefix = slash > 0 ? text.slice(0, slash).toLowerCase() : null;
  if (prefix === null || (provider !== null && provider !== prefix)) return { provider, id: text, text };
  return { provider: prefix, id: text.slice(slash + 1), text };
}

function isSameModel(one: ModelName, other: ModelName): boolean {
  const isOneProvider = one.provider === null || other.provider === null || one.provider === other.provider;
  return one.id === other.id && isOneProvider;
}

/** The model as it is configured; where its provider is not known, every model of that id. */
function configuredModels(
  models: readonly ModelConfig[],
  { provider, id, text }: ModelName,
  usualProvider: string | null,
): readonly ModelConfig[] {
  const exact = models.find((each) => each.provider === (provider ?? usualProvider) && each.id === id);
  // Old versions look a model up by its bare id. Where two providers have it, the smaller window is the safe answer.
  return exact === undefined ? models.filter((each) => each.id === id || each.id === text) : [exact];
}

/** Tokens; null: it is configured without a limit. */
function limitOf({ contextWindow, contextTokens, inherited }: ModelConfig, version: string): number | null {
  const isInherited = has(version, 'providerLimitsInherited') !== false;
  const tokens = contextTokens ?? (isInherited ? inherited.contextTokens : null);
  const window = contextWindow ?? (isInherited ? inherited.contextWindow : null);
  return has(version, 'smallerModelLimit') === false ? (tokens ?? window) : smallest([tokens, window]);
}

function smallest(limits: readonly (number | null)[]): number | null {
  const known = limits.filter((limit) => limit !== null);
  return known.length === 0 ? null : Math.min(...known);
}
