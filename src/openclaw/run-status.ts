/** How the last run of a session stands, as OpenClaw stores it (2026.4.15 and later). */
export const RUN_STATUSES = ['running', 'done', 'failed', 'killed', 'timeout'] as const;

type RunStatus = (typeof RUN_STATUSES)[number];

/** null: nothing is stored, or a text that no version is known to write. */
export function runStatus(stored: string | null): RunStatus | null {
  return RUN_STATUSES.find((status) => status === stored) ?? null;
}

/** Whether a run is known to have ended, well or not. */
export function hasEnded(stored: string | null): boolean {
  const status = runStatus(stored);
  return status !== null && status !== 'running';
}
