/** A room of `src/`: a folder, or one file, with what belongs there. */
export interface Room {
  /** Path below `src/`. */
  readonly path: string;
  readonly holds: string;
}

/**
 * The rooms, the highest first. A room may use the rooms below it and no other. `docs/architecture.md` and the test of the
 * order are made from this list.
 */
export const ROOMS: readonly Room[] = [
  { path: 'main.ts', holds: 'the entry: refuses an older Node' },
  { path: 'cli.ts', holds: 'the commands' },
  { path: 'help.ts', holds: 'what the help says of commands, flags and checks' },
  { path: 'serve.ts', holds: 'the exporter: schedules, pages, signals' },
  { path: 'scan-command.ts', holds: 'one scan, printed or written' },
  { path: 'rules-command.ts', holds: 'the alert rules, printed' },
  { path: 'repair-command.ts', holds: 'what would be repaired, printed or done' },
  { path: 'extract-command.ts', holds: 'what matters of one session, written to a file' },
  { path: 'healthy-command.ts', holds: 'whether the exporter on this host answers' },
  { path: 'scan', holds: 'the scanner, its process, the supervisor, the schedule' },
  { path: 'publish/report', holds: 'what `scan` prints' },
  { path: 'publish/page', holds: 'the status page' },
  { path: 'publish/metrics', holds: 'metric families as data, and the renderer' },
  { path: 'publish', holds: 'the snapshot: what is published of one scan' },
  { path: 'repair', holds: 'entries taken out of an index, a lost index, backups, and the text of a session' },
  { path: 'rules', holds: 'the alert rules' },
  { path: 'classify.ts', holds: 'kind, tokens, window and placement of one session' },
  { path: 'settings', holds: 'flags, config file, web config, policy, salt' },
  { path: 'checks', holds: 'the checks, and the list of them' },
  { path: 'read', holds: 'the reader of each era is chosen' },
  { path: 'read/sqlite', holds: 'sessions from a database (2026.8.1 and later)' },
  { path: 'read/file', holds: 'sessions from an index and JSONL transcripts' },
  { path: 'discover', holds: 'state directory, config file, agents, their stores and files' },
  { path: 'routing', holds: 'bindings by version, the conversation of a session, its placement' },
  { path: 'model', holds: 'the records that the rooms hand on' },
  { path: 'thresholds.ts', holds: 'every number that a figure is compared with' },
  { path: 'http', holds: 'the express app, TLS, and who is answered' },
  { path: 'openclaw', holds: 'knowledge of OpenClaw: keys, entries, config, limits, labels, versions' },
  { path: 'disk', holds: 'safe files, JSON in parts, databases opened without a trace' },
  { path: 'log.ts', holds: 'the log' },
  { path: 'stdout.ts', holds: 'what a command prints' },
  { path: 'errors.ts', holds: 'coded errors' },
  { path: 'version.ts', holds: 'the version of the exporter' },
  { path: 'clock.ts', holds: 'the time, and ages that hold when somebody sets the clock' },
  { path: 'is-object.ts', holds: 'the one guard for objects' },
  { path: 'lines.ts', holds: 'texts for people: without marks, in lines of a terminal' },
  { path: 'printable.ts', holds: 'any text, safe for a terminal' },
  { path: 'newest.ts', holds: 'the latest of times that may be unknown' },
  { path: 'unchanged.ts', holds: 'the value of before where the new one says the same' },
  { path: 'deflated.ts', holds: 'a text that was compressed before, in one gzip member with another' },
];

/** Rooms that share nothing but what lies below both. */
export const APART: readonly (readonly [string, string])[] = [['read/sqlite', 'read/file']];
