/** How often the parent is looked for. */
const LOOK_MS = 500;

/**
 * Ends this process, as SIGTERM does, when npm is gone that started it: a killed npm tells nobody, and its child would go on. Does
 * nothing where it was not started by npm.
 */
export function endWithParent(): void {
  const { npm_lifecycle_event: script } = process.env;
  if (script === undefined) return;
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) process.kill(process.pid, 'SIGTERM');
  }, LOOK_MS).unref();
}
