import { describe, expect, it } from 'vitest';
import { CHECKS } from '../../src/checks/all.ts';
import type { Session, Transcript } from '../../src/model/session.ts';
import { NO_FACTS, NO_USAGE, type TranscriptFacts } from '../../src/model/transcript.ts';
import { SHIPPED_THRESHOLDS } from '../../src/thresholds.ts';
import { NO_ROUTE, UNPLACED } from '../support/snapshot.ts';

const NOW = Date.UTC(2026, 10, 24);
const MINUTE = 60_000;

/** A session in good health, after a deep scan. */
const GOOD: Session = {
  agent: 'ops',
  era: 'file',
  key: 'agent:ops:telegram:direct:12345',
  broken: false,
  sessionId: 'abc',
  idDiffers: false,
  windowMissing: false,
  chatType: 'direct',
  account: null,
  route: NO_ROUTE,
  model: null,
  provider: null,
  totalTokens: 100,
  inputTokens: 100,
  outputTokens: 5,
  totalTokensFresh: true,
  contextTokens: null,
  status: null,
  endedMs: null,
  startedMs: NOW - 60 * MINUTE,
  ranMs: null,
  lastStoredMs: null,
  lastActivityMs: NOW - 10 * MINUTE,
  pathNull: false,
  leadsOut: false,
  transcript: transcript({}),
  transcriptPath: null,
  twoTranscripts: false,
  twinMs: null,
  transcriptState: 'there',
  kind: 'dm',
  channel: 'telegram',
  tokens: 100,
  tokensSource: 'index',
  window: null,
  effectiveWindow: null,
  active: true,
  thresholds: SHIPPED_THRESHOLDS.dm,
  ...UNPLACED,
};

function transcript(facts: Partial<TranscriptFacts> | null, more: Partial<Transcript> = {}): Transcript {
  const validated = { ...NO_FACTS, header: { id: 'abc', startedMs: null }, records: 3, messages: 2, ...facts };
  return {
    bytes: 900,
    writtenMs: NOW - 10 * MINUTE,
    usage: NO_USAGE,
    messages: facts === null ? null : validated.messages,
    compactions: facts === null ? null : validated.compactions,
    badRecords: facts === null ? null : validated.badLines,
    oversizedRecords: facts === null ? null : validated.oversizedRecords,
    facts: facts === null ? null : validated,
    ...more,
  };
}

/** Without a transcript, never run: what OpenClaw leaves in normal life. */
const NEVER_RAN: Partial<Session> = {
  transcript: null,
  transcriptState: 'missing',
  totalTokens: null,
  inputTokens: null,
  outputTokens: null,
};

interface CheckCase {
  session: string;
  is: Partial<Session>;
  finds?: boolean;
}

const CASES: Record<string, CheckCase[]> = {
  window_missing: [
    { session: 'a row without one', is: { era: 'sqlite', windowMissing: true }, finds: true },
    { session: 'a row with one', is: { era: 'sqlite' } },
  ],
  entry_invalid: [
    { session: 'a row whose entry is none', is: { era: 'sqlite', broken: true }, finds: true },
    { session: 'no object', is: { broken: true }, finds: true },
    { session: 'one whose path leads out', is: { leadsOut: true }, finds: true },
    { session: 'one whose path is null', is: { pathNull: true } },
    { session: 'one without a transcript', is: NEVER_RAN },
  ],
  transcript_path_null: [
    { session: 'one whose path is null', is: { pathNull: true }, finds: true },
    {
      session: 'one whose path is null and whose id names a transcript',
      is: { pathNull: true, transcript: transcript({}) },
      finds: true,
    },
    { session: 'no object', is: { ...NEVER_RAN, broken: true, transcriptState: 'unnamed' } },
    { session: 'one whose path leads out', is: { ...NEVER_RAN, leadsOut: true, transcriptState: 'unnamed' } },
    { session: 'one without a transcript', is: NEVER_RAN },
  ],
  transcript_missing: [
    { session: 'one with a total', is: { ...NEVER_RAN, totalTokens: 1 }, finds: true },
    { session: 'one with a fraction of a total', is: { ...NEVER_RAN, totalTokens: 0.5 }, finds: true },
    { session: 'one with input', is: { ...NEVER_RAN, inputTokens: 1 }, finds: true },
    { session: 'one with output', is: { ...NEVER_RAN, outputTokens: 1 }, finds: true },
    { session: 'one with a stale total', is: { ...NEVER_RAN, totalTokens: 1, totalTokensFresh: false }, finds: true },
    { session: 'one that is done', is: { ...NEVER_RAN, status: 'done' }, finds: true },
    { session: 'one that failed', is: { ...NEVER_RAN, status: 'failed' }, finds: true },
    { session: 'one that was killed', is: { ...NEVER_RAN, status: 'killed' }, finds: true },
    { session: 'one that timed out', is: { ...NEVER_RAN, status: 'timeout' }, finds: true },
    { session: 'one that ended', is: { ...NEVER_RAN, endedMs: NOW }, finds: true },
    { session: 'a row with a total', is: { ...NEVER_RAN, era: 'sqlite', totalTokens: 1 }, finds: true },
    { session: 'a row with an activity', is: { ...NEVER_RAN, era: 'sqlite', ranMs: NOW }, finds: true },
    { session: 'a row in its first turn', is: { ...NEVER_RAN, era: 'sqlite', ranMs: NOW, status: 'running' } },
    {
      session: 'a row that was only changed',
      is: { ...NEVER_RAN, era: 'sqlite', lastActivityMs: NOW, status: 'done' },
    },
    { session: 'one that never ran', is: NEVER_RAN },
    { session: 'one that only routes', is: { ...NEVER_RAN, key: 'agent:ops:main', kind: 'main' } },
    {
      session: 'one that was reset to 0',
      is: { ...NEVER_RAN, totalTokens: 0, inputTokens: 0, outputTokens: 0, totalTokensFresh: true },
    },
    { session: 'one in its first turn', is: { ...NEVER_RAN, status: 'running' } },
    { session: 'one of an unknown status', is: { ...NEVER_RAN, status: 'Done?' } },
    { session: 'one with a limit, which is no use', is: { ...NEVER_RAN, contextTokens: 200_000 } },
    { session: 'one that could not be looked at', is: { ...NEVER_RAN, transcriptState: 'unreadable', totalTokens: 9 } },
    {
      session: 'one whose path leads out',
      is: { ...NEVER_RAN, transcriptState: 'unnamed', leadsOut: true, totalTokens: 9 },
    },
    { session: 'no object', is: { ...NEVER_RAN, broken: true, transcriptState: 'unnamed' } },
  ],
  transcript_empty: [
    { session: 'one of 0 bytes', is: { transcript: transcript(null, { bytes: 0 }) }, finds: true },
    {
      session: 'one of 0 bytes after a deep scan',
      is: { transcript: { ...transcript(null, { bytes: 0 }), facts: NO_FACTS } },
      finds: true,
    },
    {
      session: 'one of 0 bytes that never ran',
      is: { ...NEVER_RAN, transcript: transcript(null, { bytes: 0 }), transcriptState: 'there' },
      finds: true,
    },
    { session: 'one of 1 byte', is: { transcript: transcript(null, { bytes: 1 }) } },
    { session: 'one without a transcript', is: NEVER_RAN },
  ],
  header_invalid: [
    { session: 'one whose first record is no header', is: { transcript: transcript({ header: null }) }, finds: true },
    {
      session: 'one in which nothing parses',
      is: { transcript: transcript({ header: null, records: 0, badLines: 3 }) },
      finds: true,
    },
    {
      session: 'one of blank lines',
      is: { transcript: transcript({ header: null, records: 0 }, { bytes: 3 }) },
      finds: true,
    },
    {
      session: 'one of NUL bytes',
      is: { transcript: transcript({ header: null, records: 0, unfinished: true }) },
      finds: true,
    },
    { session: 'an empty one', is: { transcript: { ...transcript(null, { bytes: 0 }), facts: NO_FACTS } } },
    { session: 'one that was not validated', is: { transcript: transcript(null) } },
    {
      session: 'one with a record too large to be judged, which may be the header',
      is: { transcript: transcript({ header: null, oversizedRecords: 1 }) },
    },
    { session: 'one of another id', is: { transcript: transcript({ header: { id: 'xyz', startedMs: null } }) } },
    { session: 'one with only a header', is: { transcript: transcript({ records: 1, messages: 0 }) } },
    { session: 'one without a transcript', is: NEVER_RAN },
  ],
  id_mismatch: [
    { session: 'a row of another id than its entry', is: { era: 'sqlite', idDiffers: true }, finds: true },
    { session: 'a row of the id of its entry', is: { era: 'sqlite' } },
    { session: 'one of another id', is: { sessionId: 'xyz' }, finds: true },
    { session: 'one of the id in other letters', is: { sessionId: 'ABC' }, finds: true },
    { session: 'one without an id', is: { sessionId: null } },
    { session: 'one without a header', is: { sessionId: 'xyz', transcript: transcript({ header: null }) } },
    { session: 'one that was not validated', is: { sessionId: 'xyz', transcript: transcript(null) } },
    { session: 'one without a transcript', is: { ...NEVER_RAN, sessionId: 'xyz' } },
  ],
  invalid_json: [
    { session: 'one with a bad line', is: { transcript: transcript({ badLines: 1 }) }, finds: true },
    { session: 'one with many', is: { transcript: transcript({ badLines: 7, header: null }) }, finds: true },
    {
      session: 'one that is written now',
      is: { transcript: transcript({ badLines: 1 }, { writtenMs: NOW }) },
      finds: true,
    },
    { session: 'one that ends within a line', is: { transcript: transcript({ unfinished: true }) } },
    { session: 'one with a record too large to be judged', is: { transcript: transcript({ oversizedRecords: 1 }) } },
    { session: 'one that was not validated', is: { transcript: transcript(null) } },
    { session: 'one without a transcript', is: NEVER_RAN },
  ],
  truncated: [
    { session: 'one that ends within a line', is: { transcript: transcript({ unfinished: true }) }, finds: true },
    {
      session: 'one that did so 2 minutes ago',
      is: { transcript: transcript({ unfinished: true }, { writtenMs: NOW - 2 * MINUTE - 1000 }) },
      finds: true,
    },
    {
      session: 'one that did so a moment ago',
      is: { transcript: transcript({ unfinished: true }, { writtenMs: NOW - 2 * MINUTE + 1000 }) },
    },
    { session: 'one that does so now', is: { transcript: transcript({ unfinished: true }, { writtenMs: NOW }) } },
    {
      session: 'one written in the future',
      is: { transcript: transcript({ unfinished: true }, { writtenMs: NOW + 60 * MINUTE }) },
    },
    { session: 'one with a bad line', is: { transcript: transcript({ badLines: 1 }) } },
    { session: 'one that was not validated', is: { transcript: transcript(null) } },
    { session: 'one without a transcript', is: NEVER_RAN },
  ],
};

describe.each(Object.entries(CASES))('%s', (name, cases) => {
  const check = CHECKS.find((known) => known.name === name) ?? expect.unreachable(`no check ${name}`);

  it.each([{ session: 'one in good health', is: {} }, ...cases])('$session: $finds', ({ is, finds = false }) => {
    const session = { ...GOOD, ...is };
    const others = [GOOD, { ...GOOD, key: 'agent:ops:other' }];
    const found = [...check.run({ sessions: [...others, session], listedAgents: [], now: NOW })];
    expect(found).toEqual(
      finds ? [{ session, finding: { finding: 'corrupted', reason: name, expectedAgent: '' } }] : [],
    );
  });
});

describe('CHECKS', () => {
  it('have names of their own, and a table here where they are about corruption', () => {
    expect(new Set(CHECKS.map(({ name }) => name)).size).toBe(CHECKS.length);
    const corrupted = CHECKS.filter(({ finding }) => finding === 'corrupted').map(({ name }) => name);
    expect(corrupted.toSorted()).toEqual(Object.keys(CASES).toSorted());
  });

  it('count from the scan that knows what they need', () => {
    const quick = (era: 'file' | 'sqlite') =>
      CHECKS.filter(({ eras, finding }) => eras[era] === 'quick' && finding === 'corrupted').map(({ name }) => name);
    expect(quick('file')).toEqual(['entry_invalid', 'transcript_path_null', 'transcript_missing', 'transcript_empty']);
    expect(quick('sqlite')).toEqual(['entry_invalid', 'transcript_missing', 'id_mismatch', 'window_missing']);
  });

  it('find every reason that holds', () => {
    const session = {
      ...GOOD,
      sessionId: 'xyz',
      pathNull: true,
      transcript: transcript({ badLines: 1, unfinished: true }),
    };
    const reasons = CHECKS.flatMap((check) => [...check.run({ sessions: [session], listedAgents: [], now: NOW })]).map(
      ({ finding }) => finding.reason,
    );
    expect(reasons.toSorted()).toEqual(['id_mismatch', 'invalid_json', 'transcript_path_null', 'truncated']);
  });
});
