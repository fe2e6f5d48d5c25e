import { join } from 'node:path';
import { AnsiUp } from 'ansi_up';
import type { Browser } from 'playwright-core';
import { onTerminal } from '../../test/support/terminal.ts';
import { withoutNetwork, writePng } from './browser.ts';

/** What `scan` writes to a terminal of 80 columns, with its colours. `flags`: where it looks. */
export async function takeTerminal(browser: Browser, flags: readonly string[], folder: string): Promise<void> {
  const command = ['scan', '--deep', '--findings-only'];
  const text = await onTerminal([...command, ...flags], { TZ: 'UTC', TERM: 'xterm-256color' }, '2>/dev/null');
  const ansi = new AnsiUp();
  ansi.use_classes = true;
  const page = await browser.newPage({ viewport: { width: 800, height: 600 } });
  await withoutNetwork(page);
  await page.setContent(`<!doctype html><style>${STYLE}</style><pre><b>$ openclaw-store-exporter ${command.join(' ')}</b>
${ansi.ansi_to_html(text)}</pre>`);
  await writePng(await page.locator('pre').screenshot(), join(folder, 'scan.png'));
  await page.close();
}

const STYLE = `
body{margin:0;background:#16191d}
pre{margin:0;padding:16px 20px;display:inline-block;width:80ch;color:#d8dbe0;font:14px/1.35 monospace}
b{font-weight:600;color:#fff}.ansi-red-fg{color:#ff7b72}.ansi-yellow-fg{color:#e3b341}
`;
