import { describe, expect, it } from 'vitest';
import { usageOf } from '../../src/openclaw/usage.ts';

const MIRROR = { provider: 'openclaw', model: 'delivery-mirror' };
const INJECTED = { provider: 'openclaw', model: 'gateway-injected' };
const ZERO = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, totalTokens: 0 };
const SUM = { input: 100, output: 50, cacheRead: 20, cacheWrite: 3 };

function prompt(usage: unknown, message: object = {}): number | null {
  return usageOf({ role: 'assistant', provider: 'p', model: 'm', content: [], usage, ...message })?.prompt ?? null;
}

function available(promptTokens: unknown): object {
  return { state: 'available', promptTokens };
}

describe('usageOf, the prompt', () => {
  it.each<[what: string, usage: unknown, prompt: number | null]>([
    ['is summed without the answer', SUM, 123],
    ['may have parts missing', { cacheRead: 20 }, 20],
    ['may be a fraction', { input: 0.5, cacheRead: 1 }, 1.5],
    ['takes parts below 0 as absent', { input: 10, cacheRead: -5 }, 10],
    ['takes parts that are no number as absent', { input: '10', cacheRead: 7, cacheWrite: null }, 7],

    ['is unknown where only the answer counts', { input: 0, output: 5, totalTokens: 5 }, null],
    ['is unknown when all is 0', ZERO, null],
    ['is unknown when all is absent', {}, null],
    ['is unknown when all is below 0', { input: -1, output: -1 }, null],
    ['is unknown without usage', undefined, null],
    ['is unknown when usage is null', null, null],
    ['is unknown when usage is a list', [100], null],
    ['is unknown when usage is a number', 100, null],
    ['is unknown when its sum is beyond all numbers', { input: 1e308, cacheRead: 1.7e308 }, null],
    ['may be large', { input: 1e300 }, 1e300],

    ['has the total of OpenClaw: nothing is in it twice', { ...SUM, totalTokens: 173 }, 123],
    ['is the sum where the total is more', { ...SUM, totalTokens: 999 }, 123],
    ['is the total without the answer where the input holds the cache', { ...SUM, totalTokens: 150 }, 100],
    ['is the sum where the total is one less', { ...SUM, totalTokens: 172 }, 122],
    ['is the sum where nobody gave a total', { ...SUM, totalTokens: 0 }, 123],
    ['is the sum where the total is below 0', { ...SUM, totalTokens: -150 }, 123],
    ['is the sum where the total is no number', { ...SUM, totalTokens: '150' }, 123],
    ['is unknown where the total is the answer', { ...SUM, totalTokens: 50 }, null],
    ['is unknown where the total is less than the answer', { ...SUM, totalTokens: 9 }, null],

    ['is what OpenClaw measured', { ...SUM, totalTokens: 173, contextUsage: available(99) }, 99],
    ['is that whatever the total is', { ...SUM, totalTokens: 150, contextUsage: available(200) }, 200],
    ['is that without other parts', { contextUsage: available(99) }, 99],
    ['is unknown where that is 0', { ...SUM, contextUsage: available(0) }, null],
    ['is the sum where that is no number', { ...SUM, contextUsage: available('99') }, 123],
    ['is the sum where that is below 0', { ...SUM, contextUsage: available(-1) }, 123],
    ['is the sum where that is absent', { ...SUM, contextUsage: { state: 'available' } }, 123],
    ['is unknown where OpenClaw says so', { ...SUM, contextUsage: { state: 'unavailable', promptTokens: 99 } }, null],
    ['is the sum in a state of the future', { ...SUM, contextUsage: { state: 'measured', promptTokens: 99 } }, 123],
    ['is the sum where the state is no object', { ...SUM, contextUsage: 'unavailable' }, 123],
  ])('%s', (_, usage, expected) => {
    expect(prompt(usage)).toBe(expected);
  });

  it.each<[what: string, message: object, prompt: number | null]>([
    ['is none for a delivery mirror', MIRROR, null],
    ['is none for what the gateway answered itself', INJECTED, null],
    ['counts for OpenClaw’s other models', { provider: 'openclaw' }, 123],
    ['counts for models that are only called so', { model: 'delivery-mirror' }, 123],
    ['counts for a failed call that was billed', { stopReason: 'error' }, 123],
    ['counts for a call before a tool', { stopReason: 'toolUse' }, 123],
    ['is none for a user', { role: 'user' }, null],
    ['is none for a tool result', { role: 'toolResult' }, null],
  ])('%s', (_, message, expected) => {
    expect(prompt(SUM, message)).toBe(expected);
  });

  it.each([null, 'text', [], 5])('is none for a message that is %j', (message) => {
    expect(usageOf(message)).toBeNull();
  });
});

it.each([
  ['as it stands', SUM, 50],
  ['0 where it is absent', { input: 5 }, 0],
  ['0 where it is no number', { input: 5, output: '7' }, 0],
  ['beside a measured prompt', { ...SUM, contextUsage: available(99) }, 50],
])('usageOf has the output %s', (_, usage, output) => {
  expect(usageOf({ role: 'assistant', usage })?.output).toBe(output);
});
