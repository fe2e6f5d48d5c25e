import { type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { inject } from 'vitest';

/** A page of a new headless Chromium, for a test behind needsEngine('browser'). `close` ends the browser. */
export async function openPage(
  options: BrowserContextOptions = {},
): Promise<{ page: Page; close: () => Promise<void> }> {
  const { path, env } = inject('browser');
  const browser = await chromium.launch({
    executablePath: path,
    env: { ...process.env, ...env },
    // It would look up its maker's hosts at every start.
    args: ['--disable-background-networking'],
  });
  const page = await browser.newPage(options);
  return { page, close: () => browser.close() };
}
