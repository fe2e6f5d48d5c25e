import { describe, expect, it } from 'vitest';
import { effectiveWindow, sessionWindow, type WindowInput } from '../../src/openclaw/context-window.ts';
import { parseConfig } from '../support/openclaw-config.ts';

const MODELS = {
  providers: {
    big: {
      models: [{ id: 'shared', contextWindow: 400_000 }, { id: 'large', contextWindow: 1_000_000 }, { id: 'unset' }],
    },
    small: {
      models: [
        { id: 'shared', contextWindow: 32_000 },
        { id: 'own', contextWindow: 200_000, contextTokens: 90_000 },
        { id: 'wide', contextWindow: 100_000, contextTokens: 300_000 },
      ],
    },
    router: { models: [{ id: 'vendor/model', contextWindow: 64_000 }] },
    host: {
      contextWindow: 50_000,
      contextTokens: 40_000,
      models: [{ id: 'bare' }, { id: 'windowed', contextWindow: 70_000 }, { id: 'limited', contextTokens: 30_000 }],
    },
  },
};
const SESSION: WindowInput = {
  agent: 'ops',
  provider: null,
  model: null,
  override: null,
  contextTokens: null,
  contextTokensSource: null,
};

/** Of each era one. */
const VERSIONS = ['2026.7.35', '2026.9.6'] as const;

function override(model: string, provider: string | null = null, isFallback = false) {
  return { override: { model, provider, isFallback } };
}

interface WindowCase {
  when: string;
  agents?: object;
  session?: Partial<WindowInput>;
  /** Of 2026.7.35, and of 2026.9.6 where it is another. */
  window: number | null;
  sqlite?: number | null;
}

describe('sessionWindow', () => {
  it.each<WindowCase>([
    { when: 'nothing is known', window: null },
    { when: 'only the stored limit is', session: { contextTokens: 128_000 }, window: 128_000 },
    { when: 'provider and model are', session: { provider: 'big', model: 'large' }, window: 1_000_000 },
    { when: 'the provider is in capitals', session: { provider: 'BIG', model: 'large' }, window: 1_000_000 },
    { when: 'the model of that provider is', session: { provider: 'big', model: 'shared' }, window: 400_000 },
    { when: 'two providers have the model', session: { model: 'shared' }, window: 32_000 },
    {
      when: 'two providers have the model, and the agent uses one of them',
      agents: { defaults: { model: 'big/large' } },
      session: { model: 'shared' },
      window: 400_000,
    },
    { when: 'the provider is another', session: { provider: 'none', model: 'shared' }, window: 32_000 },
    { when: 'the model names its provider', session: { model: 'big/shared' }, window: 400_000 },
    { when: 'the model names its provider again', session: { provider: 'big', model: 'big/shared' }, window: 400_000 },
    { when: 'the model id has a slash', session: { provider: 'router', model: 'vendor/model' }, window: 64_000 },
    { when: 'the model id has a slash and no provider', session: { model: 'vendor/model' }, window: 64_000 },
    { when: 'provider and slash', session: { model: 'router/vendor/model' }, window: 64_000 },
    { when: 'the model has its own limit', session: { provider: 'small', model: 'own' }, window: 90_000 },
    {
      when: 'the limit of the model is larger than its window',
      session: { provider: 'small', model: 'wide' },
      window: 300_000,
      sqlite: 100_000,
    },
    { when: 'the model is configured without a window', session: { model: 'unset' }, window: 200_000 },
    {
      when: 'the model is configured without a window, and ran with another one',
      session: { model: 'unset', contextTokens: 400_000 },
      window: 200_000,
      sqlite: 400_000,
    },
    { when: 'only the provider has limits', session: { model: 'bare' }, window: 200_000, sqlite: 40_000 },
    { when: 'the provider has a limit', session: { model: 'windowed' }, window: 70_000, sqlite: 40_000 },
    { when: 'the model has another limit than its provider', session: { model: 'limited' }, window: 30_000 },
    { when: 'the model is unknown', session: { model: 'ghost' }, window: null },
    {
      when: 'the stored limit is the smaller',
      session: { model: 'large', contextTokens: 8_000 },
      window: 8_000,
      sqlite: 1_000_000,
    },
    {
      when: 'the stored limit is the smaller, and the runtime said so',
      session: { model: 'large', contextTokens: 8_000, contextTokensSource: 'runtime' },
      window: 8_000,
    },
    {
      when: 'the runtime said so of a model that is not known any more',
      agents: { defaults: { model: 'big/large' } },
      session: { contextTokens: 8_000, contextTokensSource: 'runtime' },
      window: 8_000,
      sqlite: 1_000_000,
    },
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
      when: 'the default is an alias',
      agents: { defaults: { model: 'Tiny', models: { 'small/own': { alias: 'tiny' } } } },
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
    { when: 'the default limit is set', agents: { defaults: { contextTokens: 20_000 } }, window: 20_000, sqlite: null },
    {
      when: 'the default limit is the smallest',
      agents: { defaults: { contextTokens: 20_000 } },
      session: { model: 'large', contextTokens: 100_000 },
      window: 20_000,
      sqlite: 1_000_000,
    },
    {
      when: 'the default limit is not the smallest',
      agents: { defaults: { contextTokens: 500_000 } },
      session: { contextTokens: 100_000 },
      window: 100_000,
    },
    {
      when: 'the agent has a limit of its own, which no run heeds',
      agents: { list: [{ id: 'ops', contextTokens: 20_000 }] },
      session: { model: 'large' },
      window: 1_000_000,
    },

    {
      when: 'a smaller model was chosen',
      session: { model: 'large', contextTokens: 1_000_000, ...override('own', 'small') },
      window: 90_000,
    },
    {
      when: 'a larger model was chosen',
      session: { model: 'own', provider: 'small', contextTokens: 90_000, ...override('large', 'big') },
      window: 1_000_000,
    },
    {
      when: 'a larger model was chosen, and what ran is not stored any more',
      session: { contextTokens: 90_000, ...override('large', 'big') },
      window: 1_000_000,
    },
    {
      when: 'the same model was chosen',
      session: { model: 'large', provider: 'big', contextTokens: 8_000, ...override('large', 'big') },
      window: 8_000,
      sqlite: 1_000_000,
    },
    {
      when: 'the same model was chosen with its provider before it',
      session: { model: 'large', provider: 'big', contextTokens: 8_000, ...override('big/large', 'big') },
      window: 8_000,
      sqlite: 1_000_000,
    },
    {
      when: 'the model of that id of another provider was chosen',
      session: { model: 'shared', provider: 'small', contextTokens: 32_000, ...override('shared', 'big') },
      window: 400_000,
    },
    {
      when: 'the model that was chosen names its provider',
      session: { model: 'large', contextTokens: 1_000_000, ...override('small/own') },
      window: 90_000,
    },
    {
      when: 'a model was chosen that is not configured',
      session: { model: 'large', contextTokens: 1_000_000, ...override('ghost', 'big') },
      window: null,
    },
    {
      when: 'an alias was chosen, which nothing resolves once it is stored',
      agents: { defaults: { models: { 'small/own': { alias: 'tiny' } } } },
      session: { model: 'large', contextTokens: 1_000_000, ...override('tiny') },
      window: null,
    },
    {
      when: 'OpenClaw fell back to a larger model by itself',
      session: { model: 'own', provider: 'small', contextTokens: 90_000, ...override('large', 'big', true) },
      window: 90_000,
      sqlite: 1_000_000,
    },
  ])('is $window ($sqlite) when $when', ({ agents = {}, session = {}, window, sqlite = window }) => {
    const config = parseConfig(JSON.stringify({ models: MODELS, agents }));
    expect(VERSIONS.map((version) => sessionWindow(config, { ...SESSION, ...session }, version))).toEqual([
      window,
      sqlite,
    ]);
  });

  it.each([
    ['2026.8.1', 300_000],
    ['2026.9.4', 300_000],
    ['2026.9.5', 100_000],
  ])('in %s takes %d of a model with two limits', (version, window) => {
    const config = parseConfig(JSON.stringify({ models: MODELS }));
    expect(sessionWindow(config, { ...SESSION, model: 'wide' }, version)).toBe(window);
  });
});

describe('effectiveWindow', () => {
  it.each<[string, object, number | null, number | null]>([
    ['2026.2.6-3', {}, 200_000, 180_000],
    ['2026.2.6-3', {}, 20_000, null],
    ['2026.2.6-3', {}, 20_001, 1],
    ['2026.2.17', { reserveTokensFloor: 0 }, 20_000, 3_616],
    ['2026.2.17', { reserveTokensFloor: 50_000 }, 200_000, 150_000],
    ['2026.2.17', { reserveTokens: 60_000 }, 200_000, 180_000],
    ['2026.4.15', {}, 32_768, 12_768],
    ['2026.4.15', {}, 20_000, 3_616],
    ['2026.4.15', {}, 16_384, null],
    ['2026.4.15', { reserveTokens: 60_000 }, 200_000, 140_000],
    ['2026.4.15', { reserveTokens: 60_000 }, 60_000, null],
    ['2026.4.15', { reserveTokens: 1_000 }, 200_000, 180_000],
    ['2026.4.15', { reserveTokens: 60_000, reserveTokensFloor: 0 }, 200_000, 140_000],
    ['2026.7.1', {}, 17_000, 8_000],
    ['2026.7.35', {}, 17_000, 8_000],
    ['2026.7.35', {}, 20_000, 8_000],
    ['2026.7.35', {}, 8_001, 4_000],
    ['2026.7.35', {}, 32_768, 12_768],
    ['2026.7.35', { reserveTokens: 60_000 }, 60_000, 8_000],
    ['2026.7.35', { reserveTokensFloor: 0 }, 200_000, 183_616],
    ['2026.7.35', { reserveTokensFloor: 40_000 }, 200_000, 160_000],
    ['2026.8.1', {}, 17_000, 8_000],
    ['2026.8.1', { reserveTokensFloor: 40_000, reserveTokens: 90_000 }, 200_000, 180_000],
    ['2026.9.2', {}, 32_768, 12_768],
    ['2026.9.3', {}, 17_000, 12_750],
    ['2026.9.3', {}, 32_768, 24_576],
    ['2026.9.6', {}, 65_536, 49_152],
    ['2026.9.6', {}, 79_999, 60_000],
    ['2026.9.6', {}, 80_000, 60_000],
    ['2026.9.6', { reserveTokensFloor: 40_000 }, 200_000, 180_000],
    ['2026.9.6', {}, null, null],
  ])('in %s with %j of %d is %d', (version, compaction, window, effective) => {
    const config = parseConfig(JSON.stringify({ agents: { defaults: { compaction } } }));
    expect(effectiveWindow(config, window, version)).toBe(effective);
  });
});
