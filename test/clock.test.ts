import { describe, expect, it } from 'vitest';
import { msBetween, timeOf } from '../src/clock.ts';

const DAY = 86_400_000;
const THEN = { wallMs: Date.UTC(2026, 10, 24), steadyMs: 5000.25 };

describe('the age of a moment', () => {
  it.each([0, DAY, -DAY])('does not follow a wall clock that was set by %i ms', (setBy) => {
    const now = { wallMs: THEN.wallMs + 60_000 + setBy, steadyMs: THEN.steadyMs + 60_000 };
    expect(msBetween(THEN, now)).toBe(60_000);
    expect(timeOf(THEN, now)).toBe(THEN.wallMs + setBy);
  });

  it('is told by the same time while the two clocks only drift apart', () => {
    for (const driftMs of [0.4, -0.4, 300, -300]) {
      const now = { wallMs: THEN.wallMs + 900_000 + driftMs, steadyMs: THEN.steadyMs + 900_000 };
      expect(timeOf(THEN, now)).toBe(THEN.wallMs);
    }
  });
});
