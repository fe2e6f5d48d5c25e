/** Problems of a whole store. */
export const PROBLEMS = [
  'permission_denied',
  'index_unreadable',
  'index_empty',
  'index_invalid_json',
  'index_missing',
  'database_unreadable',
  'schema_unsupported',
  'database_mismatch',
  'database_missing',
  'wal_without_shm',
  'archive_unpublished',
] as const;

export type Problem = (typeof PROBLEMS)[number];

/** Those that are our own blindness, or that harm nobody yet: OpenClaw itself goes on. */
export const BLIND_PROBLEMS: readonly Problem[] = [
  'permission_denied',
  'schema_unsupported',
  'wal_without_shm',
  'archive_unpublished',
];
