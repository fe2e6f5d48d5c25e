import type { ConfigFile } from './schema.ts';

/** A model of `models.providers`. What counts of its limits is decided in `src/openclaw/context-window.ts`. */
export interface ModelConfig extends Limits {
  /** Lower case. */
  readonly provider: string;
  /** Without its own provider before it. */
  readonly id: string;
  /** Of its provider. */
  readonly inherited: Limits;
}

/** Tokens; null: unset. */
interface Limits {
  readonly contextWindow: number | null;
  readonly contextTokens: number | null;
}

export function modelsOf({ models }: ConfigFile): ModelConfig[] {
  return (models?.providers ?? []).flatMap(({ key, value }) => {
    const provider = key.trim().toLowerCase();
    const inherited = limitsOf(value ?? {});
    return (value?.models ?? []).flatMap((model) => {
      const limits = limitsOf(model);
      // The schema keeps the key of a window of the wrong shape, which is not known. One that is not there has a default.
      const isWrong = 'contextWindow' in model && model.contextWindow === undefined;
      const isKnown = limits.contextTokens !== null || !isWrong;
      return isKnown ? [{ provider, id: withoutPrefix(model.id, provider), ...limits, inherited }] : [];
    });
  });
}

interface WrittenLimits {
  readonly contextWindow?: number | null | undefined;
  readonly contextTokens?: number | null | undefined;
}

function limitsOf({ contextWindow = null, contextTokens = null }: WrittenLimits): Limits {
  return { contextWindow, contextTokens };
}

function withoutPrefix(id: string, provider: string): string {
  return id.toLowerCase().startsWith(`${provider}/`) ? id.slice(provider.length + 1) : id;
}
