import { describe, expect, it } from 'vitest';
import type { StoredSession } from '../../../src/model/session.ts';
import { foundTranscript } from '../../../src/model/transcript.ts';
import { parseEntry } from '../../../src/openclaw/index-entry.ts';
import type { SessionNode } from '../../../src/read/sqlite/nodes.ts';
import { storedSession } from '../../../src/read/sqlite/session.ts';
import type { KnownTranscript } from '../../../src/read/sqlite/transcripts.ts';
import { last } from '../../support/last-usage.ts';
import { NO_ROUTE } from '../../support/snapshot.ts';

const WINDOW = { chatType: 'group', accountId: 'bot', model: 'w-model', provider: 'w-provider', transcriptMs: 40 };
const ENTRY = {
  sessionId: 's',
  updatedAt: 30,
  status: 'done',
  model: 'e-model',
  modelProvider: 'e-provider',
  chatType: 'direct',
  totalTokens: 700,
  inputTokens: 600,
  outputTokens: 50,
  totalTokensFresh: true,
  contextTokens: 1000,
};

const NONE = new Map();
const CHOSEN = new Map([['agent:ops:p', { model: 'm', provider: null, isFallback: false }]]);

function node(changes: Partial<Omit<SessionNode, 'entry'>> = {}, entry: unknown = ENTRY): SessionNode {
  return {
    rowid: '1',
    mark: '',
    characters: 0,
    key: 'agent:ops:main',
    sessionId: 's',
    entry: parseEntry(entry),
    route: NO_ROUTE,
    simultaneousStartMs: null,
    archived: false,
    updatedMs: 20,
    createdMs: 10,
    lastInteractionMs: null,
    lastActivityMs: null,
    status: 'failed',
    window: WINDOW,
    cold: null,
    lastSeq: null,
    generation: null,
    ...changes,
  };
}

function known(changes: Partial<KnownTranscript> = {}): KnownTranscript {
  return {
    sessionId: 's',
    lastSeq: 9,
    generation: null,
    events: 10,
    bytes: 1234,
    storedBytes: 1234,
    messages: 6,
    compactions: 1,
    cutSeq: 3,
    usage: null,
    validatedSeq: -1,
    badEvents: 0,
    oversizedEvents: 0,
    seen: { signature: '', steadyMs: 0 },
    renewal: null,
    writtenMs: null,
    lastEventId: null,
    ...changes,
  };
}

describe('storedSession', () => {
  it.each<[what: string, given: SessionNode, expected: Partial<StoredSession>]>([
    [
      'the entry’s figures',
      node(),
      {
        agent: 'ops',
        era: 'sqlite',
        key: 'agent:ops:main',
        sessionId: 's',
        flaws: [],
        totalTokens: 700,
        inputTokens: 600,
        outputTokens: 50,
        totalTokensFresh: true,
        contextTokens: 1000,
      },
    ],
    [
      'no figures of a broken entry, but its columns and its window',
      node({}, '{'),
      {
        flaws: ['entry_not_object'],
        totalTokens: null,
        totalTokensFresh: null,
        contextTokens: null,
        status: 'failed',
        model: 'w-model',
        provider: 'w-provider',
        chatType: 'group',
        account: 'bot',
        startedMs: 10,
        lastActivityMs: 20,
      },
    ],
    [
      'nothing of a broken entry without a window',
      node({ window: null }, null),
      {
        flaws: ['entry_not_object', 'window_missing'],
        model: null,
        provider: null,
        chatType: null,
      },
    ],
    ['another id than its row', node({}, { ...ENTRY, sessionId: 'other' }), { sessionId: 's', flaws: ['id_differs'] }],
    ['no id to compare', node({}, {}), { sessionId: 's', flaws: [] }],
    ['the window’s chat type before the entry’s', node(), { chatType: 'group' }],
    [
      'the entry’s chat type where the window has none',
      node({ window: { ...WINDOW, chatType: null } }),
      {
        chatType: 'direct',
      },
    ],
    ['the window’s account before the route’s', node({}, { ...ENTRY, lastAccountId: 'route' }), { account: 'bot' }],
    [
      'the route’s account where the window’s is blank',
      node({ window: { ...WINDOW, accountId: '' } }, { ...ENTRY, lastAccountId: 'route' }),
      {
        account: 'route',
      },
    ],
    ['no account', node({ window: { ...WINDOW, accountId: null } }), { account: null }],
    ['the entry’s model, never the window’s', node(), { model: 'e-model', provider: 'e-provider' }],
    [
      'a model that was chosen and has not run',
      node({}, { modelOverride: 'o', providerOverride: 'p' }),
      {
        model: null,
        provider: null,
        override: { model: 'o', provider: 'p', isFallback: false },
      },
    ],
    [
      'a model that OpenClaw fell back to',
      node({}, { modelOverride: 'o', modelOverrideSource: 'auto' }),
      { override: { model: 'o', provider: null, isFallback: true } },
    ],
    [
      'the configured model again, also where the parent has another one',
      node(
        { key: 'agent:ops:telegram:group:1' },
        { modelOverride: 'o', modelOverrideSource: 'default', parentSessionKey: 'agent:ops:p' },
      ),
      { override: null },
    ],
    [
      'the model of the parent that the entry names',
      node({ key: 'agent:ops:telegram:group:1' }, { parentSessionKey: 'agent:ops:p' }),
      { override: { model: 'm', provider: null, isFallback: false } },
    ],
    ['the entry’s status before the row’s', node(), { status: 'done' }],
    ['the row’s status', node({}, { ...ENTRY, status: undefined }), { status: 'failed' }],
    ['its start as the entry has it', node({}, { ...ENTRY, sessionStartedAt: 5 }), { startedMs: 5 }],
    ['its start as the row has it', node(), { startedMs: 10 }],
    ['no start of an imported row', node({ createdMs: null }), { startedMs: null }],
    ['an activity that is only a change', node(), { ranMs: null, lastActivityMs: 30 }],
    ['the row’s change where the entry has none', node({}, {}), { ranMs: null, lastActivityMs: 20 }],
    ['the row’s interaction', node({ lastInteractionMs: 25 }), { ranMs: 25, lastActivityMs: 25 }],
    ['the row’s activity', node({ lastActivityMs: 26 }), { ranMs: 26, lastActivityMs: 26 }],
    [
      'the interaction before the activity',
      node({ lastInteractionMs: 25, lastActivityMs: 26 }),
      { lastActivityMs: 25 },
    ],
    [
      'the entry’s interaction first',
      node({ lastInteractionMs: 25 }, { ...ENTRY, lastInteractionAt: 24 }),
      {
        ranMs: 24,
        lastActivityMs: 24,
      },
    ],
    [
      'the entry’s activity before what the row has',
      node({ lastInteractionMs: 25, lastActivityMs: 26 }, { ...ENTRY, lastActivityAt: 24 }),
      { ranMs: 24, lastActivityMs: 24 },
    ],
    ['the newest of all times as that of the last write', node({ lastInteractionMs: 25 }), { lastStoredMs: 40 }],
    [
      'no time at all',
      node({ updatedMs: null, createdMs: null, window: null }, {}),
      {
        lastStoredMs: null,
        lastActivityMs: null,
      },
    ],
  ])('has %s', (_, given, expected) => {
    expect(storedSession('ops', given, undefined, CHOSEN)).toMatchObject(expected);
  });
});

describe('the transcript', () => {
  it.each<[what: string, transcript: KnownTranscript, bad: number | null, oversized: number | null]>([
    ['that was never validated', known(), null, null],
    ['that was validated up to its end', known({ validatedSeq: 9 }), 0, 0],
    ['that has a bad event', known({ validatedSeq: 9, badEvents: 2 }), 2, 0],
    ['that has an oversized event', known({ validatedSeq: 9, oversizedEvents: 3 }), 0, 3],
    ['that grew since', known({ validatedSeq: 8 }), null, null],
    ['that grew since a bad event was found', known({ validatedSeq: 8, badEvents: 1 }), 1, null],
    ['that grew since an oversized event was found', known({ validatedSeq: 8, oversizedEvents: 1 }), null, 1],
  ])('%s', (_, transcript, badRecords, oversizedRecords) => {
    expect(storedSession('ops', node(), transcript, NONE)).toMatchObject({
      transcript: {
        state: 'there',
        bytes: 1234,
        writtenMs: 40,
        lastUsage: null,
        messages: 6,
        compactions: 1,
        badRecords,
        oversizedRecords,
      },
    });
  });

  it('has the usage that was found', () => {
    const usage = { lastUsage: last(5, 7), ended: 'enough', budget: 1 } as const;
    expect(foundTranscript(storedSession('ops', node(), known({ usage }), NONE))?.lastUsage).toEqual(last(5, 7));
  });

  it.each([
    [{}, 40],
    [{ window: null }, 20],
    [{ window: { ...WINDOW, transcriptMs: null } }, 20],
    [{ window: null, updatedMs: null }, null],
  ])('with %j was written at %j', (changes, writtenMs) => {
    expect(foundTranscript(storedSession('ops', node(changes), known(), NONE))?.writtenMs).toBe(writtenMs);
  });

  it('that was moved out has its recorded size, and nobody knows its records', () => {
    const cold = { bytes: 99, archivedMs: 15 };
    const unknown = {
      lastUsage: null,
      messages: null,
      compactions: null,
      badRecords: null,
      oversizedRecords: null,
    };
    expect(storedSession('ops', node({ cold }), undefined, NONE)).toMatchObject({
      transcript: { state: 'there', bytes: 99, writtenMs: 15, ...unknown },
    });
    expect(foundTranscript(storedSession('ops', node({ cold }), known(), NONE))?.bytes).toBe(1234);
  });

  it('is missing where there are no events and no archive', () => {
    expect(storedSession('ops', node(), undefined, NONE)).toMatchObject({ transcript: { state: 'missing' } });
  });
});
