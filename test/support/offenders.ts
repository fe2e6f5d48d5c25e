/**
 * Looks at each of many and returns a line for everything that is wrong: its name and the reason. One test with such a
 * list says as much as a test for each. Throws when there is nothing to look at.
 */
export function offenders<T>(
  all: readonly T[],
  nameOf: (each: T) => string,
  reasonsAgainst: (each: T) => readonly string[],
): string[] {
  if (all.length === 0) throw new Error('nothing to look at');
  return all.flatMap((each) => reasonsAgainst(each).map((reason) => `${nameOf(each)}: ${reason}`));
}
