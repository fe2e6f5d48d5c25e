import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateSample } from '../../demo/generate.ts';
import { openPage } from '../support/browser.ts';
import { needsEngine } from '../support/engines.ts';
import { type Exporter, startExporter } from '../support/exporter.ts';
import { waitFor } from '../support/processes.ts';

let stateDir: string;
let exporter: Exporter;

beforeAll(async () => {
  stateDir = mkdtempSync(join(tmpdir(), 'sample-'));
  generateSample(stateDir, Date.now());
  exporter = await startExporter(stateDir);
  await waitFor('the deep scan', async () => (await exporter.metrics()).includes('reason="invalid_json"'));
});
afterAll(async () => {
  await exporter?.stop();
  rmSync(stateDir, { recursive: true, force: true });
});

describe.skipIf(needsEngine('browser'))('the status page in a browser', () => {
  it('shows scans, agents and the sessions to look at, says that this is a sample, and breaks no rule of its own', async () => {
    const { page, close } = await openPage();
    try {
      const complaints: string[] = [];
      page.on('console', (message) => complaints.push(message.text()));
      page.on('pageerror', (error) => complaints.push(error.message));
      await page.goto(exporter.url);
      expect(await page.title()).toBe('OpenClaw store exporter');
      expect(await page.locator('caption').allTextContents()).toEqual(['Scans', 'Agents', 'Sessions to look at']);
      const broken = page.getByRole('row').filter({ hasText: 'demo-broken' });
      expect(await broken.getByRole('cell').allTextContents()).toEqual([
        'demo-broken',
        'file',
        'NO',
        'index_invalid_json',
        '',
        '',
        '',
      ]);
      expect(await page.getByText('This is a generated SAMPLE').isVisible()).toBe(true);
      await page.getByRole('link', { name: 'Metrics' }).click();
      expect(await page.locator('body').textContent()).toContain('openclaw_store_demo 1');
      expect(complaints).toEqual([]);
    } finally {
      await close();
    }
  });
});
