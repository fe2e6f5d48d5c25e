/** A moment by both clocks, in milliseconds. */
export interface Moment {
  /** Since the epoch; people and time servers set this clock. */
  readonly wallMs: number;
  /** Since some start; nobody sets this one. Ages are told by it. */
  readonly steadyMs: number;
}

export type Clock = () => Moment;

export function systemClock(): Moment {
  return { wallMs: Date.now(), steadyMs: performance.now() };
}

export function msBetween(earlier: Moment, later: Moment): number {
  return later.steadyMs - earlier.steadyMs;
}

/**
 * Milliseconds since the epoch at which `then` was, by the wall clock as it goes `now`: where that was set in between, the
 * time that was noted is of another clock, and its age would be wrong for everyone who compares.
 */
export function timeOf(then: Moment, now: Moment): number {
  const setByMs = now.wallMs - then.wallMs - msBetween(then, now);
  // In whole seconds: the two clocks drift apart by a little, and a time that is told must not shiver.
  return then.wallMs + Math.round(setByMs / 1000) * 1000;
}
