/**
 * Those with the same key, where there are two or more; with null they are left out. Nearly all are alone: a list for each
 * was most of what a scan of 50,000 sessions left to be collected.
 */
export function alike<Item>(items: Iterable<Item>, keyOf: (item: Item) => string | null): Item[][] {
  const first = new Map<string, Item>();
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    if (key === null) continue;
    const group = groups.get(key);
    const one = first.get(key);
    if (group !== undefined) group.push(item);
    else if (one === undefined) first.set(key, item);
    else groups.set(key, [one, item]);
  }
  return [...groups.values()];
}
