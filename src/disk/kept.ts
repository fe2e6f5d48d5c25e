/**
 * What earlier scans learned of files, by key, so that only what changed is read again. A scan forgets at its end what it
 * did not ask for: nobody has that any more.
 */
export class Kept<T> {
  private readonly values = new Map<string, T>();
  private readonly used = new Set<string>();

  startScan(): void {
    this.used.clear();
  }

  get(key: string): T | undefined {
    this.used.add(key);
    return this.values.get(key);
  }

  set(key: string, value: T): T {
    this.used.add(key);
    this.values.set(key, value);
    return value;
  }

  all(): T[] {
    return [...this.values.values()];
  }

  endScan(): void {
    for (const key of this.values.keys()) if (!this.used.has(key)) this.values.delete(key);
  }
}
