import { isObject } from '../is-object.ts';

/** What one call of a model used, in tokens. */
export interface Usage {
  /** What the model was asked with, its cached part too. Above 0. */
  readonly prompt: number;
  readonly output: number;
}

/** OpenClaw writes these assistant messages itself: a reply that it sent to a channel, an answer to a command. */
const MODELS_OF_NO_CALL: readonly unknown[] = ['delivery-mirror', 'gateway-injected'];

/**
 * The usage of an assistant message; null where it has none. A prompt of 0 is unknown: the call failed, its provider reports
 * nothing, or (Ollama) a prompt cache answered and only the output is reported.
 */
export function usageOf(message: unknown): Usage | null {
  if (!isObject(message) || message.role !== 'assistant' || !isObject(message.usage)) return null;
  if (message.provider === 'openclaw' && MODELS_OF_NO_CALL.includes(message.model)) return null;
  const prompt = promptOf(message.usage);
  const output = figure(message.usage.output);
  return prompt > 0 && Number.isFinite(prompt + output) ? { prompt, output } : null;
}

function promptOf(usage: Record<string, unknown>): number {
  // 2026.7.1 and later say by themselves how large the context was, or that the usage does not tell.
  const { state, promptTokens } = isObject(usage.contextUsage) ? usage.contextUsage : {};
  if (state === 'unavailable') return 0;
  if (state === 'available' && isFigure(promptTokens)) return promptTokens;
  const sum = figure(usage.input) + figure(usage.cacheRead) + figure(usage.cacheWrite);
  const output = figure(usage.output);
  const total = figure(usage.totalTokens);
  // The input of the Codex harness (2026.4.15) holds the cached tokens already. A total of 0 is one that nobody reported.
  return total > 0 && total < sum + output ? total - output : sum;
}

function figure(value: unknown): number {
  return isFigure(value) ? value : 0;
}

function isFigure(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}
