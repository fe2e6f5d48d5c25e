/** Problems of a whole store. `schema_outdated`: the gateway refuses it until it is migrated; the figures are there. */
export const PROBLEMS = [
  'permission_denied',
  'index_unreadable',
  'index_empty',
  'index_invalid_json',
  'index_missing',
  'database_unreadable',
  'schema_unsupported',
  'schema_outdated',
  'database_mismatch',
  'database_missing',
  'wal_without_shm',
  'archive_unpublished',
  'link_refused',
  'store_missing',
  'scan_aborted',
] as const;

export type Problem = (typeof PROBLEMS)[number];

/** Those that are our own blindness, or that harm nobody yet: OpenClaw itself goes on. */
export const BLIND_PROBLEMS: readonly Problem[] = [
  'permission_denied',
  'schema_unsupported',
  'wal_without_shm',
  'archive_unpublished',
  'link_refused',
  'store_missing',
  'scan_aborted',
];
