/** The latest of the times that are known; null without one. No spread: a store can have more sessions than arguments fit. */
export function newest(times: Iterable<number | null | undefined>): number | null {
  let latest: number | null = null;
  for (const time of times) {
    if (typeof time === 'number' && (latest === null || time > latest)) latest = time;
  }
  return latest;
}
