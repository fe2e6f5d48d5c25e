import { describe, expect, it } from 'vitest';
import { parseRecord } from '../../../src/openclaw/transcript-record.ts';
import { addRecord, EMPTY_SUMMARY, type TranscriptSummary } from '../../../src/read/file/transcript-summary.ts';

const HEADER = { type: 'session', version: 3, id: 'abc', timestamp: '2026-02-06T10:00:00.000Z', cwd: '/w' };
const STARTED = Date.UTC(2026, 1, 6, 10);
const COMPACTION = { type: 'compaction', summary: 's', firstKeptEntryId: 'x', tokensBefore: 9 };
const RESET = { type: 'reset' };
const MIRROR = { provider: 'openclaw', model: 'delivery-mirror' };
const ZERO = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, totalTokens: 0 };

function assistant(usage: unknown, more: object = {}): object {
  return { type: 'message', message: { role: 'assistant', provider: 'p', model: 'm', content: [], usage, ...more } };
}

function answer(input: number): object {
  return assistant({ input, output: 5, cacheRead: 0, cacheWrite: 0, totalTokens: input + 5 });
}

describe('parseRecord', () => {
  it.each([
    ['', null],
    ['{', null],
    ['{"type":"message"', null],
    ['{"type":"message"} x', null],
    ['\u0000\u0000\u0000', null],
    ['undefined', null],
    ['42', { type: 'other' }],
    ['"text"', { type: 'other' }],
    ['null', { type: 'other' }],
    ['[{"type":"message"}]', { type: 'other' }],
    ['{}', { type: 'other' }],
    ['{"type":7}', { type: 'other' }],
    ['{"type":"custom"}', { type: 'other' }],
    ['{"type":"custom_message"}', { type: 'other' }],
    ['{"type":"branch_summary"}', { type: 'other' }],
    ['{"type":"from_the_future"}', { type: 'other' }],
    ['{"type":"compaction"}', { type: 'compaction' }],
    ['{"type":"reset"}', { type: 'reset' }],
    ['{"type":"session"}', { type: 'other' }],
    ['{"type":"session","id":""}', { type: 'other' }],
    ['{"type":"session","id":7}', { type: 'other' }],
    ['{"type":"session","id":null}', { type: 'other' }],
    ['{"id":"abc"}', { type: 'other' }],
    ['{"type":"session","id":"abc"}', { type: 'header', id: 'abc', startedMs: null }],
    ['{"type":"session","id":"abc","timestamp":"soon"}', { type: 'header', id: 'abc', startedMs: null }],
    ['{"type":"session","id":"abc","timestamp":1770000000000}', { type: 'header', id: 'abc', startedMs: null }],
    [JSON.stringify(HEADER), { type: 'header', id: 'abc', startedMs: STARTED }],
    [' {"type":"compaction"}\r', { type: 'compaction' }],
    ['{"type":"message"}', { type: 'message', promptTokens: null }],
    ['{"type":"message","message":null}', { type: 'message', promptTokens: null }],
    ['{"type":"message","message":"text"}', { type: 'message', promptTokens: null }],
    ['{"type":"message","message":{"role":"user","content":"hi"}}', { type: 'message', promptTokens: null }],
  ])('of %s', (line, record) => {
    expect(parseRecord(line)).toEqual(record);
  });

  it.each([
    ['is the prompt without the answer', assistant({ input: 100, output: 50, cacheRead: 20, cacheWrite: 3 }), 123],
    ['does not trust its own sum', assistant({ input: 100, output: 50, totalTokens: 999 }), 100],
    ['may have parts missing', assistant({ cacheRead: 20 }), 20],
    ['may be a fraction', assistant({ input: 0.5, cacheRead: 1 }), 1.5],
    ['takes parts below 0 as absent', assistant({ input: 10, cacheRead: -5 }), 10],
    ['takes parts that are no number as absent', assistant({ input: '10', cacheRead: 7, cacheWrite: null }), 7],
    ['is 0 where only the answer counts', assistant({ input: 0, output: 5 }), 0],
    ['is none when all is 0', assistant(ZERO), null],
    ['is none when all is absent', assistant({}), null],
    ['is none when all is below 0', assistant({ input: -1, output: -1 }), null],
    ['is none without usage', assistant(undefined), null],
    ['is none when usage is null', assistant(null), null],
    ['is none when usage is a list', assistant([100]), null],
    ['is none when usage is a number', assistant(100), null],
    ['is none when its sum is beyond all numbers', assistant({ input: 1e308, cacheRead: 1.7e308 }), null],
    ['is none for a delivery mirror with usage', assistant({ input: 100, output: 5 }, MIRROR), null],
    ['is none for a delivery mirror without', assistant(ZERO, MIRROR), null],
    ['counts for OpenClaw’s other models', assistant({ input: 100 }, { provider: 'openclaw' }), 100],
    ['counts for a model that is only called so', assistant({ input: 100 }, { model: 'delivery-mirror' }), 100],
    ['counts for a failed call that was billed', assistant({ input: 100 }, { stopReason: 'error' }), 100],
    ['is none for a user', assistant({ input: 100 }, { role: 'user' }), null],
    ['is none for a tool result', assistant({ input: 100 }, { role: 'toolResult' }), null],
  ])('usage %s', (_, record, promptTokens) => {
    expect(parseRecord(JSON.stringify(record))).toEqual({ type: 'message', promptTokens });
  });
});

interface SummaryCase {
  when: string;
  records: unknown[];
  summary: Partial<TranscriptSummary>;
}

const HEAD = { header: { id: 'abc', startedMs: STARTED } };

describe('addRecord', () => {
  it.each<SummaryCase>([
    { when: 'there are none', records: [], summary: {} },
    { when: 'there is only a header', records: [HEADER], summary: { ...HEAD, records: 1 } },
    {
      when: 'somebody asked and was answered',
      records: [HEADER, { type: 'message', message: { role: 'user' } }, answer(100)],
      summary: { ...HEAD, records: 3, messages: 2, lastUsage: { after: 100, before: null, compacted: false } },
    },
    {
      when: 'a second answer came',
      records: [HEADER, answer(100), answer(150)],
      summary: { ...HEAD, records: 3, messages: 2, lastUsage: { after: 150, before: null, compacted: false } },
    },
    {
      when: 'the last answer is the smaller',
      records: [HEADER, answer(150), answer(100)],
      summary: { ...HEAD, records: 3, messages: 2, lastUsage: { after: 100, before: null, compacted: false } },
    },
    {
      when: 'a delivery mirror and a failed call follow the answer',
      records: [HEADER, answer(100), assistant(ZERO, MIRROR), assistant(ZERO)],
      summary: { ...HEAD, records: 4, messages: 3, lastUsage: { after: 100, before: null, compacted: false } },
    },
    {
      when: 'it was compacted',
      records: [HEADER, answer(100), COMPACTION],
      summary: {
        ...HEAD,
        records: 3,
        messages: 1,
        compactions: 1,
        lastUsage: { after: null, before: 100, compacted: true },
      },
    },
    {
      when: 'it ran after a compaction',
      records: [HEADER, answer(100), COMPACTION, answer(30)],
      summary: {
        ...HEAD,
        records: 4,
        messages: 2,
        compactions: 1,
        lastUsage: { after: 30, before: 100, compacted: true },
      },
    },
    {
      when: 'it was compacted twice',
      records: [HEADER, answer(100), COMPACTION, answer(30), COMPACTION],
      summary: {
        ...HEAD,
        records: 5,
        messages: 2,
        compactions: 2,
        lastUsage: { after: null, before: 30, compacted: true },
      },
    },
    {
      when: 'it was compacted twice without a run between',
      records: [HEADER, answer(100), COMPACTION, COMPACTION, assistant(ZERO, MIRROR)],
      summary: {
        ...HEAD,
        records: 5,
        messages: 2,
        compactions: 2,
        lastUsage: { after: null, before: 100, compacted: true },
      },
    },
    {
      when: 'it was reset, which is no compaction',
      records: [HEADER, answer(100), RESET],
      summary: { ...HEAD, records: 3, messages: 1, lastUsage: { after: null, before: 100, compacted: true } },
    },
    {
      when: 'it was compacted before anybody answered',
      records: [HEADER, COMPACTION],
      summary: { ...HEAD, records: 2, compactions: 1, lastUsage: { after: null, before: null, compacted: true } },
    },
    {
      when: 'a second header follows',
      records: [HEADER, { ...HEADER, id: 'other' }],
      summary: { ...HEAD, records: 2 },
    },
    { when: 'the header comes second', records: [{ type: 'custom' }, HEADER], summary: { records: 2 } },
    { when: 'no object comes first', records: [42, HEADER], summary: { records: 2 } },
  ])('when $when', ({ records, summary }) => {
    const read = records.reduce<TranscriptSummary>((before, record) => {
      const parsed = parseRecord(JSON.stringify(record));
      return parsed === null ? before : addRecord(before, parsed);
    }, EMPTY_SUMMARY);
    expect(read).toEqual({ ...EMPTY_SUMMARY, ...summary });
  });
});
