import { type Browser, chromium } from 'playwright-core';
import { inject } from 'vitest';

/** A headless Chromium, for a test behind needsEngine('browser'), which closes it. */
export function startBrowser(): Promise<Browser> {
  const { path, env } = inject('browser');
  return chromium.launch({
    executablePath: path,
    env: { ...process.env, ...env },
    timeout: 110_000,
    // It would look up its maker's hosts at every start.
    args: ['--disable-background-networking'],
  });
}
