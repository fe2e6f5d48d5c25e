/** Milliseconds between two lines of the log about the same kind of request. */
const QUIET_MS = 60_000;

/** Tells of many events in at most one line a minute: the log must not grow with the requests of a client. */
export function seldom(tell: (count: number) => void, now: () => number): () => void {
  let count = 0;
  let lastAt: number | null = null;
  return () => {
    count += 1;
    if (lastAt !== null && now() - lastAt < QUIET_MS) return;
    lastAt = now();
    tell(count);
    count = 0;
  };
}
