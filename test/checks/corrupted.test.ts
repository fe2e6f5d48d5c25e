import { describe, expect, it } from 'vitest';
import { CHECKS } from '../../src/checks/all.ts';
import type { Session } from '../../src/model/session.ts';
import type { FoundTranscript } from '../../src/model/transcript.ts';
import { NOW } from '../support/sessions.ts';
import { aSession, aTranscript } from '../support/snapshot.ts';

const MINUTE = 60_000;

/** A session in good health, after a deep scan. */
const GOOD = aSession({
  agent: 'ops',
  key: 'agent:ops:telegram:direct:12345',
  kind: 'dm',
  totalTokens: 100,
  inputTokens: 100,
  outputTokens: 5,
  totalTokensFresh: true,
  transcript: transcript(),
});

function transcript(changes: Partial<FoundTranscript> = {}): FoundTranscript {
  return aTranscript(900, { writtenMs: NOW - 10 * MINUTE, messages: 2, ...changes });
}

/** Without a transcript, never run: what OpenClaw leaves in normal life. */
const NEVER_RAN: Partial<Session> = {
  transcript: { state: 'missing' },
  totalTokens: null,
  inputTokens: null,
  outputTokens: null,
};
const UNNAMED: Partial<Session> = { ...NEVER_RAN, transcript: { state: 'unnamed' } };

interface CheckCase {
  session: string;
  is: Partial<Session>;
  finds?: boolean;
}

const CASES: Record<string, CheckCase[]> = {
  window_missing: [
    { session: 'a row without one', is: { era: 'sqlite', flaws: ['window_missing'] }, finds: true },
    { session: 'a row with one', is: { era: 'sqlite' } },
  ],
  entry_invalid: [
    { session: 'a row whose entry is none', is: { era: 'sqlite', flaws: ['entry_not_object'] }, finds: true },
    { session: 'no object', is: { flaws: ['entry_not_object'] }, finds: true },
    { session: 'one whose path leads out', is: { flaws: ['leads_out'] }, finds: true },
    { session: 'one whose path is null', is: { flaws: ['path_null'] } },
    { session: 'one without a transcript', is: NEVER_RAN },
  ],
  transcript_path_null: [
    { session: 'one whose path is null', is: { flaws: ['path_null'] }, finds: true },
    {
      session: 'one whose path is null and whose id names a transcript',
      is: { flaws: ['path_null'], transcript: transcript() },
      finds: true,
    },
    { session: 'no object', is: { ...UNNAMED, flaws: ['entry_not_object'] } },
    { session: 'one whose path leads out', is: { ...UNNAMED, flaws: ['leads_out'] } },
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
    {
      session: 'one that could not be looked at',
      is: { ...NEVER_RAN, transcript: { state: 'unreadable' }, totalTokens: 9 },
    },
    {
      session: 'one whose path leads out',
      is: { ...UNNAMED, flaws: ['leads_out'], totalTokens: 9 },
    },
    { session: 'no object', is: { ...UNNAMED, flaws: ['entry_not_object'] } },
  ],
  transcript_empty: [
    { session: 'one of 0 bytes', is: { transcript: transcript({ bytes: 0 }) }, finds: true },
    {
      session: 'one of 0 bytes that never ran',
      is: { ...NEVER_RAN, transcript: transcript({ bytes: 0 }) },
      finds: true,
    },
    { session: 'one of 1 byte', is: { transcript: transcript({ bytes: 1 }) } },
    { session: 'one without a transcript', is: NEVER_RAN },
  ],
  header_invalid: [
    { session: 'one without a header', is: { flaws: ['header_missing'] }, finds: true },
    {
      session: 'one without a header that is written now',
      is: { flaws: ['header_missing'], transcript: transcript({ writtenMs: NOW }) },
      finds: true,
    },
    { session: 'one without a record', is: { flaws: ['no_record'] }, finds: true },
    {
      session: 'one without a record that is written now',
      is: { flaws: ['no_record'], transcript: transcript({ writtenMs: NOW }) },
    },
    { session: 'one without a transcript', is: NEVER_RAN },
  ],
  id_mismatch: [
    { session: 'a row of another id than its entry', is: { era: 'sqlite', flaws: ['id_differs'] }, finds: true },
    { session: 'a row of the id of its entry', is: { era: 'sqlite' } },
    { session: 'a file of another id', is: { flaws: ['id_differs'] }, finds: true },
    { session: 'one without a transcript', is: NEVER_RAN },
  ],
  invalid_json: [
    { session: 'one with a bad line', is: { transcript: transcript({ badRecords: 1 }) }, finds: true },
    {
      session: 'a row with a bad event',
      is: { era: 'sqlite', transcript: transcript({ badRecords: 1 }) },
      finds: true,
    },
    {
      session: 'one that is written now',
      is: { transcript: transcript({ badRecords: 7, writtenMs: NOW }) },
      finds: true,
    },
    { session: 'one that ends within a line', is: { flaws: ['unfinished'] } },
    { session: 'one with a record too large to be judged', is: { transcript: transcript({ oversizedRecords: 1 }) } },
    { session: 'one that was not validated', is: { transcript: transcript({ badRecords: null }) } },
    { session: 'one without a transcript', is: NEVER_RAN },
  ],
  truncated: [
    { session: 'one that ends within a line', is: { flaws: ['unfinished'] }, finds: true },
    {
      session: 'one that did so 2 minutes ago',
      is: { flaws: ['unfinished'], transcript: transcript({ writtenMs: NOW - 2 * MINUTE - 1000 }) },
      finds: true,
    },
    {
      session: 'one that did so a moment ago',
      is: { flaws: ['unfinished'], transcript: transcript({ writtenMs: NOW - 2 * MINUTE + 1000 }) },
    },
    {
      session: 'one that does so now',
      is: { flaws: ['unfinished'], transcript: transcript({ writtenMs: NOW }) },
    },
    {
      session: 'one written in the future',
      is: { flaws: ['unfinished'], transcript: transcript({ writtenMs: NOW + 60 * MINUTE }) },
    },
    { session: 'one with a bad line', is: { transcript: transcript({ badRecords: 1 }) } },
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
      finds ? [{ session, finding: { finding: 'corrupted', reason: name, expectedAgent: null } }] : [],
    );
  });
});

describe('CHECKS', () => {
  it('have names of their own, and a table here where they are about corruption', () => {
    expect(new Set(CHECKS.map(({ name }) => name)).size).toBe(CHECKS.length);
    const corrupted = CHECKS.filter(({ finding }) => finding === 'corrupted').map(({ name }) => name);
    expect(corrupted.toSorted(), 'each reason has its sessions in CASES').toEqual(Object.keys(CASES).toSorted());
  });

  it('count from the scan that knows what they need', () => {
    const quick = (era: 'file' | 'sqlite') =>
      CHECKS.filter(({ eras, finding }) => eras[era] === 'quick' && finding === 'corrupted').map(({ name }) => name);
    const what = (era: string) => `the reasons that a quick scan finds in the ${era} era: put a new one into this list`;
    expect(quick('file'), what('file')).toEqual([
      'entry_invalid',
      'transcript_path_null',
      'transcript_missing',
      'transcript_empty',
    ]);
    expect(quick('sqlite'), what('sqlite')).toEqual([
      'entry_invalid',
      'transcript_missing',
      'id_mismatch',
      'window_missing',
    ]);
  });

  it('find every reason that holds', () => {
    const session: Session = {
      ...GOOD,
      flaws: ['path_null', 'id_differs', 'unfinished'],
      transcript: transcript({ badRecords: 1 }),
    };
    const reasons = CHECKS.flatMap((check) => [...check.run({ sessions: [session], listedAgents: [], now: NOW })]).map(
      ({ finding }) => finding.reason,
    );
    expect(reasons.toSorted()).toEqual(['id_mismatch', 'invalid_json', 'transcript_path_null', 'truncated']);
  });
});
