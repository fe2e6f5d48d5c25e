import { DATABASE } from './database-name.ts';

/** What the files of an agent are for: each is of one class, which its name and folder tell. */
export const FILE_CLASSES = [
  'index',
  'transcript',
  'orphan',
  'reset',
  'deleted',
  'backup',
  'checkpoint',
  'trajectory',
  'temporary',
  'lock',
  'database',
  'wal',
  'import_archive',
  'cold',
  'other',
] as const;

export type FileClass = (typeof FILE_CLASSES)[number];

/** Copies that compactions of 2026.4 and 2026.5 left. */
const CHECKPOINT = /\.checkpoint\.[0-9a-f-]+\.jsonl$/;
/** Debug traces, 2026.4.29 and later; one of the two ends as a transcript does. */
const TRAJECTORY = /\.trajectory\.jsonl$|\.trajectory-path\.json$/;
const ARCHIVE = /\.jsonl\.(reset|deleted|bak)\.\d{4}-\d{2}-\d{2}T/;
const ARCHIVE_CLASSES: Readonly<Record<string, FileClass>> = { reset: 'reset', deleted: 'deleted', bak: 'backup' };
/** Transcripts that were moved out of a database, in a folder of sessions. */
export const COLD = 'cold';

/** Whether a file in a sessions folder is a transcript, by its name. */
export function isTranscriptName(name: string): boolean {
  return name.endsWith('.jsonl') && !CHECKPOINT.test(name) && !TRAJECTORY.test(name);
}

/**
 * The class of a file that lies elsewhere than in the folder of the index, by its path below `agents/<id>/`, with `/` as
 * separator; the classes of `sessions/` are `sessionFileClass`'s.
 */
export function agentFileClass(path: string): FileClass {
  if (path.endsWith('.tmp')) return 'temporary';
  const [folder, name = '', ...deeper] = path.split('/');
  if (folder === 'session-sqlite-import-archive') return 'import_archive';
  if (folder === 'sessions' && name === COLD && deeper.length > 0) return 'cold';
  if (folder !== 'agent' || deeper.length > 0) return 'other';
  return name === DATABASE ? 'database' : name === `${DATABASE}-wal` ? 'wal' : 'other';
}

/**
 * The class of a file in a folder of sessions. `indexName` is what the index is called (a `session.store` can have any
 * name). A transcript that nobody refers to is an `orphan`: that is for the caller to know.
 */
export function sessionFileClass(file: string, indexName: string): FileClass {
  const name = file.replace(/\.zst$/, '');
  if (name === indexName) return 'index';
  if (name.endsWith('.tmp')) return 'temporary';
  if (name.endsWith('.lock')) return 'lock';
  const archive = ARCHIVE.exec(name)?.[1];
  if (archive !== undefined) return ARCHIVE_CLASSES[archive] ?? 'other';
  // By 2026.2.17 to 2026.4.29 when it grew too large, by hand, and by an editor.
  if (name.startsWith(`${indexName}.bak`) || name === `${indexName}~`) return 'backup';
  if (CHECKPOINT.test(name)) return 'checkpoint';
  if (TRAJECTORY.test(name)) return 'trajectory';
  return name.endsWith('.jsonl') ? 'transcript' : 'other';
}
