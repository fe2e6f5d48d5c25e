import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { source as AXE } from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateSample } from '../../demo/generate.ts';
import { startBrowser } from '../support/browser.ts';
import { needsEngine } from '../support/engines.ts';
import { type Exporter, startExporter } from '../support/exporter.ts';
import { waitFor } from '../support/processes.ts';
import { createState, type State } from '../support/state.ts';

const HTML_KEY = 'agent:main:telegram:group:<img src=x onerror=alert(1)>';
const CROWD = 5000;
const PATIENCE_MS = 110_000;

let sampleDir: string;
let crowd: State;
let sample: Exporter;
let large: Exporter;
let browser: Browser;

describe.skipIf(needsEngine('browser'))('the status page in a browser', () => {
  beforeAll(async () => {
    sampleDir = mkdtempSync(join(tmpdir(), 'sample-'));
    generateSample(sampleDir, Date.now());
    const keys = [HTML_KEY, ...Array.from({ length: CROWD - 1 }, (_, at) => `agent:main:telegram:direct:${at}`)];
    const entry = { updatedAt: Date.now(), totalTokens: 60_000, totalTokensFresh: true, contextTokens: 200_000 };
    const index = Object.fromEntries(keys.map((key, at) => [key, { ...entry, sessionId: `id-${at}` }]));
    crowd = createState({ live: true, kept: true, agents: { main: { index } } });
    [browser, sample, large] = await Promise.all([
      startBrowser(),
      startExporter(sampleDir),
      // Its scans would take a processor from the others.
      startExporter(crowd.dir, { schedule: '0 0 1 1 *', flags: ['--privacy.peers=plain'] }),
    ]);
    await waitFor('the deep scan', async () => (await sample.metrics()).includes('reason="invalid_json"'));
  });
  afterAll(async () => {
    await Promise.all([browser?.close(), sample?.stop(), large?.stop()]);
    rmSync(sampleDir, { recursive: true, force: true });
    crowd?.remove();
  });

  /** Opens a page; whatever it complains of is a failure. */
  async function look(url: string, options: BrowserContextOptions, use: (page: Page) => Promise<void>): Promise<void> {
    const context = await browser.newContext(options);
    try {
      // Half a minute by itself, which is what one of four files beside each other may take.
      context.setDefaultTimeout(PATIENCE_MS);
      const page = await context.newPage();
      const complaints: string[] = [];
      page.on('console', (message) => complaints.push(message.text()));
      page.on('pageerror', (error) => complaints.push(error.message));
      await page.goto(url);
      await use(page);
      expect(complaints).toEqual([]);
    } finally {
      await context.close();
    }
  }
  async function isTooWide(page: Page): Promise<boolean> {
    return page.evaluate<boolean>('document.documentElement.scrollWidth > document.documentElement.clientWidth');
  }

  it('answers first whether all is well, then shows what to do, sessions, stores and itself, without a script', async () => {
    await look(sample.url, { javaScriptEnabled: false }, async (page) => {
      expect(await page.title()).toBe('(!!) OpenClaw store exporter');
      expect(await page.getByRole('status').textContent()).toMatch(
        /^Needs you now: agent demo-\w+: .*, and \d+ more\.$/,
      );
      expect(await page.getByRole('heading').allTextContents()).toEqual([
        'OpenClaw sessions',
        'What to do',
        'Sessions',
        'Stores',
        'Scans',
        'This exporter',
      ]);
      const broken = page.getByRole('row').filter({ hasText: 'demo-broken' });
      expect((await broken.getByRole('cell').allTextContents()).slice(0, 4)).toEqual([
        'demo-broken',
        'files',
        expect.stringMatching(/^20/),
        'could not look',
      ]);
      expect(await page.getByText('This is a generated SAMPLE').isVisible()).toBe(true);
      expect(await page.getByText(sampleDir).first().isVisible()).toBe(true);
      await page.getByRole('link', { name: 'Metrics' }).click();
      await page.waitForURL('**/metrics');
      expect(await page.locator('body').textContent()).toContain('openclaw_store_demo 1');
    });
  });

  it.each(['light', 'dark'] as const)(
    'is readable and reachable for everybody, in %s, wide and narrow',
    async (colorScheme) => {
      for (const width of [1280, 390]) {
        const options = { colorScheme, viewport: { width, height: 844 }, bypassCSP: true };
        await look(sample.url, options, async (page) => {
          expect(await isTooWide(page)).toBe(false);
          await page.evaluate(AXE);
          const violations = await page.evaluate<string[]>(
            'axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ": " + nodes.map(({ html }) => html).join(" ")))',
          );
          expect(violations).toEqual([]);
        });
      }
    },
  );

  it('is reached by the keyboard alone', async () => {
    await look(sample.url, {}, async (page) => {
      const reached: string[] = [];
      for (let at = 0; at < 6; at += 1) {
        await page.keyboard.press('Tab');
        reached.push(await page.evaluate<string>('document.activeElement.textContent'));
      }
      expect(reached).toEqual([
        'Metrics',
        'Health',
        'Readiness',
        'And 10 more',
        expect.stringMatching(/^And \d+ more$/),
        'Settings in force',
      ]);
      await page.keyboard.press('Enter');
      expect(await page.getByText('--scan.deep-schedule').isVisible()).toBe(true);
    });
  });

  it('shows a key that tries to be HTML as text, and the worst fifty of 5,000 sessions', async () => {
    await look(large.url, { viewport: { width: 390, height: 844 } }, async (page) => {
      expect(await page.getByText(HTML_KEY).isVisible()).toBe(true);
      expect(await page.locator('img').count()).toBe(0);
      expect(await page.locator('meter').count()).toBe(50);
      expect(await page.getByText('4,950 more').isVisible()).toBe(true);
      expect(await isTooWide(page)).toBe(false);
    });
  });
});
