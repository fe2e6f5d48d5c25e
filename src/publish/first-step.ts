/**
 * What an operator does first about each alert that the figures of one moment can raise: the beginning of its runbook, in a sentence,
 * for a page whose reader has no link to it. Of an alert of severity `info` it is what can be done, if anything.
 */
export const FIRST_STEP = {
  OpenClawStoreMissing:
    'Set --openclaw.state-dir to the directory that the gateway uses, and run the exporter as its user.',
  OpenClawConfigInvalid: 'Undo the last edit: OpenClaw keeps copies as openclaw.json.bak and openclaw.json.last-good.',
  OpenClawCheckFailing:
    'This is a bug of the exporter: report it with the error in its log. Its findings are missing until then.',
  OpenClawStoreProblem:
    'Stop the gateway, since its next write may replace what is left, and copy the state directory.',
  OpenClawStoreBlind:
    'Let the exporter see it: run it as the gateway’s user, mount whole folders, or use a newer version.',
  OpenClawMigrationUnfinished:
    'Stop the gateway, copy the state directory, then run openclaw doctor --fix, and read its report.',
  OpenClawSessionContextFull: 'Keep what matters in a memory file, then send /compact in that conversation, or /new.',
  OpenClawSessionTokensCritical:
    'Keep what matters in a memory file, then send /compact in that conversation, or /new.',
  OpenClawCompactionOverdue: 'Send /compact in that conversation. If that fails, keep what matters, then send /new.',
  OpenClawSessionTokensHigh: 'Send /compact in that conversation before its context is full.',
  OpenClawTranscriptsLarge:
    'Keep what matters, then send /new (files), or archive the session (SQLite): a compaction makes it no smaller.',
  OpenClawSessionsCorrupted:
    'Stop the gateway and copy the state directory. A backup from before the damage is the best remedy.',
  OpenClawSessionsDuplicate: 'Decide which agent or key is the right one, and copy what matters from the other.',
  OpenClawSessionsStray:
    'Decide which agent is the right one. If it is the one that holds the session, change the bindings.',
  OpenClawSessionCollision: 'Copy the transcript before anything else, and remove neither key.',
  OpenClawSessionStuck: 'Wait for a long tool, or send /stop in that conversation. Then restart the gateway.',
  OpenClawRunsFailing: 'Renew the credentials, raise the quota, or choose another model. Then send a message.',
  OpenClawTokensUnknown: 'Make the provider report usage: OpenAI-compatible servers often need include_usage.',
  OpenClawLockStale: 'Wait, since OpenClaw removes stale locks when it writes. If it stays, restart the gateway.',
  OpenClawIndexLarge:
    'Copy the state directory, then remove sessions that nobody needs: openclaw sessions cleanup --dry-run first.',
  OpenClawWalLarge: 'End the process that holds the database open, or restart the gateway. Never delete the -wal file.',
  OpenClawStoreOverBudget: 'Copy away what you must not lose, then let the clean-up run, or raise maxDiskBytes.',
  OpenClawSessionsOverCap: 'Copy the state directory, then clean up, or raise session.maintenance.maxEntries.',
  OpenClawLeftoversGrowing:
    'Copy what you need of them, then delete old trajectories, checkpoints and temporary files.',
  OpenClawInputsWaiting: 'Start or restart the gateway: it takes up the queued messages.',
  OpenClawSessionsWithoutSeries:
    'Raise --session.limit if each session matters: those over a threshold have series first.',
  OpenClawSessionsAccumulating: 'See what a clean-up would remove: openclaw sessions cleanup --dry-run.',
  OpenClawPreventionMissing: 'Set it in openclaw.json, for all agents at once, or leave it if that is meant.',
} as const satisfies Readonly<Record<string, string>>;

/** An alert that needs no history. */
export type AlertOfMoment = keyof typeof FIRST_STEP;
