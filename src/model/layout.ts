/** `migrating`: index and database both hold sessions; those of the database count. */
export const LAYOUTS = ['file', 'sqlite', 'migrating', 'empty'] as const;

export type Layout = (typeof LAYOUTS)[number];

/** Where sessions lie: an index and JSONL files, or a database (2026.8.1 and later). */
export type Era = 'file' | 'sqlite';

/** The era whose reader gave the sessions; what is empty could as well hold files. */
export function eraOf(layout: Layout): Era {
  return layout === 'sqlite' || layout === 'migrating' ? 'sqlite' : 'file';
}
