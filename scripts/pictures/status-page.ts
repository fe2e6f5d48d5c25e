import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { withoutNetwork, writePng } from './browser.ts';

const SIZES = [
  { name: 'status-page-light', colorScheme: 'light', width: 1000, height: 1150 },
  { name: 'status-page-dark', colorScheme: 'dark', width: 1000, height: 1150 },
  { name: 'status-page-narrow', colorScheme: 'light', width: 390, height: 844 },
] as const;

/** What a reader sees first of the status page at this address. */
export async function takeStatusPage(browser: Browser, url: string, folder: string): Promise<void> {
  for (const { name, colorScheme, width, height } of SIZES) {
    const page = await browser.newPage({ colorScheme, viewport: { width, height } });
    await withoutNetwork(page);
    await page.goto(url);
    await writePng(await page.screenshot(), join(folder, `${name}.png`));
    await page.close();
  }
}
