import { describe, expect, it } from 'vitest';
import { parseRecord } from '../../../src/openclaw/transcript-record.ts';
import { addRecord, EMPTY_SUMMARY, type TranscriptSummary } from '../../../src/read/file/transcript-summary.ts';
import { last } from '../../support/last-usage.ts';

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
    [
      '{"type":"session","id":"abc","timestamp":"1969-12-31T23:59:59Z"}',
      { type: 'header', id: 'abc', startedMs: null },
    ],
    ['{"type":"session","id":"abc","timestamp":1770000000000}', { type: 'header', id: 'abc', startedMs: null }],
    [JSON.stringify(HEADER), { type: 'header', id: 'abc', startedMs: STARTED }],
    [' {"type":"compaction"}\r', { type: 'compaction' }],
    ['{"type":"message"}', { type: 'message', usage: null }],
    ['{"type":"message","message":null}', { type: 'message', usage: null }],
    ['{"type":"message","message":"text"}', { type: 'message', usage: null }],
    ['{"type":"message","message":{"role":"user","content":"hi"}}', { type: 'message', usage: null }],
  ])('of %s', (line, record) => {
    expect(parseRecord(line)).toEqual(record);
  });

  it('has the usage of a call', () => {
    expect(parseRecord(JSON.stringify(answer(100)))).toEqual({ type: 'message', usage: { prompt: 100, output: 5 } });
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
      summary: { ...HEAD, records: 3, messages: 2, lastUsage: last(100, null) },
    },
    {
      when: 'a second answer came',
      records: [HEADER, answer(100), answer(150)],
      summary: { ...HEAD, records: 3, messages: 2, lastUsage: last(150, null) },
    },
    {
      when: 'the last answer is the smaller',
      records: [HEADER, answer(150), answer(100)],
      summary: { ...HEAD, records: 3, messages: 2, lastUsage: last(100, null) },
    },
    {
      when: 'a delivery mirror and a failed call follow the answer',
      records: [HEADER, answer(100), assistant(ZERO, MIRROR), assistant(ZERO)],
      summary: { ...HEAD, records: 4, messages: 3, lastUsage: last(100, null) },
    },
    {
      when: 'it was compacted',
      records: [HEADER, answer(100), COMPACTION],
      summary: {
        ...HEAD,
        records: 3,
        messages: 1,
        compactions: 1,
        lastUsage: last(null, 100),
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
        lastUsage: last(30, 100),
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
        lastUsage: last(null, 30),
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
        lastUsage: last(null, 100),
      },
    },
    {
      when: 'it was reset, which is no compaction',
      records: [HEADER, answer(100), RESET],
      summary: { ...HEAD, records: 3, messages: 1, lastUsage: last(null, 100) },
    },
    {
      when: 'it was compacted before anybody answered',
      records: [HEADER, COMPACTION],
      summary: { ...HEAD, records: 2, compactions: 1, lastUsage: last(null, null) },
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
      return parsed === null || parsed === 'oversized' ? before : addRecord(before, parsed);
    }, EMPTY_SUMMARY);
    expect(read).toEqual({ ...EMPTY_SUMMARY, ...summary });
  });
});
