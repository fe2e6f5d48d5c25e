import { describe, expect, it } from 'vitest';
import { prepareClassify } from '../src/classify.ts';
import type { Session, StoredSession } from '../src/model/session.ts';
import { SHIPPED_THRESHOLDS } from '../src/thresholds.ts';
import { last } from './support/last-usage.ts';
import { parseConfig } from './support/openclaw-config.ts';
import { NOW } from './support/sessions.ts';
import { aStoredSession, aTranscript } from './support/snapshot.ts';

const DAY = 24 * 3_600_000;
const CONFIG = parseConfig(`{
  agents: { defaults: { model: 'p/usual', contextTokens: 300000 } },
  models: { providers: { p: { models: [{ id: 'usual', contextWindow: 100000 }, { id: 'large', contextWindow: 1000000 }] } } },
}`);

const classify = prepareClassify({
  config: CONFIG,
  version: null,
  thresholdsOf: ({ kind }) => SHIPPED_THRESHOLDS[kind],
});

const STORED = { agent: 'ops', key: 'agent:ops:telegram:direct:12345', sessionId: 'id' };

function transcript(after: number) {
  return { transcript: aTranscript(9, { lastUsage: last(after) }) };
}

interface ClassifyCase {
  when: string;
  stored: Partial<StoredSession>;
  session: Partial<Session>;
}

describe('classify', () => {
  it.each<ClassifyCase>([
    { when: 'the key says it', stored: {}, session: { kind: 'dm', channel: 'telegram' } },
    {
      when: 'the chat type says it',
      stored: { key: 'agent:ops:x', chatType: 'channel' },
      session: { kind: 'group', channel: null },
    },
    { when: 'nobody says it', stored: { key: 'agent:ops:x' }, session: { kind: 'other', channel: null } },

    { when: 'it was never active', stored: {}, session: { active: false } },
    { when: 'it is active now', stored: { lastActivityMs: NOW }, session: { active: true } },
    { when: 'it was active a day ago', stored: { lastActivityMs: NOW - DAY }, session: { active: true } },
    { when: 'it was active longer ago', stored: { lastActivityMs: NOW - DAY - 1 }, session: { active: false } },
    { when: 'it is active in the future', stored: { lastActivityMs: NOW + DAY }, session: { active: true } },
    { when: 'it was active at the beginning of time', stored: { lastActivityMs: 0 }, session: { active: false } },

    { when: 'the model is the default', stored: {}, session: { window: 100_000, effectiveWindow: 80_000 } },
    {
      when: 'the session has its model',
      stored: { model: 'large', provider: 'p' },
      session: { window: 300_000, effectiveWindow: 280_000 },
    },
    {
      when: 'a limit is stored',
      stored: { contextTokens: 10_000 },
      session: { window: 10_000, effectiveWindow: 5_000 },
    },

    {
      when: 'the total is fresh',
      stored: { totalTokens: 5, totalTokensFresh: true },
      session: { tokens: 5, tokensSource: 'index' },
    },
    {
      when: 'the total is above the window',
      stored: { totalTokens: 100_001, totalTokensFresh: true, ...transcript(7) },
      session: { tokens: 7, tokensSource: 'transcript' },
    },
    { when: 'only the transcript knows', stored: transcript(7), session: { tokens: 7, tokensSource: 'transcript' } },
    {
      when: 'the limit is no use',
      stored: { contextTokens: 200_000 },
      session: { tokens: null, tokensSource: 'none' },
    },

    {
      when: 'the entry is no object',
      stored: { flaws: ['entry_not_object'], transcript: { state: 'unnamed' } },
      session: {
        kind: 'dm',
        channel: 'telegram',
        window: null,
        effectiveWindow: null,
        tokens: null,
        tokensSource: 'none',
        active: false,
      },
    },
  ])('when $when', ({ stored, session }) => {
    const given = aStoredSession({ ...STORED, ...stored });
    const { parsedKey: _, ...handedOn } = given;
    expect(classify(given, { version: null, shared: false }, NOW)).toMatchObject({ ...handedOn, ...session });
  });
});
