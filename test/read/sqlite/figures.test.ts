import { describe, expect, it } from 'vitest';
import type { DatabaseOptions } from '../../../demo/database.ts';
import { figuresOf, readFigures } from '../../../src/read/sqlite/figures.ts';
import { databaseSchema } from '../../../src/read/sqlite/schema.ts';
import { agentDatabase } from '../../support/agent-database.ts';
import { storedSession } from '../../support/sessions.ts';

type Pending = NonNullable<DatabaseOptions['pendingInputs']>[number];

function figures(options: Parameters<typeof agentDatabase>[0], ...damage: string[]) {
  const database = agentDatabase(options, ...damage);
  return figuresOf(readFigures(database, databaseSchema(database, 'ops'), null), 'ops', null);
}

function pending(state: Pending['state'], acceptedMs: number): Pending {
  return { key: 'agent:ops:main', sessionId: 'main', state, acceptedMs };
}

describe('pending inputs', () => {
  it.each<[what: string, inputs: readonly Pending[], counts: [number, number, number], oldest: number | null]>([
    ['none', [], [0, 0, 0], null],
    ['two that are queued', [pending('queued', 70), pending('queued', 60)], [2, 0, 0], 60],
    ['one of each', [pending('cancelled', 5), pending('queued', 70), pending('interrupted', 6)], [1, 1, 1], 70],
    ['none that is queued', [pending('cancelled', 5), pending('interrupted', 6)], [0, 1, 1], null],
    ['one of the year 0', [pending('queued', 0)], [1, 0, 0], 0],
    ['one of before it', [pending('queued', -5), pending('queued', 70)], [2, 0, 0], 70],
  ])('%s', (_, pendingInputs, [queued, interrupted, cancelled], oldestQueuedMs) => {
    expect(figures({ pendingInputs }).pendingInputs).toEqual({
      byState: [
        { state: 'queued', inputs: queued },
        { state: 'interrupted', inputs: interrupted },
        { state: 'cancelled', inputs: cancelled },
      ],
      oldestQueuedMs,
    });
  });

  it('leave a state out that nobody knows', () => {
    const { pendingInputs } = figures(
      { pendingInputs: [pending('queued', 70), pending('queued', 60)] },
      "UPDATE session_pending_inputs SET state = 'of-2027' WHERE accepted_at = 60",
    );
    expect(pendingInputs?.byState.map(({ inputs }) => inputs)).toEqual([1, 0, 0]);
    expect(pendingInputs?.oldestQueuedMs).toBe(70);
  });

  it('above 2^53 do not end the statement', () => {
    const pendingInputs = [pending('queued', 70)];
    const damage = 'UPDATE session_pending_inputs SET accepted_at = 9223372036854775807';
    expect(figures({ pendingInputs }, damage).pendingInputs?.oldestQueuedMs).toBe(2 ** 63);
  });

  it('are unknown where a version has no such table', () => {
    expect(figures({}, 'DROP TABLE session_pending_inputs').pendingInputs).toBeNull();
  });
});

describe('archives', () => {
  const archive = { key: 'agent:ops:x', sessionId: 'x', createdMs: 5 };

  it.each([
    ['none', [], false],
    ['one that waits', [{ ...archive, publishedMs: null }], false],
    ['one that is written', [{ ...archive, publishedMs: 6 }], false],
    ['one that was written at last', [{ ...archive, publishedMs: 6, error: 'ENOSPC' }], false],
    ['one that failed', [{ ...archive, publishedMs: null, error: 'ENOSPC' }], true],
    [
      'one of two that failed',
      [
        { ...archive, publishedMs: 6 },
        { ...archive, sessionId: 'y', publishedMs: null, error: 'ENOSPC' },
      ],
      true,
    ],
  ])('%s', (_, archives, unpublishedArchive) => {
    expect(figures({ archives }).unpublishedArchive).toBe(unpublishedArchive);
  });

  it.each([
    'DROP TABLE session_transcript_archives',
    'ALTER TABLE session_transcript_archives DROP COLUMN last_publish_error',
  ])('%s: nothing is known to have failed', (damage) => {
    const archives = [{ ...archive, publishedMs: null, error: 'ENOSPC' }];
    expect(figures({ archives }, damage).unpublishedArchive).toBe(false);
  });
});

describe('free bytes', () => {
  it('are those of pages that hold nothing', () => {
    const text = `"${'y'.repeat(900)}"`;
    const sessions = [storedSession('agent:ops:x', 'x', { events: Array.from({ length: 100 }, () => text) })];
    expect(figures({ sessions }).freeBytes).toBe(0);
    const { freeBytes } = figures({ sessions }, 'DELETE FROM transcript_events');
    expect(freeBytes).toBeGreaterThan(90_000);
    expect(Number(freeBytes) % 4096).toBe(0);
  });
});
