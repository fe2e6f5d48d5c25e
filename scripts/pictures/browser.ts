import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import sharp from 'sharp';
import { ensureBrowser } from '../../test/support/chromium.ts';

const TERMINAL_FONTS = join(import.meta.dirname, 'node_modules/dejavu-fonts-ttf/ttf');

/** The Chromium of the tests. */
export async function startBrowser(): Promise<Browser> {
  const found = ensureBrowser();
  if ('reason' in found) throw new Error(`there is no browser: ${found.reason}`);
  return chromium.launch({
    executablePath: found.path,
    env: { ...process.env, ...found.env, ...fonts(found.env) },
    args: ['--disable-background-networking'],
  });
}

/** The Chromium of npm brings one font, which is not one for terminals. */
function fonts({ FONTCONFIG_PATH: own }: Readonly<Record<string, string>>): Record<string, string> {
  if (own === undefined) return {};
  const folder = mkdtempSync(join(tmpdir(), 'fonts-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'fonts.conf');
  const prefer = (family: string, font: string) =>
    `<alias><family>${family}</family><prefer><family>${font}</family></prefer></alias>`;
  writeFileSync(
    file,
    `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>${own}/fonts</dir><dir>${TERMINAL_FONTS}</dir><cachedir>${folder}</cachedir>
${prefer('sans-serif', 'Open Sans')}${prefer('system-ui', 'Open Sans')}${prefer('monospace', 'DejaVu Sans Mono')}</fontconfig>
`,
  );
  return { FONTCONFIG_FILE: file };
}

/** From now on everything outside of this machine is refused: a picture must not depend on somebody's server. */
export async function withoutNetwork(page: Page): Promise<void> {
  await page.route(
    ({ hostname }) => hostname !== '127.0.0.1',
    (route) => route.abort(),
  );
}

/** Few colours, so that a picture stays small in every clone and package. */
export async function writePng(png: Buffer, path: string): Promise<void> {
  await sharp(png).png({ palette: true, colours: 128, effort: 10, compressionLevel: 9 }).toFile(path);
}
