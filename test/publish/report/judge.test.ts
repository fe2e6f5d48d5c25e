import { describe, expect, it } from 'vitest';
import { BLIND_PROBLEMS } from '../../../src/model/problem.ts';
import type { SnapshotSession } from '../../../src/model/snapshot.ts';
import { remarks } from '../../../src/publish/remarks.ts';
import { judge } from '../../../src/publish/report/judge.ts';
import { anAgent, anUnreadableAgent, aSnapshot, aTranscript, corrupted, published } from '../../support/snapshot.ts';

const HEALTHY = published({ tokens: 150_000, transcript: aTranscript(500_000) });
const WARNING = published({ tokens: 150_001 });
const OVERDUE = published({ tokens: 90_001, window: 100_000, effectiveWindow: 90_000 });
const CRITICAL = published({ tokens: 200_001 });
const FULL = published({ tokens: 100_000, window: 100_000, effectiveWindow: 90_000 });
const LARGE = published({ transcript: aTranscript(500_001) });
const CORRUPTED = published({}, { findings: [corrupted('truncated')] });
const WITHOUT_SERIES = published({ tokens: 200_001 }, { labels: null });

describe('judge', () => {
  it.each<[string, readonly SnapshotSession[], number]>([
    ['nothing', [], 0],
    ['a session at its thresholds', [HEALTHY], 0],
    ['one over its warning', [HEALTHY, WARNING], 1],
    ['one whose compaction is overdue', [OVERDUE], 1],
    ['one with a large transcript', [LARGE], 1],
    ['one that is corrupted', [CORRUPTED], 1],
    ['one over its critical threshold', [WARNING, CRITICAL, HEALTHY], 2],
    ['one whose context is full', [FULL], 2],
    ['one that has no series of its own', [WITHOUT_SERIES], 2],
  ])('%s', (_, sessions, code) => {
    expect(judge(aSnapshot({ agents: [anAgent({ agent: 'other' }), anAgent({ sessions })] }), [])).toBe(code);
  });

  it('takes a config that cannot be used as a warning, whatever else there is', () => {
    expect(judge(aSnapshot({ configValid: false }), [])).toBe(1);
    expect(judge(aSnapshot({ configValid: false, agents: [anAgent({ sessions: [CRITICAL] })] }), [])).toBe(2);
  });

  it('takes a check that failed as a warning: what it finds is unknown', () => {
    const failed = { check: 'truncated', success: false, durationSeconds: 0, error: 'a bug' };
    expect(judge(aSnapshot(), [failed])).toBe(1);
  });

  it('takes our own blindness as a warning, as its alert does', () => {
    for (const problem of BLIND_PROBLEMS) {
      expect(judge(aSnapshot({ agents: [anUnreadableAgent({ problems: [problem] })] }), [])).toBe(1);
    }
    const both = anAgent({ problems: ['archive_unpublished', 'database_unreadable'] });
    expect(judge(aSnapshot({ agents: [both] }), [])).toBe(2);
  });

  it('takes a problem of a store as critical, readable or not', () => {
    expect(judge(aSnapshot({ agents: [anAgent(), anUnreadableAgent()] }), [])).toBe(2);
    expect(judge(aSnapshot({ agents: [anAgent({ problems: ['index_missing'] })] }), [])).toBe(2);
  });
});

describe('remarks', () => {
  it.each<[string, SnapshotSession, string[]]>([
    ['nothing', HEALTHY, []],
    ['a warning', WARNING, ['tokens (warning)']],
    ['a full context', FULL, ['tokens (critical)']],
    ['a large transcript', LARGE, ['large transcript']],
    ['findings', CORRUPTED, ['corrupted (truncated)']],
  ])('of %s', (_, session, why) => {
    expect(remarks(session)).toEqual(why);
  });

  it('are all reasons, findings first', () => {
    const findings = [corrupted('entry_invalid'), corrupted('truncated')];
    const session = published({ tokens: 200_001, transcript: aTranscript(500_001) }, { findings });
    expect(remarks(session)).toEqual([
      'corrupted (entry_invalid)',
      'corrupted (truncated)',
      'tokens (critical)',
      'large transcript',
    ]);
  });
});
