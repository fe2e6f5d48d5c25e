/** One request each interval, and a burst of so many at once. */
export interface RateLimit {
  readonly intervalMs: number;
  readonly burst: number;
}

/** Lets requests through as fast as a limit says. `now` is a clock in milliseconds that nobody can set. */
export class TokenBucket {
  private readonly limit: RateLimit;
  private readonly now: () => number;
  private tokens: number;
  private filledAt: number;

  constructor(limit: RateLimit, now: () => number) {
    this.limit = limit;
    this.now = now;
    this.tokens = limit.burst;
    this.filledAt = now();
  }

  take(): boolean {
    const at = this.now();
    this.tokens = Math.min(this.limit.burst, this.tokens + (at - this.filledAt) / this.limit.intervalMs);
    this.filledAt = at;
    if (this.tokens < 1) return false;
    this.tokens -= 1;
    return true;
  }
}
