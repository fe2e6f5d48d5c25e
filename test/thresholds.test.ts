import { describe, expect, it } from 'vitest';
import { KINDS, type Kind } from '../src/openclaw/keys.ts';
import {
  inWords,
  isOverThreshold,
  isTranscriptLarge,
  type Measured,
  SEVERITIES,
  SHIPPED_THRESHOLDS,
  tokensSeverity,
} from '../src/thresholds.ts';

/** The shipped numbers, written a second time: the program's own constant would agree with itself. */
const SHIPPED: Record<Kind, { warning: number; critical: number }> = {
  group: { warning: 50_000, critical: 150_000 },
  dm: { warning: 100_000, critical: 150_000 },
  main: { warning: 150_000, critical: 200_000 },
  cron: { warning: 150_000, critical: 200_000 },
  subagent: { warning: 150_000, critical: 200_000 },
  hook: { warning: 150_000, critical: 200_000 },
  acp: { warning: 150_000, critical: 200_000 },
  other: { warning: 150_000, critical: 200_000 },
};

function measured({ kind = 'main', ...changes }: Partial<Measured> & { kind?: Kind }): Measured {
  return {
    thresholds: SHIPPED_THRESHOLDS[kind],
    tokens: null,
    window: null,
    effectiveWindow: null,
    transcript: { state: 'missing' },
    ...changes,
  };
}

describe.each(KINDS)('a context of kind %s', (kind) => {
  const { warning, critical } = SHIPPED[kind];

  it.each([
    ['unknown', null, null],
    ['empty', 0, null],
    ['exactly at the warning', warning, null],
    ['a fraction above the warning', warning + 0.5, 'warning'],
    ['just above the warning', warning + 1, 'warning'],
    ['exactly at the critical one', critical, 'warning'],
    ['just above the critical one', critical + 1, 'critical'],
  ])('that is %s', (_, tokens, severity) => {
    expect(tokensSeverity(measured({ kind, tokens }))).toBe(severity);
    expect(isOverThreshold(measured({ kind, tokens }))).toBe(severity !== null);
  });
});

describe('a window', () => {
  it.each([
    ['below both', 7999, null],
    ['exactly at the effective one', 8000, null],
    ['just above the effective one: a compaction is overdue', 8001, 'warning'],
    ['just below the window', 9999, 'warning'],
    ['exactly at the window: it is full', 10_000, 'critical'],
    ['above the window', 10_001, 'critical'],
  ])('and tokens %s', (_, tokens, severity) => {
    expect(tokensSeverity(measured({ tokens, window: 10_000, effectiveWindow: 8000 }))).toBe(severity);
  });

  it('without an effective one, since the reserve leaves nothing, is full all the same', () => {
    expect(tokensSeverity(measured({ tokens: 9999, window: 10_000 }))).toBeNull();
    expect(tokensSeverity(measured({ tokens: 10_000, window: 10_000 }))).toBe('critical');
  });

  it('that is larger raises no threshold of the kind', () => {
    expect(
      tokensSeverity(measured({ kind: 'group', tokens: 50_001, window: 1_000_000, effectiveWindow: 980_000 })),
    ).toBe('warning');
  });

  it('says nothing of a session whose tokens nobody knows', () => {
    expect(tokensSeverity(measured({ window: 1, effectiveWindow: 1 }))).toBeNull();
  });
});

describe('a transcript', () => {
  it.each([
    [null, false],
    [0, false],
    [500_000, false],
    [500_001, true],
  ])('of %s bytes', (bytes, isLarge) => {
    const session = measured({ transcript: bytes === null ? { state: 'missing' } : { state: 'there', bytes } });
    expect(isTranscriptLarge(session)).toBe(isLarge);
    expect(isOverThreshold(session)).toBe(isLarge);
    expect(tokensSeverity(session)).toBeNull();
  });
});

it('has two severities, the lesser one first', () => {
  expect(SEVERITIES).toEqual(['warning', 'critical']);
});

it.each([
  [10, '10 seconds'],
  [60, '60 seconds'],
  [90, '90 seconds'],
  [120, '2 minutes'],
  [3600, '60 minutes'],
  [5400, '90 minutes'],
  [86_400, '24 hours'],
  [604_800, '7 days'],
])('%i seconds are %s in words', (seconds, words) => {
  expect(inWords(seconds)).toBe(words);
});
