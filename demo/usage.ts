export const OUTPUT_TOKENS = 180;

/** The parts of a prompt as a provider with a cache reports them; most of a long one is read from the cache. */
export interface Usage {
  readonly input: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
}

export function usageOf(prompt: number): Usage {
  const cacheRead = Math.floor(prompt * 0.75);
  return { input: prompt - cacheRead, cacheRead, cacheWrite: 0 };
}

/** Dollars, by the prices in the sample's config. */
export function costOf({ input, cacheRead, cacheWrite }: Usage) {
  const cost = {
    input: input / 1e6,
    output: (4 * OUTPUT_TOKENS) / 1e6,
    cacheRead: (0.1 * cacheRead) / 1e6,
    cacheWrite: (1.25 * cacheWrite) / 1e6,
  };
  return { ...cost, total: cost.input + cost.output + cost.cacheRead + cost.cacheWrite };
}
