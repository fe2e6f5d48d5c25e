/** `migrating`: index and database both hold sessions; those of the database count. */
export type Layout = 'file' | 'sqlite' | 'migrating' | 'empty';

/** Where sessions lie: an index and JSONL files, or a database (2026.8.1 and later). */
export type Era = 'file' | 'sqlite';

/** The era whose reader gave the sessions; what is empty could as well hold files. */
export function eraOf(layout: Layout): Era {
  return layout === 'sqlite' || layout === 'migrating' ? 'sqlite' : 'file';
}
