/** What a generator of slices returns, without a pause between them. */
export function inOneGo<T>(slices: Generator<unknown, T>): T {
  let slice = slices.next();
  while (slice.done !== true) slice = slices.next();
  return slice.value;
}
