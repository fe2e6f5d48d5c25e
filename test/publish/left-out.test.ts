import { describe, expect, it } from 'vitest';
import { leftOut, notLookedInto } from '../../src/publish/left-out.ts';
import { aSnapshot } from '../support/snapshot.ts';

const PASSED_OVER = [
  { folder: 'ops', why: 'closed' },
  { folder: 'lost+found', why: 'closed' },
  { folder: '群组', why: 'nameless' },
  { folder: 'Ops', why: 'same_name' },
  { folder: 'moved', why: 'link' },
  { folder: 'old', why: 'transcripts' },
  { folder: 'w5000', why: 'too_many' },
] as const;

describe('what is in no figure', () => {
  it('is a sentence for each folder and database, but no lost+found', () => {
    const unusedDatabases = [{ agent: 'work', isKnownAgent: true, place: 'registry', sessions: 1200 }] as const;
    expect(leftOut(aSnapshot({ passedOver: PASSED_OVER, unusedDatabases }))).toEqual([
      expect.stringMatching(/^A database of agent work with 1,200 sessions is not used \(registry\): /),
      expect.stringMatching(/^agents\/ops was not looked into: this user may not enter it\./),
      expect.stringMatching(
        /^agents\/群组 is in no figure: OpenClaw lists no agent whose name has neither a Latin letter /,
      ),
      expect.stringMatching(/^agents\/Ops is in no figure: another folder is the agent of its name\.$/),
      expect.stringMatching(/^agents\/moved is a link/),
      expect.stringMatching(/^agents\/old holds transcripts/),
      expect.stringMatching(/^agents\/w5000 and those behind it are in no figure/),
    ]);
    expect(leftOut(aSnapshot())).toEqual([]);
  });

  it('names the folders that may not be entered, of many the first ten', () => {
    expect(notLookedInto(aSnapshot({ passedOver: PASSED_OVER }))).toBe(
      'Not looked into, since this user may not enter: agents/ops.',
    );
    const passedOver = Array.from({ length: 1012 }, (_, at) => ({ folder: `f${at}`, why: 'closed' }) as const);
    expect(notLookedInto(aSnapshot({ passedOver }))).toMatch(/: agents\/f0, .*, agents\/f9 and 1,002 more\.$/);
    expect(notLookedInto(aSnapshot({ passedOver: PASSED_OVER.slice(1) }))).toBeNull();
  });
});
