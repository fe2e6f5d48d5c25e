import { describe, expect, it } from 'vitest';
import { effectiveWindow, sessionWindow, type WindowInput } from '../../src/openclaw/context-window.ts';
import { parseConfig } from '../support/openclaw-config.ts';

const MODELS = {
  providers: {
    big: {
      models: [
        { id: 'shared', contextWindow: 400_000 },
        { id: 'large', contextWindow: 1_000_000 },
      ],
    },
    small: {
      models: [
        { id: 'shared', contextWindow: 32_000 },
        { id: 'own', contextWindow: 200_000, contextTokens: 90_000 },
      ],
    },
    router: { models: [{ id: 'vendor/model', contextWindow: 64_000 }] },
  },
};
const SESSION: WindowInput = { agent: 'ops', provider: null, model: null, contextTokens: null, era: 'file' };

interface WindowCase {
  when: string;
  agents?: object;
  session?: Partial<WindowInput>;
  window: number | null;
}

describe('sessionWindow', () => {
  it.each<WindowCase>([
    { when: 'nothing is known', window: null },
    { when: 'only the stored limit is', session: { contextTokens: 128_000 }, window: 128_000 },
    { when: 'provider and model are', session: { provider: 'big', model: 'large' }, window: 1_000_000 },
    { when: 'the model of that provider is', session: { provider: 'big', model: 'shared' }, window: 400_000 },
    { when: 'two providers have the model', session: { model: 'shared' }, window: 32_000 },
    { when: 'the provider is another', session: { provider: 'none', model: 'shared' }, window: 32_000 },
    { when: 'the model names its provider', session: { model: 'big/shared' }, window: 400_000 },
    { when: 'the model id has a slash', session: { provider: 'router', model: 'vendor/model' }, window: 64_000 },
    { when: 'provider and slash', session: { model: 'router/vendor/model' }, window: 64_000 },
    { when: 'the model has its own limit', session: { provider: 'small', model: 'own' }, window: 90_000 },
    { when: 'the model is unknown', session: { model: 'ghost' }, window: null },
    { when: 'the stored limit is the smaller', session: { model: 'large', contextTokens: 8_000 }, window: 8_000 },
    { when: 'the model is the smaller', session: { model: 'big/shared', contextTokens: 900_000 }, window: 400_000 },
    {
      when: 'the model is unknown and a limit is stored',
      session: { model: 'ghost', contextTokens: 50_000 },
      window: 50_000,
    },
    {
      when: 'the session has no model and its agent has',
      agents: { list: [{ id: 'ops', model: 'big/shared' }], defaults: { model: 'small/own' } },
      window: 400_000,
    },
    {
      when: 'neither has and there is a default',
      agents: { list: [{ id: 'ops' }], defaults: { model: { primary: 'small/own' } } },
      window: 90_000,
    },
    {
      when: 'the session has a model that nobody configured',
      agents: { list: [{ id: 'ops', model: 'big/shared' }] },
      session: { model: 'ghost' },
      window: null,
    },
    {
      when: 'the agent is not listed',
      agents: { list: [{ id: 'other', model: 'big/large' }], defaults: { model: 'small/own' } },
      window: 90_000,
    },
    { when: 'the file era has a default limit', agents: { defaults: { contextTokens: 20_000 } }, window: 20_000 },
    {
      when: 'the default limit is the smallest',
      agents: { defaults: { contextTokens: 20_000 } },
      session: { model: 'large', contextTokens: 100_000 },
      window: 20_000,
    },
    {
      when: 'the default limit is not the smallest',
      agents: { defaults: { contextTokens: 500_000 } },
      session: { contextTokens: 100_000 },
      window: 100_000,
    },
    {
      when: 'the era is of SQLite, where the default limit is without effect',
      agents: { defaults: { contextTokens: 20_000 } },
      session: { contextTokens: 100_000, era: 'sqlite' },
      window: 100_000,
    },
  ])('is $window when $when', ({ agents = {}, session = {}, window }) => {
    const config = parseConfig(JSON.stringify({ models: MODELS, agents }));
    expect(sessionWindow(config, { ...SESSION, ...session })).toBe(window);
  });
});

describe('effectiveWindow', () => {
  it.each([
    { compaction: {}, window: 200_000, effective: 180_000 },
    { compaction: { reserveTokensFloor: 50_000 }, window: 200_000, effective: 150_000 },
    { compaction: { reserveTokens: 60_000 }, window: 200_000, effective: 140_000 },
    { compaction: { reserveTokens: 60_000, reserveTokensFloor: 0 }, window: 200_000, effective: 140_000 },
    { compaction: { reserveTokens: 1_000 }, window: 200_000, effective: 180_000 },
    { compaction: {}, window: 20_000, effective: null },
    { compaction: {}, window: 20_001, effective: 1 },
    { compaction: {}, window: 8_000, effective: null },
    { compaction: {}, window: null, effective: null },
  ])('of $window with $compaction is $effective', ({ compaction, window, effective }) => {
    const config = parseConfig(JSON.stringify({ agents: { defaults: { compaction } } }));
    expect(effectiveWindow(config, window)).toBe(effective);
  });
});

it('finds a model whose own id has a slash, without its provider', () => {
  const config = parseConfig(
    `{ models: { providers: { router: { models: [{ id: 'vendor/model', contextWindow: 64000 }] } } } }`,
  );
  const session = { agent: 'main', provider: null, model: 'vendor/model', contextTokens: null, era: 'file' } as const;
  expect(sessionWindow(config, session)).toBe(64_000);
});
